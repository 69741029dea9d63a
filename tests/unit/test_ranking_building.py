"""The index ends as if built once, in order: whatever is delivered twice, late, at once, or cut short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from broadsheet.ranking import building, showing
from broadsheet.ranking import index as verbs
from broadsheet.ranking.building import Limits
from broadsheet.ranking.index import Article, Facts
from broadsheet.ranking.near import best
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from tests.quality.memory import MemoryIndex
from tests.turns import Worker, around, run

WORDS = ["anchor", "barley", "cinder", "dynamo", "ermine", "falcon", "garnet", "harbor", "indigo", "jasper"]
IDS = "abcdefg"
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
TIGHT = Limits(terms=3, newest=2, candidates=2, own=2, kept=2, later=1)


@dataclass(frozen=True)
class Change:
    """What readers have of an article from now on; no words: it is withdrawn."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """An event at a builder: after how many of the changes it comes, and where the builder dies the first time."""

    id: str
    after: int
    dies_at: int | None
    answered: bool


@dataclass(frozen=True)
class History:
    changes: tuple[Change, ...]
    deliveries: tuple[Delivery, ...]
    order: tuple[int, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique=True).map(tuple)
    ids = st.sampled_from(IDS)
    changes = [Change(name, draw(texts)) for name in draw(st.lists(ids, min_size=2, max_size=6, unique=True))]
    changes += draw(st.lists(st.builds(Change, ids, texts | st.just(())), max_size=4))
    delivery = st.builds(Delivery, ids, st.integers(0, len(changes)), st.none() | st.integers(1, 40), st.booleans())
    return History(
        tuple(changes),
        tuple(draw(st.lists(delivery, max_size=5))),
        tuple(draw(st.lists(st.integers(0, 7), min_size=20, max_size=200))),
    )


def article(change: Change, version: int) -> Article:
    """Published in the order of the ids but for two at one moment; what history did to it came in another order."""
    facts = Facts(change.id, BEGAN + timedelta(days=IDS.index(change.id) // 2), topic="harbour")
    return Article(facts, version, change.words[0] if change.words else "", " ".join(change.words), bool(change.words))


def lived(history: History, limits: Limits, index: MemoryIndex) -> MemoryIndex:
    """The whole of it: changes, the events of each, and those said twice, by builders that take turns and die."""
    order = chain(history.order, repeat(0))
    for n, change in enumerate(history.changes, 1):
        index.publish(article(change, n))
        events = [Delivery(change.id, n, None, answered=False), *(one for one in history.deliveries if one.after == n)]
        workers = [_builder(index, event, limits) for event in events]
        run(workers, order, lambda: check(index, limits))
        _deliver_again(index, [event for event, worker in zip(events, workers, strict=True) if worker.killed], limits)
    return index


def _builder(index: MemoryIndex, event: Delivery, limits: Limits) -> Worker:
    return Worker(lambda: building.settle(index, event.id, limits), event.dies_at, answered=event.answered)


def _deliver_again(index: MemoryIndex, events: list[Delivery], limits: Limits) -> None:
    for event in events:
        building.settle(index, event.id, limits)


def late(history: History, limits: Limits, index: MemoryIndex) -> MemoryIndex:
    """All changes first, then all events at once, in any order, from builders that take turns and die."""
    for n, change in enumerate(history.changes, 1):
        index.publish(article(change, n))
    events = [Delivery(name, 0, None, answered=False) for name in index.articles]
    events += [one for one in history.deliveries if one.id in index.articles]
    order = chain(history.order, repeat(0))
    for some in (events[::2], events[1::2]):
        workers = [_builder(index, event, limits) for event in some]
        run(workers, order, lambda: check(index, limits))
        _deliver_again(index, [event for event, worker in zip(some, workers, strict=True) if worker.killed], limits)
    return index


def once_in_order(index: MemoryIndex, limits: Limits) -> MemoryIndex:
    other = MemoryIndex()
    for one in sorted(index.articles.values(), key=lambda one: one.facts.place):
        if one.live:
            other.publish(one)
            building.settle(other, one.facts.id, limits)
    return other


def stored(index: MemoryIndex) -> dict[str, Any]:
    """What is kept of live articles, and whatever is left of others."""
    return {
        "near": {name: entry.near for name, entry in index.stored_entries.items() if entry.live},
        "prints": {name: its.fingerprint for name, its in index.stored_prints.items()},
        "edges": {name: sorted(edges) for name, edges in index.stored_edges.items() if edges},
        "postings": {term: rows for term, rows in index.stored_postings.items() if rows},
    }


def check(index: MemoryIndex, limits: Limits) -> None:
    """What holds after every single call of any builder."""
    for name, entry in index.stored_entries.items():
        edges = index.stored_edges.get(name, {})
        assert entry.near == best(((other, -key) for key, other in edges), limits.kept)
        assert all((key, name) in index.stored_edges[other] for key, other in edges)
        assert entry.live == (name in index.stored_prints)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_whatever_happens_on_the_way_it_ends_as_if_built_once_in_order(history: History) -> None:
    index = lived(history, Limits(), MemoryIndex(around))
    assert stored(index) == stored(once_in_order(index, Limits()))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_events_that_all_come_late_and_at_once_end_the_same_way(history: History) -> None:
    index = late(history, Limits(), MemoryIndex(around))
    assert stored(index) == stored(once_in_order(index, Limits()))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.permutations(IDS))
def test_where_limits_bind_a_night_makes_it_so(history: History, order: list[str]) -> None:
    index = lived(history, TIGHT, MemoryIndex(around))
    assert names_only_live(index)
    building.heal(index, order, TIGHT)
    assert stored(index) == stored(once_in_order(index, TIGHT))


def names_only_live(index: MemoryIndex) -> bool:
    live = {name for name, one in index.articles.items() if one.live}
    ends = {end for name, edges in index.stored_edges.items() for _, other in edges for end in (name, other)}
    return ends <= live


# ---------------------------------------------------------------- the lists that readers see


def worked_off(index: MemoryIndex) -> MemoryIndex:
    """The five-minute pass and the night's, until nothing is left to do."""
    while showing.work_off(index, 3) or showing.by_night(index, 3):
        pass
    return index


def shown(index: MemoryIndex) -> dict[str, Any]:
    return {name: index.stored_lists[name][0] for name, one in index.articles.items() if one.live}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_readers_see_the_lists_of_having_built_once_in_order(history: History) -> None:
    index = passes_at_once(history, MemoryIndex(around))
    assert shown(index) == shown(worked_off(once_in_order(index, Limits())))
    for name, lists in shown(index).items():
        assert all(index.articles[member].live for member in lists.members)
        assert all(name in index.stored_showings[member] for member in lists.members)


def passes_at_once(history: History, index: MemoryIndex) -> MemoryIndex:
    """Two passes run and die while articles still come, change and go."""
    order = chain(history.order, repeat(0))
    deaths = [one.dies_at for one in history.deliveries] + [None, None]
    for n, change in enumerate(history.changes, 1):
        index.publish(article(change, n))
        workers = [
            Worker(lambda change=change: building.settle(index, change.id)),
            Worker(lambda: showing.work_off(index), deaths[0]),
            Worker(lambda: showing.by_night(index), deaths[1], answered=True),
        ]
        run(workers, order, lambda: None)
    return worked_off(index)


# ---------------------------------------------------------------- each guard is needed


class Unconditional(MemoryIndex):
    """Writes lists whatever their revision."""

    def _holds(self, write: verbs.Write) -> bool:
        return isinstance(write, verbs.PutEntry) or super()._holds(write)


class Unchecked(MemoryIndex):
    """Writes edges whether or not the other article is still there."""

    def _holds(self, write: verbs.Write) -> bool:
        return isinstance(write, verbs.StillThere) or super()._holds(write)


class OneByOne(MemoryIndex):
    """Writes what belongs together write by write."""

    def commit(self, writes: Any) -> None:
        for write in writes:
            if not isinstance(write, verbs.StillThere):
                super().commit([write])


def ends_right(index: MemoryIndex, history: History) -> bool:
    try:
        for live, limits in ((lived, Limits()), (late, Limits()), (lived, TIGHT), (late, TIGHT)):
            ended = live(history, limits, type(index)(around))
            if not names_only_live(ended) or (
                limits != TIGHT and stored(ended) != stored(once_in_order(ended, limits))
            ):
                return False
    except (AssertionError, KeyError, building.Contended):
        return False
    return True


FINDING = settings(max_examples=1000, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("without", [Unconditional, Unchecked, OneByOne])
def test_without_a_guard_it_ends_wrong(without: type[MemoryIndex]) -> None:
    find(histories(), lambda history: not ends_right(without(around), history), settings=FINDING)


def test_without_a_second_look_of_later_articles_it_ends_wrong() -> None:
    nobody = replace(Limits(), later=0)
    index = MemoryIndex()
    for name in "bda":
        index.publish(article(Change(name, ("anchor", "barley")), 1))
        building.settle(index, name, nobody)
    assert stored(index) != stored(once_in_order(index, nobody))
