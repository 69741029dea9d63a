"""Each route keeps to its budget of calls and units, and each grant of a role is one that something needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.guard import Guard
from tests import budgets, scenario

if TYPE_CHECKING:
    from local.template import Template
    from tests.conftest import Clock
    from tests.stage import Stage


@pytest.fixture
def guard(template: Template) -> Guard:
    """One of its own: what other tests used does not count here."""
    return Guard(template)


def test_each_route_has_a_budget_and_no_other(template: Template) -> None:
    routes = {route.key for function in template.functions.values() for route in function.routes}
    assert budgets.BUDGETS.keys() == routes


def test_a_usual_article_stays_within_every_budget_and_every_grant_is_used(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = scenario.everything(stage, time, monkeypatch)
    assert {reply.route for reply in replies} == budgets.BUDGETS.keys()
    for reply in replies:
        budgets.within_units(reply)
    assert stage.guard.unused() == []


def test_an_article_of_a_thousand_words_is_one_query_of_two_units(stage: Stage) -> None:
    live = stage.published(**scenario.usual())
    reply = stage.read(live["slug"])
    assert reply.json["word_count"] >= 1000
    assert len(reply.json["faq"]) == 5
    assert [call.operation for call in reply.calls] == ["Query"]
    assert budgets.units(reply) <= (2, 0)


def test_publishing_is_one_transaction(stage: Stage) -> None:
    reply = stage.call(
        "POST",
        f"/v1/newsroom/articles/{stage.draft(**scenario.usual())['id']}/publish",
        {},
        token=stage.token("editor"),
        version=1,
    )
    assert [call.operation for call in reply.calls] == ["GetItem", "Query", "Query", "TransactWriteItems"]


def test_a_hot_article_is_answered_from_memory(stage: Stage) -> None:
    slug = stage.published()["slug"]
    assert sum(len(stage.read(slug).calls) for _ in range(20)) <= 6
