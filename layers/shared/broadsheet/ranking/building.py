"""Keeps the index in step with the articles: who is near whom, whatever order the news of a change arrives in.

`settle` takes an id and nothing else. It reads what the article is now and makes the index agree, so an event that comes
twice, late or after a newer one does no harm, and one that was cut short is finished by the next try. What holds:

- An edge is written for both its articles in one transaction, on condition that both are live and still at the versions whose
  fingerprints were compared. So a withdrawn article gains no edge, and no edge carries the cosine of an old text.
- An article's list of its nearest is written with every edge that changes it, on condition of its revision. So it is the head
  of its edges at every moment, whoever else writes.
- Which earlier articles one finds near follows from their postings alone, and not from when they were written. Who comes late
  is found by those who should have found it before: they look again.

The edges are then those of having built the live articles once, in order, as long as nothing was left out for being beyond a
limit (`Limits`). Where a limit was reached while order was lost or an article left, an article at the very end of a list may
be missing, or be one too many; `connect` by night looks again and leaves exactly the lists of having built once, in order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .fingerprint import fingerprint
from .index import (
    Article,
    DropEdge,
    DropPosting,
    DropPrint,
    Entry,
    Index,
    Moved,
    Posting,
    Print,
    PutEdge,
    PutEntry,
    PutMark,
    PutPosting,
    PutPrint,
    StillThere,
    Write,
)
from .near import Near, best, candidates, cosine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from .fingerprint import Fingerprint

    T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """What keeps the cost of a publication the same in an archive of any size."""

    terms: int = 24
    """The heaviest, by which an article finds and is found."""
    newest: int = 200
    """Postings of a term that are looked at."""
    candidates: int = 40
    """Articles that are compared."""
    own: int = 30
    """Earlier articles that an article is near to."""
    kept: int = 30
    """Articles in a list of the nearest, earlier and later."""
    later: int = 20
    """Later articles that look again when one comes late."""


LIMITS = Limits()
FARTHEST = 0.07
"""A cosine below this is no nearness."""
TOGETHER = 15
"""Partners whose edges are written in one transaction: six writes each at most."""
OF_ITS_TOPIC = 12
"""The newest of a topic, whose lists a new article of the topic belongs into."""


class Contended(Exception):  # noqa: N818  the event comes again
    """Others kept getting in the way."""


class Settled(NamedTuple):
    """Whose lists to look at, now that the index agrees with an article."""

    changed: set[str]
    """The article and all whose nearest are others now."""
    beside: set[str]
    """All near it, all that show it, and the newest of its topic: the same when it is settled again."""


class Connected(NamedTuple):
    changed: set[str]
    near: set[str]
    missed_by: list[str]
    """The later articles that should have found this one, and could not yet."""


def settle(index: Index, article_id: str, limits: Limits = LIMITS) -> Settled:
    """Makes the index agree with the article as it is now: published, changed, withdrawn, or put back. Raises Contended."""
    article = until_unmoved(index, lambda: _admit(index, article_id, limits))
    if article is None:
        return Settled(set(), set())
    connected = connect(index, article_id, limits)
    changed = {article_id, *connected.changed}
    for later in connected.missed_by:
        changed |= {later, *connect(index, later, limits).changed}
    topic = article.facts.topic
    beside = {*connected.near, *index.shown_by(article_id), *(index.newest(topic, None, OF_ITS_TOPIC) if topic else ())}
    return Settled(changed, beside - changed)


def until_unmoved(index: Index, work: Callable[[], T]) -> T:
    for _ in index.tries():
        try:
            return work()
        except Moved:
            continue
    raise Contended


# ---------------------------------------------------------------- the article itself: entry, fingerprint, postings


def _admit(index: Index, article_id: str, limits: Limits) -> Article | None:
    """Writes what follows from the article alone, once for each version. An older version gives way."""
    article = index.article(article_id)
    if article is None:
        return None
    standing = index.entries([article_id]).get(article_id)
    if standing is None or standing.version < article.version:
        old = index.prints([article_id]).get(article_id)
        index.commit([*_its_entry(article, standing), *_its_terms(article, old, limits)])
    return article


def _its_entry(article: Article, standing: Entry | None) -> Iterator[Write]:
    revision, near = (standing.revision, standing.near) if standing else (0, ())
    yield PutEntry(Entry(article.facts, article.version, article.live, revision + 1, near))


def _its_terms(article: Article, old: Print | None, limits: Limits) -> Iterator[Write]:
    facts = article.facts
    new = fingerprint(article.title, article.text, facts.language) if article.live else {}
    yield PutPrint(facts.id, Print(article.version, new)) if article.live else DropPrint(facts.id)
    before = old.fingerprint if old else {}
    was = {term: before[term] for term in _heaviest(before, limits)}
    now = _heaviest(new, limits)
    for term in was.keys() - now:
        yield DropPosting(term, facts.place)
    for term in now:
        if was.get(term) != new[term]:
            yield PutPosting(term, Posting(*facts.place, new[term]))


def _heaviest(weights: Fingerprint, limits: Limits) -> list[str]:
    return list(islice(weights, limits.terms))


# ---------------------------------------------------------------- its edges


def connect(index: Index, article_id: str, limits: Limits = LIMITS) -> Connected:
    """Makes the edges of an article what they should be. Any order, any number of times."""
    changed: set[str] = set()
    near, missed_by = until_unmoved(index, lambda: _connect(index, article_id, changed, limits))
    return Connected(changed, near, missed_by)


def _connect(index: Index, article_id: str, changed: set[str], limits: Limits) -> tuple[set[str], list[str]]:
    """Adds to `changed` as it goes: a try that others got in the way of has written some of it."""
    entry = index.entries([article_id]).get(article_id)
    if entry is None:
        return set(), []
    have = dict(index.edges(article_id))
    if not entry.live:
        _rewrite(index, entry, have, {}, index.entries(have), changed, limits)
        return set(), []
    its = _print(index.prints([article_id]), entry)
    earlier, later = _found(index, entry, its, limits)
    partners = index.entries({*earlier, *later, *have})
    cosines = _cosines(index, its, partners)
    wanted = _wanted(entry, cosines, partners, earlier, have, limits)
    _rewrite(index, entry, have, wanted, partners, changed, limits)
    near = {other for other, _ in best(wanted.items(), limits.kept)}
    return near, [other for other in later if other not in have and _would_keep(partners, cosines, other, limits)]


def _print(prints: Mapping[str, Print], entry: Entry) -> Fingerprint:
    """Raises Moved where entry and fingerprint were read on two sides of a change."""
    found = prints.get(entry.id)
    if found is None or found.version != entry.version:
        raise Moved
    return found.fingerprint


def _found(index: Index, entry: Entry, its: Fingerprint, limits: Limits) -> tuple[list[str], list[str]]:
    """Candidates among the earlier articles, and later ones that share terms. In order there are none of the second."""
    terms, here = _heaviest(its, limits), entry.facts.place
    rows = index.postings(terms, limits.newest + 1)
    later = {term: [row for row in found if row.place > here] for term, found in rows.items()}
    if any(later.values()):
        rows = index.postings(terms, limits.newest, before=here)
    earlier = {term: [row for row in found if row.place < here] for term, found in rows.items()}
    return _best_of(its, earlier, limits.candidates), _best_of(its, later, limits.later)


def _best_of(its: Fingerprint, rows: Mapping[str, Sequence[Posting]], at_most: int) -> list[str]:
    return candidates(its, {term: [(row.id, row.weight) for row in found] for term, found in rows.items()}, at_most)


def _cosines(index: Index, its: Fingerprint, partners: Mapping[str, Entry]) -> dict[str, float]:
    """With the live among them, as far as they are near at all."""
    live = {other: partner for other, partner in partners.items() if partner.live}
    prints = index.prints(live)
    cosines = {other: cosine(its, _print(prints, partner)) for other, partner in live.items()}
    return {other: cos for other, cos in cosines.items() if cos >= FARTHEST}


def _wanted(
    entry: Entry,
    cosines: Mapping[str, float],
    partners: Mapping[str, Entry],
    earlier: Iterable[str],
    have: Iterable[str],
    limits: Limits,
) -> dict[str, float]:
    """The nearest of the earlier candidates, and every later article that has found this one."""
    own = best(((other, cosines[other]) for other in earlier if other in cosines), limits.own)
    place = entry.facts.place
    found = {other: cosines[other] for other in have if other in cosines and partners[other].facts.place > place}
    return dict(own) | found


def _would_keep(partners: Mapping[str, Entry], cosines: Mapping[str, float], other: str, limits: Limits) -> bool:
    """Whether a later article has room for this one among its nearest."""
    if other not in cosines:
        return False
    near = partners[other].near
    return len(near) < limits.kept or cosines[other] >= near[-1][1]


def _rewrite(
    index: Index,
    entry: Entry,
    have: Mapping[str, float],
    wanted: Mapping[str, float],
    partners: Mapping[str, Entry],
    changed: set[str],
    limits: Limits,
) -> None:
    """Writes the difference. Each transaction leaves all lists the heads of their edges.

    A partner whose entry cannot be read keeps what it has, until it is mended and settled anew.
    """
    different = sorted(other for other in {*have, *wanted} & partners.keys() if have.get(other) != wanted.get(other))
    edges = dict(have)
    for start in range(0, len(different), TOGETHER):
        writes: list[Write] = []
        for other in different[start : start + TOGETHER]:
            before, after = edges.pop(other, None), wanted.get(other)
            if after is not None:
                edges[other] = after
            writes += _edge(entry.id, other, before, after)
            writes += _partner(index, partners[other], entry.id, before, after, limits)
        entry = _with(entry, best(edges.items(), limits.kept))
        writes += _changed(entry)
        index.commit(writes)
        changed |= {write.entry.id for write in writes if isinstance(write, PutEntry)}


def _edge(one: str, other: str, before: float | None, after: float | None) -> Iterator[Write]:
    for here, there in ((one, other), (other, one)):
        if before is not None:
            yield DropEdge(here, there, before)
        if after is not None:
            yield PutEdge(here, there, after)


def _partner(
    index: Index, partner: Entry, one: str, before: float | None, after: float | None, limits: Limits
) -> Iterator[Write]:
    """Its list with, or without, the one; where that changes nothing, only that it is still what was compared."""
    rest = partner.near
    if before is not None and (one, before) in rest and len(rest) == limits.kept:
        rest = index.edges(partner.id, limits.kept + 1)
    pairs = dict(rest)
    pairs.pop(one, None)
    if after is not None:
        pairs[one] = after
    near = best(pairs.items(), limits.kept)
    if near != partner.near:
        yield from _changed(_with(partner, near))
    elif after is not None:
        yield StillThere(partner.id, partner.version)


def _with(entry: Entry, near: Near) -> Entry:
    return replace(entry, near=near, revision=entry.revision + 1)


def _changed(entry: Entry) -> Iterator[Write]:
    """An entry whose nearest are others now, and the mark by which the night finds it."""
    yield PutEntry(entry)
    yield PutMark(entry.id, entry.revision)
