"""Rebuilding lists on request: who may, what is rebuilt, in which pieces, and what comes of failures."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys, pieces, rebuilding, settings, slugs, table
from broadsheet.errors import Unavailable

from local.workers import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock
    from tests.stage import Reply, Stage


class Builder:
    """Stands in for what is done with each article."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.failing: dict[str, Exception] = {}
        self.given_up: list[str] = []
        self.each: Callable[[], Any] = lambda: None

    def __call__(self, key: str) -> None:
        self.each()
        if key in self.failing:
            raise self.failing[key]
        self.built.append(key)


@pytest.fixture
def builder(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Builder:
    made = Builder()
    app = stage.module(stage.template.functions["BuildListsFunction"])
    for how in ("_rebuild", "_follow_again"):
        monkeypatch.setattr(app, how, made)
    return made


def ask(stage: Stage, **what: Any) -> Reply:
    return stage.call("POST", "/v1/newsroom/rebuild", what, token=stage.token("editor"))


def asked(stage: Stage, **what: Any) -> str:
    reply = ask(stage, **what)
    assert reply.status == 202, reply.text
    return str(reply.json["id"])


def progress(stage: Stage, rebuild: str) -> Any:
    reply = stage.call("GET", f"/v1/newsroom/rebuilds/{rebuild}", token=stage.token("editor"))
    assert reply.status == 200, reply.text
    return reply.json


def listed(stage: Stage, articles: int, year: int = 2026, listing: str = "") -> list[str]:
    """Puts entries into a listing as publishing does; their keys, oldest first."""
    made = [f"{year}{n:04d}" for n in range(articles)]
    for n, key in enumerate(made):
        entry = keys.entry(listing or keys.listing(), f"{year}-03-01T09:{n // 60:02d}:{n % 60:02d}.000Z", "01ARZ")
        item = {**entry, "entity": "entry", "v": 1, "json": json.dumps({"slug": f"words-{key}"})}
        table.write(table.put(settings.get().site, item))
    return made


def test_an_articles_lists_are_rebuilt(stage: Stage, builder: Builder) -> None:
    slug = stage.published()["slug"]
    rebuild = asked(stage, article=slug)
    stage.settle()
    assert builder.built == [slugs.key_of(slug)]
    told = progress(stage, rebuild)
    assert told["started_at"] <= told["finished_at"]
    assert told == {
        "id": rebuild,
        "what": {"article": slug, "topic": None, "all": False},
        "state": "finished",
        "articles": 1,
        "failed": 0,
        "started_at": told["started_at"],
        "moved_at": told["moved_at"],
        "finished_at": told["finished_at"],
    }


def test_it_is_known_from_the_moment_it_is_asked_for(stage: Stage, builder: Builder) -> None:
    reply = ask(stage, topic="trams")
    assert reply.json["status"] == "requested"
    told = progress(stage, reply.json["id"])
    assert (told["state"], told["articles"], told["failed"]) == ("requested", 0, 0)
    assert (told["started_at"], told["moved_at"], told["finished_at"]) == (None, None, None)
    assert told["what"] == {"article": None, "topic": "trams", "all": False}
    assert builder.built == []


def test_a_topics_articles_are_rebuilt_and_no_others(stage: Stage, builder: Builder) -> None:
    trams = [stage.published(topic="Trams")["slug"] for _ in range(3)]
    stage.published(topic="Ferries")
    rebuild = asked(stage, topic="trams")
    stage.settle()
    assert builder.built == [slugs.key_of(slug) for slug in trams]
    assert progress(stage, rebuild)["articles"] == 3


def test_everything_is_rebuilt_year_by_year_25_at_a_time(stage: Stage, builder: Builder) -> None:
    wanted = [*listed(stage, 60, 2024), *listed(stage, 25, 2026)]
    rebuild = asked(stage, all=True)
    stage.settle()
    assert Counter(builder.built) == Counter(wanted)
    for year in ("2024", "2026"):
        assert [key for key in builder.built if key.startswith(year)] == [key for key in wanted if key.startswith(year)]
    told = progress(stage, rebuild)
    assert (told["articles"], bool(told["finished_at"])) == (85, True)


def test_a_part_waits_a_second_between_two_pieces(stage: Stage, builder: Builder) -> None:
    listed(stage, 60)
    asked(stage, all=True)
    stage.settle()
    assert stage.post.delays == [0, pieces.PAUSE, pieces.PAUSE]


def test_where_nothing_is_published_there_is_nothing_to_do(stage: Stage, builder: Builder) -> None:
    rebuilds = [asked(stage, all=True), asked(stage, topic="nothing")]
    stage.settle()
    for rebuild in rebuilds:
        told = progress(stage, rebuild)
        assert (told["articles"], bool(told["finished_at"])) == (0, True)


def test_articles_that_came_meanwhile_are_no_trouble(stage: Stage, builder: Builder) -> None:
    first = listed(stage, 30)
    rebuild = asked(stage, all=True)
    while not builder.built:
        stage.carry()
    listed(stage, 5, 2025)
    later = listed(stage, 40)[30:]
    stage.settle()
    assert builder.built == [*first, *later]
    assert progress(stage, rebuild)["articles"] == 40


# ---------------------------------------------------------------- who and what


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ({}, {"all": "one_of"}),
        ({"all": True, "topic": "trams"}, {"all": "one_of"}),
        ({"all": False}, {"all": "unknown_value"}),
        ({"article": "no-such-article-zzzzzzzz"}, {"article": "unknown_article"}),
        ({"article": "not a slug"}, {"article": "unknown_article"}),
        ({"topic": "Not A Slug"}, {"topic": "bad_slug"}),
        ({"topic": ""}, {"topic": "too_short"}),
        ({"section": "world"}, {"section": "unknown_field"}),
    ],
)
def test_a_wrong_request_names_what_is_wrong_and_begins_nothing(
    stage: Stage, builder: Builder, what: dict[str, Any], wrong: dict[str, str]
) -> None:
    reply = ask(stage, **what)
    assert (reply.status, reply.fields) == (422, wrong)
    assert stage.carry() == 0


@pytest.mark.parametrize("role", ["reader", "contributor", "author", "moderator"])
def test_only_editors_and_administrators_may(stage: Stage, role: Any) -> None:
    token = stage.person(role)
    rebuild = asked(stage, topic="trams")
    given = stage.call("POST", "/v1/newsroom/rebuild", {"all": True}, token=token)
    seen = stage.call("GET", f"/v1/newsroom/rebuilds/{rebuild}", token=token)
    assert (given.code, seen.code) == ("not_allowed", "not_allowed")


def test_a_rebuild_that_nobody_asked_for_is_not_found(stage: Stage) -> None:
    for rebuild in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense"):
        reply = stage.call("GET", f"/v1/newsroom/rebuilds/{rebuild}", token=stage.token("editor"))
        assert (reply.status, reply.code) == (404, "not_found")


def test_the_audit_says_who_asked_for_which(stage: Stage) -> None:
    rebuild = asked(stage, all=True)
    lines = stage.call("GET", "/v1/admin/audit", token=stage.token("admin")).json["items"]
    assert (lines[0]["action"], lines[0]["rebuild"]) == ("rebuild", rebuild)


def test_what_the_bus_does_not_take_is_503(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "SOURCE", "aws.refused")
    assert ask(stage, all=True).code == "unavailable"


# ---------------------------------------------------------------- failures


def messages(stage: Stage) -> Any:
    return next(each for each in stage.post.subscriptions if each.source == "RebuildQueue").messages


def begun(stage: Stage, **what: Any) -> str:
    """Its first messages wait."""
    rebuild = asked(stage, **what)
    while not len(messages(stage)):
        stage.carry()
    return rebuild


def attempt(stage: Stage) -> Any:
    """Delivers the oldest message; what the function answered, and the message."""
    (subscription,) = (each for each in stage.post.subscriptions if each.source == "RebuildQueue")
    (message,) = subscription.messages.take(1)
    answer = stage.invoke("BuildListsFunction", subscription.event([message]))
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    if failed:
        subscription.messages.again(message, 0)
    else:
        subscription.messages.done(message)
    return failed == {message.id}


def attempts(stage: Stage, builder: Builder) -> int:
    """Delivers until nothing waits; what failed five times is given up. How many messages were done."""
    done = 0
    (subscription,) = (each for each in stage.post.subscriptions if each.source == "RebuildQueue")
    while batch := subscription.messages.take(1):
        (message,) = batch
        outcome = Outcome(stage.invoke("BuildListsFunction", subscription.event(batch)))
        if not subscription.failed(batch, outcome):
            done += 1
        elif not subscription.gives_up(message, outcome):
            subscription.messages.again(message, 0)
            continue
        else:
            builder.given_up.append(message.body)
        subscription.messages.done(message)
    return done


def given_up(builder: Builder) -> list[str]:
    """The parts that wait in the failure queue."""
    return [json.loads(body)["part"] for body in builder.given_up]


def move_back(stage: Stage, builder: Builder) -> None:
    """As an operator does it: what was given up are new messages."""
    for body in builder.given_up:
        messages(stage).add(body)
    builder.given_up.clear()


def test_an_article_that_fails_holds_up_no_other_and_is_tried_on_its_own(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 30)
    builder.failing[wanted[3]] = ValueError("no")
    rebuild = begun(stage, all=True)
    assert not attempt(stage)
    assert builder.built == [*wanted[:3], *wanted[4:25]]
    assert attempt(stage), "the one that fails"
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"], told["finished_at"]) == ("running", 24, 1, None)
    builder.failing.clear()
    stage.settle()
    assert Counter(builder.built) == Counter(wanted)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"], bool(told["finished_at"])) == ("finished", 30, 0, True)


def test_a_rebuild_with_only_failed_articles_left_says_so_until_they_are_done(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 30)
    builder.failing |= {wanted[2]: ValueError("no"), wanted[27]: ValueError("no")}
    rebuild = begun(stage, all=True)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"], told["finished_at"]) == ("failed", 28, 2, None)
    del builder.failing[wanted[27]]
    move_back(stage, builder)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"], told["finished_at"]) == ("failed", 29, 1, None)
    builder.failing.clear()
    move_back(stage, builder)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"], bool(told["finished_at"])) == ("finished", 30, 0, True)
    assert Counter(builder.built) == Counter(wanted)


def test_one_article_that_fails_on_request_is_told_as_failed(stage: Stage, builder: Builder) -> None:
    slug = stage.published()["slug"]
    builder.failing[str(slugs.key_of(slug))] = ValueError("no")
    rebuild = begun(stage, article=slug)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"]) == ("failed", 0, 1)
    builder.failing.clear()
    move_back(stage, builder)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"]) == ("finished", 1, 0)


def test_every_article_may_fail_and_the_failure_queue_holds_each(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 60)
    builder.failing |= {key: ValueError("no") for key in wanted}
    rebuild = begun(stage, all=True)
    attempts(stage, builder)
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"], told["failed"]) == ("failed", 0, 60)
    assert sorted(given_up(builder)) == sorted(wanted)


def test_a_piece_that_failed_after_it_was_counted_goes_on_when_it_is_moved_back(
    stage: Stage, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another message then, with another id."""
    wanted = listed(stage, 60)
    rebuild = begun(stage, all=True)
    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "_go_on", raising(Unavailable()))
        attempts(stage, builder)
    assert given_up(builder) == ["2026"]
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"]) == ("running", 25)
    move_back(stage, builder)
    attempts(stage, builder)
    assert builder.built == wanted
    assert progress(stage, rebuild)["state"] == "finished"


def raising(error: Exception) -> Any:
    def raise_it(*_: Any) -> None:
        raise error

    return raise_it


def test_a_piece_that_takes_long_ends_early_and_the_next_goes_on(stage: Stage, time: Clock, builder: Builder) -> None:
    wanted = listed(stage, 60)
    builder.each = lambda: time.forward(seconds=10)
    rebuild = begun(stage, all=True)
    pieces = attempts(stage, builder)
    assert builder.built == wanted
    told = progress(stage, rebuild)
    assert (told["state"], told["articles"]) == ("finished", 60)
    assert pieces == 60 / 4, "four articles are begun within half a minute"


def test_an_article_that_takes_longer_than_a_piece_may_is_done_nevertheless(
    stage: Stage, time: Clock, builder: Builder
) -> None:
    wanted = listed(stage, 3)
    builder.each = lambda: time.forward(seconds=50)
    begun(stage, all=True)
    assert (attempts(stage, builder), builder.built) == (3, wanted)


def test_two_rebuilds_at_once_do_and_count_each_their_own(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 40)
    rebuilds = [asked(stage, all=True), asked(stage, all=True)]
    stage.settle()
    assert Counter(builder.built) == Counter(wanted * 2)
    for rebuild in rebuilds:
        told = progress(stage, rebuild)
        assert (told["state"], told["articles"]) == ("finished", 40)


def test_a_draft_and_what_was_withdrawn_are_rebuilt_into_nothing(stage: Stage) -> None:
    """By what really builds; nobody but readers' lists may show what is published."""
    draft, gone = stage.draft(), stage.published(topic="Trams")
    stage.settle()
    stage.act(gone, "unpublish")
    stage.settle()
    before = not_the_fronts(stage)
    rebuilds = [asked(stage, article=one["slug"]) for one in (draft, gone)]
    stage.settle()
    assert [progress(stage, rebuild)["state"] for rebuild in rebuilds] == ["finished"] * 2
    assert not_the_fronts(stage) == before


def not_the_fronts(stage: Stage) -> list[dict[str, Any]]:
    """They are built anew, and say when."""
    return [item for item in stage.items("SiteTable") if item["entity"] != "front"]


def test_when_the_store_is_busy_the_whole_piece_comes_again_and_counts_once(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 3)
    builder.failing[wanted[1]] = Unavailable()
    rebuild = begun(stage, all=True)
    assert attempt(stage)
    assert progress(stage, rebuild)["articles"] == 0
    builder.failing.clear()
    stage.settle()
    told = progress(stage, rebuild)
    assert (told["articles"], bool(told["finished_at"])) == (3, True)


def test_a_rebuild_begun_twice_is_done_once(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 60)
    rebuild = asked(stage, all=True)
    event = {"detail-type": "RebuildRequested", "detail": {"id": rebuild, "what": {"all": True}}}
    for _ in range(3):
        stage.invoke("BuildListsFunction", event)
    stage.settle()
    stage.invoke("BuildListsFunction", event)
    stage.settle()
    assert builder.built == wanted
    told = progress(stage, rebuild)
    assert (told["articles"], bool(told["finished_at"])) == (60, True)


def test_an_operator_may_send_the_event_without_asking_first(stage: Stage, builder: Builder) -> None:
    wanted = listed(stage, 2)
    detail = {"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "what": {"all": True}}
    stage.invoke("BuildListsFunction", {"detail-type": "RebuildRequested", "detail": detail})
    stage.settle()
    assert builder.built == wanted
    assert progress(stage, detail["id"])["articles"] == 2


def test_a_message_of_a_rebuild_that_is_long_over_ends_there(stage: Stage, builder: Builder) -> None:
    listed(stage, 30)
    begun(stage, all=True)
    for item in stage.items("IndexTable"):
        table.write(table.delete(settings.get().index, {"pk": item["pk"], "sk": item["sk"]}))
    stage.settle()
    assert stage.items("IndexTable") == []


def test_an_event_that_is_not_known_is_an_error(stage: Stage) -> None:
    with pytest.raises(ValueError, match="no known kind"):
        stage.invoke("BuildListsFunction", {"detail-type": "Something", "detail": {}})
