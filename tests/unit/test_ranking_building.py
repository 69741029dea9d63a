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
    for name in order:
        building.connect(index, name, TIGHT)
    assert stored(index) == stored(once_in_order(index, TIGHT))


def names_only_live(index: MemoryIndex) -> bool:
    live = {name for name, one in index.articles.items() if one.live}
    ends = {end for name, edges in index.stored_edges.items() for _, other in edges for end in (name, other)}
    return ends <= live


# ---------------------------------------------------------------- the lists that readers see


def follow(index: MemoryIndex, article_id: str) -> None:
    """As the stream's consumer does it."""
    settled = building.settle(index, article_id)
    showing.show(index, settled.changed | settled.beside)


def night(index: MemoryIndex) -> MemoryIndex:
    """Nights, until one finds nothing marked."""
    for _ in range(NIGHTS):
        if not index.stored_marks:
            return index
        after = ""
        while marks := index.marks(0, after, 3):
            showing.look_again(index, marks)
            after = marks[-1].id
    raise AssertionError("the nights do not end")


NIGHTS = 5


def shown(index: MemoryIndex) -> dict[str, Any]:
    return {name: index.stored_lists[name].digest for name, one in index.articles.items() if one.live}


def followed(history: History, index: MemoryIndex) -> MemoryIndex:
    """Articles come, change and go while builders follow, are killed and come again, and nights go by."""
    order = chain(history.order, repeat(0))
    deaths = chain([one.dies_at for one in history.deliveries], repeat(None))
    for n, change in enumerate(history.changes, 1):
        index.publish(article(change, n))
        again = [one for one in history.deliveries if one.after == n and one.id in index.articles]
        names = [change.id, *(one.id for one in again)]
        workers = [Worker(lambda name=name: follow(index, name), next(deaths)) for name in names]
        workers.append(Worker(lambda: showing.look_again(index, index.marks(0, "", 3)), next(deaths), answered=True))
        run(workers, order, lambda: None)
        for name, worker in zip(names, workers, strict=False):
            if worker.killed:
                follow(index, name)
        shows_only_live(index)
    return night(index)


def late_and_at_once(history: History, index: MemoryIndex) -> MemoryIndex:
    """All has happened before any builder looks; they are many, and take turns."""
    for n, change in enumerate(history.changes, 1):
        index.publish(article(change, n))
    names = list(index.articles)
    workers = [Worker(lambda name=name: follow(index, name)) for name in names]
    run(workers, chain(history.order, repeat(0)), lambda: None)
    shows_only_live(index)
    return night(index)


def shows_only_live(index: MemoryIndex) -> None:
    """Whatever else is late: once the builders are done, nothing that went stands in a list."""
    for name, standing in index.stored_lists.items():
        assert not index.articles[name].live or all(index.articles[member].live for member in standing.lists.members)


def in_order(index: MemoryIndex) -> MemoryIndex:
    other = MemoryIndex()
    for one in sorted(index.articles.values(), key=lambda one: one.facts.place):
        if one.live:
            other.publish(one)
            follow(other, one.facts.id)
    return night(other)


@pytest.mark.parametrize("way", [followed, late_and_at_once])
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_readers_see_the_lists_of_having_built_once_in_order(way: Any, history: History) -> None:
    index = way(history, MemoryIndex(around))
    assert shown(index) == shown(in_order(index))
    for name in shown(index):
        assert all(name in index.stored_showings[member] for member in index.stored_lists[name].lists.members)


# ---------------------------------------------------------------- each guard is needed


class Unconditional(MemoryIndex):
    """Writes an article's nearest whatever their revision."""

    def _holds(self, write: verbs.Write) -> bool:
        return isinstance(write, verbs.PutEntry) or super()._holds(write)


class Forgetful(MemoryIndex):
    """Marks nothing for the night."""

    def _put_mark(self, article_id: str, revision: int) -> None:
        pass


class OneByOne(MemoryIndex):
    """Writes what belongs together write by write."""

    def commit(self, writes: Any) -> None:
        for write in writes:
            if not isinstance(write, verbs.StillThere):
                super().commit([write])


def ends_right(index: MemoryIndex, history: History) -> bool:
    """Whether an index of this kind comes out of the history as it should."""
    try:
        for live, limits in ((lived, Limits()), (late, Limits()), (lived, TIGHT), (late, TIGHT)):
            ended = live(history, limits, type(index)(around))
            if not names_only_live(ended) or (
                limits != TIGHT and stored(ended) != stored(once_in_order(ended, limits))
            ):
                return False
        for way in (followed, late_and_at_once):
            ended = way(history, type(index)(around))
            if shown(ended) != shown(in_order(ended)):
                return False
    except (AssertionError, KeyError, building.Contended):
        return False
    return True


FINDING = settings(max_examples=1000, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("without", [Unconditional, Forgetful, OneByOne])
def test_without_a_guard_it_ends_wrong(without: type[MemoryIndex]) -> None:
    find(histories(), lambda history: not ends_right(without(around), history), settings=FINDING)


def test_without_a_second_look_of_later_articles_it_ends_wrong() -> None:
    nobody = replace(Limits(), later=0)
    index = MemoryIndex()
    for name in "bda":
        index.publish(article(Change(name, ("anchor", "barley")), 1))
        building.settle(index, name, nobody)
    assert stored(index) != stored(once_in_order(index, nobody))


# ---------------------------------------------------------------- what happens while a list is written


class Meanwhile(MemoryIndex):
    """Something happens after the lists of `b` were chosen, just before they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.happens: Any = None

    def commit(self, writes: Any) -> None:
        if self.happens and isinstance(writes[0], verbs.PutLists) and writes[0].id == "b":
            happens, self.happens = self.happens, None
            happens()
        super().commit(writes)


class Unchecked(Meanwhile):
    """Writes lists and edges whether or not who is in them is still there."""

    def _holds(self, write: verbs.Write) -> bool:
        return isinstance(write, verbs.StillThere) or super()._holds(write)


class Overwritten(Meanwhile):
    """Writes lists whatever stands."""

    def _holds(self, write: verbs.Write) -> bool:
        return isinstance(write, verbs.PutLists) or super()._holds(write)


TOLD = ("anchor", "barley", "cinder")


def changed(index: MemoryIndex, name: str, version: int, told: tuple[str, ...]) -> None:
    index.publish(article(Change(name, told), version))
    follow(index, name)


def withdrawn_meanwhile(index: Meanwhile) -> bool:
    """Whether an article that goes while another's list begins to show it stands in none."""
    for name in "bc":
        changed(index, name, 1, TOLD)
    index.happens = lambda: changed(index, "a", 2, ())
    changed(index, "a", 1, TOLD)
    return "a" not in index.stored_lists["b"].lists.members


def published_meanwhile(index: Meanwhile) -> bool:
    """Whether an article that comes while another's list is being written stands in it."""
    changed(index, "a", 1, TOLD)
    index.happens = lambda: changed(index, "c", 1, TOLD)
    changed(index, "b", 1, TOLD)
    return all("c" in index.stored_lists[name].lists.members for name in "ab")


def test_what_goes_or_comes_while_lists_are_written_is_right_in_them() -> None:
    assert withdrawn_meanwhile(Meanwhile())
    assert published_meanwhile(Meanwhile())


def test_without_the_conditions_of_a_list_it_is_wrong() -> None:
    assert not withdrawn_meanwhile(Unchecked())
    assert not published_meanwhile(Overwritten())


def test_what_has_no_card_any_more_is_not_chosen_before_its_event_comes() -> None:
    index = MemoryIndex()
    for name in "ab":
        changed(index, name, 1, TOLD)
    index.publish(article(Change("a", ()), 2))
    changed(index, "c", 1, TOLD)
    assert index.stored_lists["c"].lists.members == {"b"}


def test_a_new_headline_is_read_in_every_list_that_shows_it() -> None:
    index = MemoryIndex()
    for name in "ab":
        changed(index, name, 1, TOLD)
    before = index.stored_lists["b"].digest
    changed(index, "a", 2, ("barley", "anchor", "cinder"))
    assert index.stored_lists["b"].digest != before


def test_lists_that_would_read_the_same_are_not_written() -> None:
    index = MemoryIndex()
    for name in "abc":
        changed(index, name, 1, TOLD)
    revisions = {name: standing.revision for name, standing in index.stored_lists.items()}
    assert showing.show(index, "abc") == 0
    assert revisions == {name: standing.revision for name, standing in index.stored_lists.items()}
