"""Each route keeps to its budget of calls and units, and each grant of a role is one that something needs."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from local.guard import Guard
from tests import budgets, scenario
from tests.looking import look

if TYPE_CHECKING:
    from local.template import Template
    from tests.conftest import Clock
    from tests.stage import Reply, Stage


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


def test_a_members_comment_is_three_round_trips_and_a_guests_two(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    first = _say(stage, slug, token, "One")
    assert [call.operation for call in first.calls] == ["GetItem", "BatchGetItem", "TransactWriteItems"]
    answer = _say(stage, slug, guest={"name": "Passer-by"}, parent_id=first.json["id"])
    assert [call.operation for call in answer.calls] == ["BatchGetItem", "TransactWriteItems"]


def test_a_comment_costs_what_the_documents_say(stage: Stage) -> None:
    slug, token, guest = stage.published()["slug"], stage.person("reader"), {"name": "Passer-by"}
    root = _say(stage, slug, token, "One")
    assert len(root.json["text"].split()) == 60
    units = [
        budgets.units(reply)[1]
        for reply in (
            root,
            _say(stage, slug, guest=guest),
            _say(stage, slug, token, "Two", idempotency_key="once"),
            _say(stage, slug, token, "Three", parent_id=root.json["id"]),
            _say(stage, slug, token, "Four", parent_id=root.json["id"]),
        )
    ]
    assert units == [18, 16, 20, 22, 18]


def test_a_poll_that_finds_nothing_new_is_one_get_of_half_a_unit(stage: Stage) -> None:
    path = f"/v1/articles/{stage.published()['slug']}/comments"
    page = stage.call("GET", path)
    assert [call.operation for call in page.calls] == ["GetItem", "Query"]
    poll = stage.call("GET", path, if_none_match=page.etag)
    assert (poll.status, [call.operation for call in poll.calls], budgets.units(poll)) == (304, ["GetItem"], (0.5, 0))


def test_what_is_counted_costs_one_batch_however_many_articles(stage: Stage) -> None:
    slugs = [stage.published()["slug"] for _ in range(5)]
    reply = stage.call("GET", "/v1/comment-counts", query={"slugs": ",".join(slugs)})
    assert reply.json["counts"] == dict.fromkeys(slugs, 0)
    assert [call.operation for call in reply.calls] == ["BatchGetItem"]


def _say(
    stage: Stage, slug: str, token: str = "", about: str = "Said", idempotency_key: str = "", **more: Any
) -> Reply:
    headers = {"idempotency_key": idempotency_key} if idempotency_key else {}
    given = {**scenario.remark(about), **more}
    reply = stage.call("POST", f"/v1/articles/{slug}/comments", given, token=token, **headers)
    assert reply.status == 201, reply.text
    return reply


# ---------------------------------------------------------------- pages

LIGHT = 30_000
"""Bytes of a page on its way to a browser, without pictures."""


def test_an_articles_page_is_three_calls_and_the_front_one(stage: Stage) -> None:
    slug = stage.published(**scenario.usual())["slug"]
    stage.comment(slug)
    stage.settle()
    page = stage.call("GET", f"/articles/{slug}")
    assert sorted(call.operation for call in page.calls) == ["GetItem", "Query", "Query"]
    assert [call.operation for call in stage.call("GET", "/").calls] == ["GetItem"]
    for path in ("/about", "/login", "/es/account", "/nothing", "/robots.txt", "/favicon.svg"):
        assert stage.call("GET", path).calls == []


@pytest.mark.parametrize(("words", "replies"), [(1000, 0), (1000, 3), (1000, 8), (3000, 3)])
def test_an_articles_page_is_light_however_much_is_said_below_it(stage: Stage, words: int, replies: int) -> None:
    chance = random.Random(words + replies)
    known = ["".join(chance.choices("etaoinshrdlucmfwypvbgk", k=chance.randint(2, 9))) for _ in range(4000)]

    def prose(count: int) -> str:
        return " ".join(chance.choices(known, k=count))

    text = "".join(f"<p>{prose(50)}.</p>" for _ in range(words // 50))
    slug = stage.published(**scenario.usual(body={"format": "html", "text": text}))["slug"]
    for n in range(20):
        root = stage.comment(slug, text=prose(60), address=f"192.0.{n}.1")["id"]
        for m in range(replies):
            stage.comment(slug, to=root, text=prose(60), address=f"192.0.{n}.{m + 2}")
    for n in range(14):
        stage.published(headline=prose(10), standfirst=prose(25), section=("politics", "world")[n % 2])
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert page.packed < LIGHT
    assert len(page.all("//li[@data-comment]")) > 10, "and shows as much as there is room for"


def test_a_page_of_replies_is_light(stage: Stage) -> None:
    chance = random.Random(1)
    slug = stage.published(**scenario.usual())["slug"]
    root = stage.comment(slug)["id"]
    for n in range(15):
        said = " ".join("".join(chance.choices("etaoinshrdlucmfw", k=6)) for _ in range(280))
        stage.comment(slug, to=root, text=said, address=f"192.0.{n}.2")
    stage.settle()
    page = look(stage, f"/articles/{slug}", query={"replies": root})
    assert len(page.all("//ol[@data-thread]//li[@data-comment]")) == 10
    assert page.packed < LIGHT


def test_a_busy_articles_page_is_light(stage: Stage) -> None:
    """1,000 words, five questions, lists, and a discussion that goes on."""
    for n in range(7):
        stage.published(headline=f"Tram number {n} crosses the harbour bridge", topic="Harbour bridge")
    slug = stage.published(**scenario.usual(contributor_note="With Nell Garraway."))["slug"]
    for n in range(22):
        stage.comment(slug, text=f"{n}: {scenario.SAID}", address=f"192.0.{n}.1")
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    assert len(page.all("//ol[@data-thread]/li")) == 20
    assert len(page.all("//aside//article")) > 5
    assert page.packed < LIGHT
    assert look(stage, "/").packed < LIGHT
    assert look(stage, "/topics/harbour-bridge").packed < LIGHT
