"""Each read counts once, whatever becomes of the passes that count it, and no list shows what was withdrawn meanwhile.

Passes are killed after any of their calls, come twice, at once, or so slowly that another one overtakes them: what is kept
in the end is what one pass after the other makes of the same reads.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from broadsheet import articles as readers
from broadsheet import (
    clock,
    coreading,
    damping,
    discussed,
    keys,
    packing,
    popular,
    prepared,
    reads,
    settings,
    spans,
    table,
)
from broadsheet.ranking import popularity
from hypothesis import strategies as st

from tests.engine.sabotage import falls_without
from tests.engine.threads import WRITES, at_once, in_turns, meanwhile

if TYPE_CHECKING:
    from collections.abc import Callable

    from broadsheet.table import Write

    from tests.stage import Stage

NINE = datetime(2026, 3, 1, 8, 55, tzinfo=UTC)
"""When the first five minutes begin; the second ones are of another hour."""
MOST_CALLS = 120


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    """Few calls, so that each can be the last; and no pauses."""
    monkeypatch.setattr(reads, "SHARDS", 2)
    monkeypatch.setattr(discussed, "most", lambda last, at: Counter())
    monkeypatch.setattr(table, "tries", lambda: iter(range(table.TRIES)))


def ticks(n: int) -> datetime:
    """When the pass comes that counts the n-th five minutes."""
    return NINE + n * popularity.SLOT + timedelta(seconds=15)


def read_in(n: int, *what: tuple[str, list[str], int]) -> None:
    """Reads of the n-th five minutes: what, after which, how often."""
    for key, earlier, times in what:
        reads.add(key, "world", earlier, times, NINE + (n - 1) * popularity.SLOT)


def some_reads() -> None:
    read_in(1, ("aaaaaaaa", [], 5), ("bbbbbbbb", ["aaaaaaaa"], 3), ("cccccccc", ["bbbbbbbb", "aaaaaaaa"], 2))
    read_in(2, ("bbbbbbbb", ["aaaaaaaa"], 1), ("aaaaaaaa", ["cccccccc"], 4))


COUNTED = {"coreads", "span", "reading"}


def kept(stage: Stage) -> dict[str, Any]:
    """All that was counted, but for when it ends."""
    items = [item for item in stage.items("IndexTable") if item["entity"] in COUNTED]
    return {item["pk"]: {**item, "expires_at": 0} for item in items}


def forget(stage: Stage) -> None:
    for item in stage.items("IndexTable"):
        if item["entity"] in COUNTED:
            table.write(table.delete(settings.get().index, {"pk": item["pk"], "sk": item["sk"]}))


def in_order(stage: Stage, passes: int = 2) -> dict[str, Any]:
    """What one pass after the other keeps; afterwards nothing is counted."""
    for n in range(1, passes + 1):
        popular.count(ticks(n))
    wanted = kept(stage)
    forget(stage)
    return wanted


def dying(patch: pytest.MonkeyPatch, number: int, counts: Callable[[str], bool] = lambda operation: True) -> None:
    """Kills the process when its call number `number`, of those that count, was carried out."""
    calls, call = count(1), table._call

    def carried_out(operation: str, **request: Any) -> Any:
        answer = call(operation, **request)
        if counts(operation) and next(calls) == number:
            raise Killed
        return answer

    patch.setattr(table, "_call", carried_out)


# ---------------------------------------------------------------- counting


@falls_without("counted")
def test_a_pass_killed_after_any_call_has_counted_nothing_twice_when_the_next_is_done(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_reads()
    wanted = in_order(stage)
    assert wanted.keys() >= {
        "COREADS#aaaaaaaa",
        "SPAN#2026-03-01T08",
        "SPAN#2026-03-01T09",
        "SPAN#2026-03-01",
        "READING",
    }
    popular.count(ticks(1))
    for number in range(1, MOST_CALLS):
        with monkeypatch.context() as patch:
            dying(patch, number)
            try:
                popular.count(ticks(2))
            except Killed:
                killed = True
            else:
                killed = False
        popular.count(ticks(2))
        assert kept(stage) == wanted, f"killed after call {number}"
        if not killed:
            return
        forget(stage)
        popular.count(ticks(1))
    raise AssertionError("it makes more calls than it should")


@falls_without("counted")
def test_a_pass_that_comes_late_and_twice_counts_what_two_would_have(stage: Stage) -> None:
    some_reads()
    wanted = in_order(stage)
    popular.count(ticks(1))
    for _ in range(2):
        popular.count_slot(NINE + popularity.SLOT, ticks(1))  # an event that is delivered again
    popular.count(ticks(2))
    popular.count_slot(NINE + popularity.SLOT, ticks(2))
    assert kept(stage) == wanted


def test_two_passes_at_once_count_what_one_does(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    some_reads()
    wanted = in_order(stage)

    @hypothesis.settings(
        max_examples=max(8, hypothesis.settings.default.max_examples - 100),
        phases=[hypothesis.Phase.generate],
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(st.lists(st.integers(0, 2), min_size=30, max_size=80))
    def whatever(order: list[int]) -> None:
        forget(stage)
        popular.count(ticks(1))
        outcomes = in_turns(monkeypatch, order, *[lambda: popular.count(ticks(2))] * 2)
        assert outcomes == [None, None]
        assert kept(stage) == wanted

    whatever()


def _begins(prefix: str) -> Callable[[Write], bool]:
    return lambda write: write.item["pk"].startswith(prefix)


def _overtaken(stage: Stage, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    """A pass is about to write what it made of the first five minutes, when another one counts these and the next."""
    some_reads()
    wanted = in_order(stage)

    def others() -> None:
        popular.count(ticks(1))
        popular.count(ticks(2))

    with monkeypatch.context() as patch:
        meanwhile(patch, _begins(before), others)
        popular.count(ticks(1))
    assert kept(stage) == wanted


@falls_without("coreads")
def test_a_slow_pass_takes_nothing_back_of_what_an_article_has_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _overtaken(stage, monkeypatch, "COREADS#bbbbbbbb")


@falls_without("span")
def test_a_slow_pass_takes_nothing_back_of_what_a_day_has_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _overtaken(stage, monkeypatch, "SPAN#2026-03-01")


@falls_without("reading")
def test_a_slow_pass_takes_nothing_back_of_what_the_site_has_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _overtaken(stage, monkeypatch, "READING")


# ---------------------------------------------------------------- beacons


@falls_without("adding")
def test_of_reads_that_come_at_once_none_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read = [lambda: reads.add("bbbbbbbb", "world", ["aaaaaaaa", "cccccccc"], 2, NINE)] * 8
    assert at_once(monkeypatch, *read) == [None] * 8
    slot = reads.of(popularity.slot(NINE))
    assert slot.reads == {"world": {"bbbbbbbb": 16}}
    assert (slot.after, slot.later) == ({("aaaaaaaa", "bbbbbbbb"): 16}, {("cccccccc", "bbbbbbbb"): 16})


@falls_without("room")
def test_made_up_pairs_that_come_at_once_make_no_row_larger_than_its_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "ROOM", 5)
    monkeypatch.setattr(reads, "SHARDS", 1)
    made_up = [lambda n=n: reads.add("bbbbbbbb", "world", [f"{n:08d}"], 1, NINE) for n in range(16)]  # type: ignore[misc]
    assert at_once(monkeypatch, *made_up) == [None] * 16
    slot = reads.of(popularity.slot(NINE))
    assert slot.reads == {"world": {"bbbbbbbb": 16}}
    assert len(slot.after) == 5


@falls_without("throttle")
def test_repeats_that_come_at_once_count_as_often_as_one_by_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert damping.admitted("aaaaaaaa", "network", 1, NINE)
    outcomes = at_once(monkeypatch, *[lambda: damping.admitted("aaaaaaaa", "network", 1, NINE)] * 16)
    assert Counter(outcomes) == {True: damping.REPEATS - 1, False: 17 - damping.REPEATS}


@falls_without("salt")
def test_instances_that_begin_a_day_at_once_have_one_salt(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    yesterday = damping._salt("2026-03-01")
    salts = at_once(monkeypatch, *[lambda: damping._new_salt("2026-03-02")] * 6)
    standing = table.get(settings.get().sessions, keys.read_salt(), consistent=True)
    assert standing
    assert {*salts} == {standing["salt"]} != {yesterday}
    assert damping._new_salt("2026-03-01") == standing["salt"], "whoever is late makes none"


# ---------------------------------------------------------------- lists


@pytest.fixture
def articles(stage: Stage) -> list[Any]:
    """Two that have nothing to do with each other, but for their readers."""
    texts = {"Harbour cranes": "The last one was painted red.", "Tunnel audit": "Money has run out below ground."}
    made = [
        stage.published(headline=headline, body={"format": "html", "text": f"<p>{text}</p>"})
        for headline, text in texts.items()
    ]
    stage.settle()
    return made


def key(article: Any) -> str:
    return str(article["slug"][-8:])


def read(article: Any, times: int, at: datetime, after: Any = None) -> None:
    reads.add(key(article), "politics", [key(after)] if after else [], times, at)


def listed(window: str = "1h") -> list[str]:
    wanted = prepared.Listed("most-read", window)  # type: ignore[arg-type]
    return [card["id"] for card in json.loads(prepared.read(wanted))["items"]]


def the_pass(stage: Stage, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: at)
        stage.every_five_minutes()


@falls_without("still there")
def test_an_article_withdrawn_while_its_card_is_being_listed_is_in_no_list(
    stage: Stage, articles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever withdraws it finds nothing to take out yet; then the slow pass writes it in."""
    gone, _ = articles
    read(gone, 3, NINE)

    def withdraw() -> None:
        stage.act(gone, "unpublish")
        stage.settle()

    with monkeypatch.context() as patch:
        meanwhile(patch, _begins("LIST#"), withdraw)
        the_pass(stage, monkeypatch, ticks(1))
    assert coreading.counted_until() == NINE + popularity.SLOT
    shown = [item for item in stage.items("SiteTable") if item["entity"] in {"prepared", "front"}]
    assert not [item for item in shown if gone["slug"] in packing.text_of(item)]
    assert listed() == []


@falls_without("list")
def test_a_slow_pass_puts_no_older_list_in_the_place_of_a_newer(
    stage: Stage, articles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = articles
    read(one, 3, NINE)
    read(other, 5, NINE + popularity.SLOT)

    def others() -> None:
        popular.count(ticks(2))
        popular.prepare(ticks(2))

    with monkeypatch.context() as patch:
        popular.count(ticks(1))
        meanwhile(patch, _begins("LIST#most-read#1h"), others)
        popular.prepare(ticks(1))
    assert listed() == [other["id"], one["id"]]


def test_a_pass_killed_after_any_write_is_made_up_for_by_the_next(
    stage: Stage, articles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pass has something to change in the counts, in the lists and on the fronts."""
    one, other = articles
    for number in range(1, MOST_CALLS):
        first, second = (one, other) if number % 2 else (other, one)
        began = NINE + (number - 1) * popularity.SLOT
        read(first, 10 * number, began, after=second)
        read(second, 1, began)
        with monkeypatch.context() as patch:
            dying(patch, number, lambda operation: operation in WRITES)
            try:
                the_pass(stage, monkeypatch, ticks(number))
            except Killed:
                killed = True
            else:
                killed = False
        the_pass(stage, monkeypatch, ticks(number) + timedelta(seconds=1))
        until = coreading.counted_until()
        assert until == began + popularity.SLOT
        counted = spans.of("7d", until)["politics"]
        assert counted.total() == sum(10 * n + 1 for n in range(1, number + 1)), f"killed after write {number}"
        last = reads.of(popularity.slot(began)).reads["politics"]
        assert last == {key(first): 10 * number, key(second): 1}
        for language in (None, "en"):
            front = stage.call("GET", "/v1/front", query={"language": language} if language else {}).json
            assert [card["id"] for card in front["most_read"]["1h"]] == listed(), f"killed after write {number}"
        readers.forget()
        also = stage.read(second["slug"]).json["you_may_also_like"]
        assert (first["id"], "readers_went_on") in [(card["id"], card["why"]) for card in also]
        if not killed:
            return
    raise AssertionError("it makes more writes than it should")
