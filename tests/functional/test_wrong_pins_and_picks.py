"""Pins and picks that are refused: the answer names the field, and nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stage import Stage

PICKS = "/v1/newsroom/picks"


@pytest.fixture(scope="module")
def articles(shared_stage: Stage) -> list[Any]:
    return [shared_stage.published() for _ in range(7)]


def ids(articles: list[Any]) -> list[str]:
    return [article["id"] for article in articles]


Given = dict[str, Any]
WRONG_PINS: dict[str, tuple[Callable[[Any, list[Any]], Given], dict[str, str]]] = {
    "too many": (lambda _, others: {"more_about": ids(others)}, {"more_about": "too_many"}),
    "twice": (
        lambda _, others: {"more_about": [others[0]["id"], others[0]["slug"]]},
        {"more_about.1": "twice"},
    ),
    "in both lists": (
        lambda _, others: {"more_about": [others[0]["id"]], "you_may_also_like": [others[0]["id"]]},
        {"you_may_also_like.0": "twice"},
    ),
    "pinned and banned": (
        lambda _, others: {"you_may_also_like": [others[0]["id"]], "banned": [others[1]["id"], others[0]["id"]]},
        {"banned.1": "twice"},
    ),
    "its own": (lambda article, _: {"more_about": [article["slug"]]}, {"more_about.0": "twice"}),
    "its own, banned": (lambda article, _: {"banned": [article["id"]]}, {"banned.0": "twice"}),
    "an unknown slug": (lambda *_: {"banned": ["never-was-aaaaaaaa"]}, {"banned.0": "unknown_article"}),
    "no slug at all": (lambda *_: {"banned": ["Never was!"]}, {"banned.0": "unknown_article"}),
    "an unknown id": (lambda *_: {"more_about": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}, {"more_about.0": "unknown_article"}),
    "an empty name": (lambda *_: {"more_about": [""]}, {"more_about.0": "too_short"}),
    "another list": (lambda *_: {"most_read": []}, {"most_read": "unknown_field"}),
}


@pytest.mark.parametrize("case", WRONG_PINS)
def test_wrong_pins_name_the_field_and_change_nothing(shared_stage: Stage, articles: list[Any], case: str) -> None:
    article, *others = articles
    make, wrong = WRONG_PINS[case]
    path, token = f"/v1/newsroom/articles/{article['id']}", shared_stage.token("editor")
    reply = shared_stage.call("PUT", f"{path}/pins", make(article, others), token=token, version=2)
    assert (reply.status, reply.fields) == (422, wrong)
    assert shared_stage.call("GET", path, token=token).json["version"] == 2


WRONG_PICKS: dict[str, tuple[Callable[[Any, str], list[Given]], dict[str, str]]] = {
    "too many": (lambda one, _: [{"article": one["id"]}] * 21, {"items": "too_many"}),
    "twice": (lambda one, _: [{"article": one["id"]}, {"article": one["slug"]}], {"items.1.article": "twice"}),
    "unknown": (lambda *_: [{"article": "never-was-aaaaaaaa"}], {"items.0.article": "unknown_article"}),
    "over already": (
        lambda one, now: [{"article": one["id"], "until": now}],
        {"items.0.until": "bad_date"},
    ),
    "no time": (lambda one, _: [{"article": one["id"], "until": "tomorrow"}], {"items.0.until": "bad_date"}),
    "no zone": (lambda one, _: [{"article": one["id"], "until": "2031-01-01T00:00:00"}], {"items.0.until": "bad_date"}),
    "no article": (lambda *_: [{}], {"items.0.article": "required"}),
    "another field": (lambda one, _: [{"article": one["id"], "why": "x"}], {"items.0.why": "unknown_field"}),
}


@pytest.mark.parametrize("case", WRONG_PICKS)
def test_wrong_picks_name_the_field_and_change_nothing(shared_stage: Stage, articles: list[Any], case: str) -> None:
    make, wrong = WRONG_PICKS[case]
    items, token = make(articles[0], clock.stamp(clock.now())), shared_stage.token("editor")
    reply = shared_stage.call("PUT", PICKS, {"items": items}, token=token, version=0)
    assert (reply.status, reply.fields) == (422, wrong)
    assert shared_stage.call("GET", PICKS, token=token).json["version"] == 0
