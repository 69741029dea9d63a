"""Chooses the two lists of articles and writes them where they should read differently.

Everything is chosen from what stands now, many articles at once: their entries, lists, signals and cards are read in batches,
and each list is written in a transaction of its own, together with the record of who stands in it. What is new in a list must
be live, at the version that was looked at; the list must be the one that was read. So lists may be chosen twice, late or for
nothing, and an article that is withdrawn finds every list that shows it.

By day the lists of an article, of those near it and of those that show it are chosen when it changes. A score looks one step
further, at the neighbours of neighbours: what changed there waits for the night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import near
from .building import Contended, connect
from .choosing import Neighbour, Pool, choose
from .index import (
    DropMark,
    DropShowing,
    Entry,
    Facts,
    Index,
    Lists,
    Moved,
    PutLists,
    PutMark,
    PutShowing,
    Signals,
    StillThere,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TOPIC = 20
"""Articles of a topic that are looked at."""
AT_ONCE = 50
"""Articles whose lists are chosen together."""


# ---------------------------------------------------------------- by day


def show(index: Index, ids: Iterable[str]) -> int:
    """Writes the lists of these articles where they are not what they should be; how many. Raises Contended."""
    wanted, written = sorted(set(ids)), 0
    for start in range(0, len(wanted), AT_ONCE):
        left: Sequence[str] = wanted[start : start + AT_ONCE]
        for _ in index.tries():
            done, left = _show(index, left)
            written += done
            if not left:
                break
        else:
            raise Contended
    return written


def _show(index: Index, ids: Iterable[str]) -> tuple[int, list[str]]:
    """How many were written, and those that somebody else got in the way of."""
    written, moved = 0, []
    for write in _chosen(index, ids):
        try:
            index.commit(write)
            written += 1
        except Moved:
            moved.append(write[0].id)
    return written, moved


def _chosen(index: Index, ids: Iterable[str]) -> Iterator[tuple[PutLists, *tuple[Write, ...]]]:
    """What is to be written for each article whose lists would read differently."""
    around = _around(index, ids)
    standing = index.lists(around.shown)
    lists, cards = _with_cards(index, around)
    for name in around.shown:
        shown = index.shown(around.live[name].facts, lists[name], cards, around.signals[name].wishes)
        if shown.digest != standing[name].digest:
            put = PutLists(name, lists[name], shown, standing[name].revision)
            yield put, *_members(name, standing[name].lists, lists[name], around.live)


class Around(NamedTuple):
    """Some articles and everything that may stand in their lists, as it is now."""

    shown: list[str]
    live: dict[str, Entry]
    signals: Mapping[str, Signals]
    topics: Mapping[tuple[str, str], Sequence[str]]


def _around(index: Index, ids: Iterable[str]) -> Around:
    entries = index.entries(ids)
    shown = sorted(name for name, entry in entries.items() if entry.live)
    signals = index.signals(shown)
    topics = _topics(index, [entries[name].facts for name in shown])
    involved = {name for found in topics.values() for name in found}
    for name in shown:
        wishes = signals[name].wishes
        involved |= {other for other, _ in (*entries[name].near, *signals[name].went_on)}
        involved |= {*wishes.more_about, *wishes.you_may_also_like}
    entries |= index.entries(involved - entries.keys())
    return Around(shown, {name: entry for name, entry in entries.items() if entry.live}, signals, topics)


def _topics(index: Index, all_facts: Iterable[Facts]) -> dict[tuple[str, str], Sequence[str]]:
    """The newest of each topic in each language, and after them those in any."""
    wanted = {(facts.topic, facts.language) for facts in all_facts if facts.topic}
    whole = {topic: index.newest(topic, None, TOPIC) for topic in sorted({topic for topic, _ in wanted})}
    return {
        (topic, language): list(dict.fromkeys([*index.newest(topic, language, TOPIC), *whole[topic]]))
        for topic, language in sorted(wanted)
    }


def _with_cards(index: Index, around: Around) -> tuple[dict[str, Lists], dict[str, str]]:
    """The lists and the cards in them. What has no card was withdrawn a moment ago, and is not chosen."""
    cards: dict[str, str] = {}
    while True:
        lists = {name: _choose(name, around) for name in around.shown}
        wanted = {member for one in lists.values() for member in one.members} - cards.keys()
        cards |= index.cards(wanted) if wanted else {}
        gone = wanted - cards.keys()
        if not gone:
            return lists, cards
        for name in gone:
            around.live.pop(name)
        around.shown[:] = [name for name in around.shown if name not in gone]


def _choose(name: str, around: Around) -> Lists:
    entry, signals, live = around.live[name], around.signals[name], around.live
    topic = around.topics.get((entry.facts.topic or "", entry.facts.language), ())
    pool = Pool(
        neighbours=ranked(entry, live),
        topic=[live[other].facts for other in topic if other in live],
        went_on=[(live[other].facts, score) for other, score in signals.went_on if other in live],
        pinned={other: one.facts for other, one in live.items()},
    )
    return choose(entry.facts, pool, signals.wishes)


def ranked(entry: Entry, live: Mapping[str, Entry]) -> list[Neighbour]:
    """Its live neighbours by score."""
    cosines = dict(entry.near)
    lists = {entry.id: entry.near} | {name: live[name].near for name in cosines if name in live}
    return [
        Neighbour(live[name].facts, score, cosines[name], live[name].near)
        for name, score in near.scores(entry.id, lists)
    ]


def _members(article_id: str, standing: Lists, lists: Lists, live: Mapping[str, Entry]) -> Iterator[Write]:
    for gone in sorted(standing.members - lists.members):
        yield DropShowing(gone, article_id)
    for new in sorted(lists.members - standing.members):
        yield PutShowing(new, article_id)
        yield StillThere(new, live[new].version)


# ---------------------------------------------------------------- by night


class Looked(NamedTuple):
    """What looking again came to."""

    healed: int
    """Articles whose nearest were not what they should have been."""
    written: int
    """Lists that read differently now."""


def look_again(index: Index, marks: Sequence[PutMark]) -> Looked:
    """Looks again for what is near the marked articles, and chooses for them and all near them. Raises Contended.

    A mark that was put anew meanwhile stays for the next night.
    """
    changed: set[str] = set()
    names: set[str] = set()
    for mark in marks:
        connected = connect(index, mark.id)
        changed |= connected.changed
        names |= {mark.id, *connected.changed, *connected.near}
    written = show(index, names)
    for mark in marks:
        try:
            index.commit([DropMark(mark.id, mark.revision)])
        except Moved:
            continue
    return Looked(len(changed), written)
