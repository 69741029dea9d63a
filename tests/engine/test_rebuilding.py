"""A rebuild whose messages come twice, at once, or to a process that is killed: every article, and each counted once."""

from __future__ import annotations

import json
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys, pieces, rebuilding, settings, table

from tests.engine.sabotage import falls_without
from tests.engine.threads import at_once

if TYPE_CHECKING:
    from local.messages import Message, Messages
    from tests.stage import Stage

REBUILD = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
ASKED = {"id": REBUILD, "what": {"all": True}}
MOST_CALLS = 60


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture
def built(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done with each article: its key is noted."""
    made: list[str] = []
    app = stage.module(stage.template.functions["BuildListsFunction"])
    for how in ("_rebuild", "_follow_again"):
        monkeypatch.setattr(app, how, made.append)
    for prepared in ("popular.prepare", "front.rebuild"):
        monkeypatch.setattr(f"broadsheet.{prepared}", lambda _: None)
    return made


def listed(articles: int, year: int = 2026) -> list[str]:
    """Puts entries into the listing of everything; their keys, oldest first."""
    made = [f"{year}{n:04d}" for n in range(articles)]
    for n, key in enumerate(made):
        entry = keys.entry(keys.listing(), f"{year}-03-01T09:00:{n:02d}.000Z", "01ARZ")
        item = {**entry, "entity": "entry", "v": 1, "json": json.dumps({"slug": f"words-{key}"})}
        table.write(table.put(settings.get().site, item))
    return made


def begin(stage: Stage) -> None:
    stage.invoke("BuildListsFunction", {"detail-type": "RebuildRequested", "detail": ASKED})


def waiting(stage: Stage) -> Messages:
    return next(each for each in stage.post.subscriptions if each.source == "RebuildQueue").messages


def deliver(stage: Stage, message: Message) -> None:
    subscription = next(each for each in stage.post.subscriptions if each.source == "RebuildQueue")
    assert stage.invoke("BuildListsFunction", subscription.event([message])) == {"batchItemFailures": []}


def progress() -> Any:
    return rebuilding.read(REBUILD)


def die_after(patch: pytest.MonkeyPatch, call: int) -> None:
    """The process is killed when its call number `call`, of the store or of the queue, was carried out."""
    calls = count(1)

    def dying(carry_out: Any) -> Any:
        def carried_out(*given: Any, **named: Any) -> Any:
            answer = carry_out(*given, **named)
            if next(calls) == call:
                raise Killed
            return answer

        return carried_out

    patch.setattr(table, "_call", dying(table._call))
    patch.setattr(pieces, "send", dying(pieces.send))


def work_off(stage: Stage) -> int:
    """Delivers until nothing waits, again and again what a process was killed at; how often one was."""
    deaths = 0
    while batch := waiting(stage).take(1):
        try:
            deliver(stage, batch[0])
        except Killed:
            deaths += 1
            waiting(stage).again(batch[0], 0)
        else:
            waiting(stage).done(batch[0])
    return deaths


@falls_without("remembering", "transaction")
def test_killed_at_any_of_its_calls_it_does_every_article_and_counts_each_once(
    stage: Stage, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [*listed(30, 2025), *listed(3, 2026)]
    for call in range(1, MOST_CALLS):
        built.clear()
        _forget(stage)
        with monkeypatch.context() as patch:
            die_after(patch, call)
            deaths = 0
            try:
                begin(stage)
            except Killed:
                deaths += 1
                begin(stage)
            deaths += work_off(stage)
        told = progress()
        assert set(built) == set(wanted)
        assert (told["articles"], bool(told["finished_at"])) == (33, True), f"killed after call {call}"
        if not deaths:
            return
    raise AssertionError("it makes more calls than it should")


def _forget(stage: Stage) -> None:
    for item in stage.items("IndexTable"):
        table.write(table.delete(settings.get().index, {"pk": item["pk"], "sk": item["sk"]}))


@falls_without("part")
def test_a_message_that_comes_twice_at_once_counts_once_and_goes_on_once(
    stage: Stage, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(30)
    begin(stage)
    (first,) = waiting(stage).take(1)
    outcomes = at_once(monkeypatch, *[lambda: deliver(stage, first)] * 3)
    assert outcomes == [None] * 3
    assert progress()["articles"] == 25
    assert len(waiting(stage)) == 2, "the one that was taken, and one that follows"
    waiting(stage).done(first)
    work_off(stage)
    told = progress()
    assert (told["articles"], bool(told["finished_at"])) == (30, True)


def test_messages_that_all_come_twice_do_nothing_twice(stage: Stage, built: list[str]) -> None:
    wanted = [*listed(60, 2025), *listed(30, 2026)]
    begin(stage)
    begin(stage)
    delivered = 0
    while batch := waiting(stage).take(1):
        for _ in range(2):
            deliver(stage, batch[0])
        waiting(stage).done(batch[0])
        delivered += 1
    assert Counter(built) == Counter(wanted)
    told = progress()
    assert (told["articles"], bool(told["finished_at"])) == (90, True)
    assert delivered <= 4 * 5, "twice begun, and each of five pieces said twice: what follows does not multiply"


@falls_without("rebuild")
def test_it_is_finished_when_nothing_is_left_and_not_before(stage: Stage, built: list[str]) -> None:
    listed(3, 2025)
    listed(3, 2026)
    begin(stage)
    (first,) = waiting(stage).take(1)
    deliver(stage, first)
    waiting(stage).done(first)
    begin(stage)  # the event comes once more, late
    assert progress()["finished_at"] is None
    work_off(stage)
    told = progress()
    assert (told["articles"], bool(told["finished_at"]), len(built)) == (6, True, 6)


def test_two_parts_that_end_at_once_finish_the_rebuild(
    stage: Stage, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [*listed(3, 2025), *listed(3, 2026)]
    begin(stage)
    both = waiting(stage).take(2)
    outcomes = at_once(monkeypatch, *[lambda message=message: deliver(stage, message) for message in both])  # type: ignore[misc]
    assert outcomes == [None, None]
    assert Counter(built) == Counter(wanted)
    told = progress()
    assert (told["articles"], bool(told["finished_at"])) == (6, True)
