"""Keeps the two lists of each article in step with the index, with the newest of its topic, and with what readers do.

What changed is marked by whoever changed it, in the same transaction. Here the marks are worked off: lists are chosen from what
stands now, so a mark may come twice, late, or for nothing. A list and the record of who stands in it are written together,
on condition that those who are new in it are live: an article that is withdrawn finds every list that shows it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from . import near
from .building import CARD, NEAR, until_unmoved
from .choosing import Neighbour, Pool, choose
from .index import (
    DropMark,
    DropNightMark,
    DropShowing,
    Entry,
    Facts,
    Index,
    Lists,
    PutLists,
    PutNightMark,
    PutShowing,
    Signals,
    StillThere,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TOPIC = 20
"""Articles of a topic that are looked at."""


MOST_MARKS = 99
"""At a time: their removal and a night mark fit one transaction."""


def work_off(index: Index, at_most: int = MOST_MARKS) -> int:
    """Chooses the lists that are marked. Returns how many marks there were: fewer than `at_most` are all of them."""
    marks = index.marks(at_most)
    for name in sorted({mark.id for mark in marks}):
        show(index, name, anew=any(mark.cause.startswith(CARD) for mark in marks if mark.id == name))
        done: list[Write] = [DropMark(mark.id, mark.cause) for mark in marks if mark.id == name]
        if any(mark.cause.startswith(NEAR) for mark in marks if mark.id == name):
            done.append(PutNightMark(name))
        index.commit(done)
    return len(marks)


def by_night(index: Index, at_most: int = 100) -> int:
    """Chooses anew for all that are near to an article whose neighbours changed: their scores look at it. Returns how many."""
    names = index.night_marks(at_most)
    for name in names:
        for other, _ in index.edges(name):
            show(index, other)
        index.commit([DropNightMark(name)])
    return len(names)


def show(index: Index, article_id: str, *, anew: bool = False) -> None:
    """Writes an article's lists where they are not what they should be; `anew`, also where they are. Raises Contended."""
    until_unmoved(index, lambda: _show(index, article_id, anew=anew))


def _show(index: Index, article_id: str, *, anew: bool) -> None:
    standing, revision = index.lists(article_id)
    entry = index.entries([article_id]).get(article_id)
    if entry is None or not entry.live:
        return
    signals = index.signals(article_id)
    topic = _of_its_topic(index, entry.facts)
    entries = index.entries({*_involved(entry, signals), *topic})
    live = {name: other for name, other in entries.items() if other.live}
    lists = choose(entry.facts, _pool(entry, topic, live, signals), signals.wishes)
    if anew or lists != standing or not revision:
        index.commit([PutLists(article_id, lists, revision), *_members(article_id, standing, lists, live)])


def _involved(entry: Entry, signals: Signals) -> set[str]:
    wishes = signals.wishes
    return {name for name, _ in (*entry.near, *signals.went_on)} | {*wishes.more_about, *wishes.you_may_also_like}


def _pool(entry: Entry, topic: Iterable[str], live: Mapping[str, Entry], signals: Signals) -> Pool:
    return Pool(
        neighbours=ranked(entry, live),
        topic=[live[name].facts for name in topic if name in live],
        went_on=[(live[name].facts, score) for name, score in signals.went_on if name in live],
        pinned={name: other.facts for name, other in live.items()},
    )


def ranked(entry: Entry, live: Mapping[str, Entry]) -> list[Neighbour]:
    """Its live neighbours by score."""
    cosines = dict(entry.near)
    lists = {entry.id: entry.near} | {name: live[name].near for name in cosines if name in live}
    return [
        Neighbour(live[name].facts, score, cosines[name], live[name].near)
        for name, score in near.scores(entry.id, lists)
    ]


def _of_its_topic(index: Index, facts: Facts) -> list[str]:
    """Newest first; those in its language, then all."""
    if facts.topic is None:
        return []
    newest = (index.newest(facts.topic, language, TOPIC) for language in (facts.language, None))
    return list(dict.fromkeys(chain.from_iterable(newest)))


def _members(article_id: str, standing: Lists, lists: Lists, live: Mapping[str, Entry]) -> Iterator[Write]:
    for gone in sorted(standing.members - lists.members):
        yield DropShowing(gone, article_id)
    for new in sorted(lists.members - standing.members):
        yield PutShowing(new, article_id)
        yield StillThere(new, live[new].version)
