"""Next click: does the list shown beside an article hold what its reader goes on to?

A log of clicks (`ts_ms,user,session,article`) is played in the order of time. Each click is a beacon: the article and up to
three that were read before it in the session, nothing else. Every five minutes a pass counts what arrived and builds lists;
they reach readers a minute later. A list is one article's, the same for everybody. What is measured are the clicks of the
second half of the log; constants were fitted on the first. Every scheme sees the same beacons at the same time.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from broadsheet.ranking import coreads
from broadsheet.ranking.choosing import MOST_WENT_ON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

SLOT = 300
SHOWN_AFTER = 60
"""Seconds from a pass to the reader: building, and what caches keep."""
BEFORE = 3
STORED = 20
"""Articles on a stored list: more than are shown, so that what was read already can be left out."""
HOUR = 3600.0
WARM = 6 * HOUR
"""Nothing is measured in the log's first hours, when nobody can know anything."""


@dataclass(frozen=True)
class Beacon:
    at: float
    article: str
    before: tuple[str, ...]
    """Read before in the session, the latest first."""
    read: frozenset[str]
    """All that was read before in the session. No list knows it; a page may."""


def beacons(path: Path, share: float = 1.0) -> Iterator[Beacon]:
    """The log's clicks; with `share`, those of so many of its sessions: a smaller site with the same readers."""
    sessions: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if int(row["session"]) * 2654435761 % 2**32 >= share * 2**32:
                continue
            read = sessions[row["session"]]
            yield Beacon(int(row["ts_ms"]) / 1000, row["article"], tuple(read[: -BEFORE - 1 : -1]), frozenset(read))
            read.append(row["article"])


# ---------------------------------------------------------------- schemes


class Scheme(Protocol):
    """Learns, and shows lists."""

    def learn(self, arrived: list[Beacon]) -> None:
        """A pass: what arrived in the last five minutes."""

    def click(self, beacon: Beacon) -> None:
        """A click as it happens. What is deployed cannot learn from it before the next pass."""

    def shown(self, article: str) -> list[str]:
        """The list that stands beside an article, best first."""


@dataclass
class Popular(Scheme):
    """What was read most in the last two hours."""

    slots: list[Counter[str]] = field(default_factory=list)
    top: list[str] = field(default_factory=list)

    def learn(self, arrived: list[Beacon]) -> None:
        self.slots = [*self.slots, Counter(beacon.article for beacon in arrived)][-24:]
        total: Counter[str] = sum(self.slots, Counter())
        self.top = _best(total)

    def shown(self, article: str) -> list[str]:
        return [other for other in self.top if other != article]


@dataclass
class CoReads(Scheme):
    """How often two articles were read in one tab, both ways, with a half-life; a score for each pair."""

    half_life: float = 24 * HOUR
    score: str = "count"
    steps_only: bool = False
    pairs: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    reads: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    lists: dict[str, list[str]] = field(default_factory=dict)
    weight: float = 1.0
    total: float = 0.0

    def learn(self, arrived: list[Beacon]) -> None:
        self.weight *= 2 ** (SLOT / self.half_life)  # what is newer weighs more: the same as fading what is older
        self.lists = {}
        for beacon in arrived:
            self.count(beacon)

    def count(self, beacon: Beacon) -> None:
        self.reads[beacon.article] += self.weight
        self.total += self.weight
        for other in beacon.before[:1] if self.steps_only else beacon.before:
            self.pairs[other][beacon.article] += self.weight
            if not self.steps_only:
                self.pairs[beacon.article][other] += self.weight

    def shown(self, article: str) -> list[str]:
        if article not in self.lists:
            found = self.pairs.get(article, {})
            self.lists[article] = _best(self._scored(article, found), article)
        return self.lists[article]

    def _scored(self, article: str, found: dict[str, float]) -> dict[str, float]:
        if self.score == "cosine":
            return {
                other: count / math.sqrt(self.reads[other]) for other, count in found.items() if other in self.reads
            }
        if self.score == "llr":
            most = nlargest(100, found.items(), key=lambda pair: pair[1])
            return {other: self._llr(article, other, count) for other, count in most}
        return found

    def _llr(self, article: str, other: str, both: float) -> float:
        """Dunning (1993), positive where the two are read together more than chance has it."""
        scale = 1 / self.weight
        k11, n1, n2, n = (x * scale for x in (both, self.reads[article], self.reads[other], self.total))
        k12, k21 = max(n1 - k11, 0.0), max(n2 - k11, 0.0)
        k22 = max(n - k11 - k12 - k21, 0.0)
        cells, rows, columns = (k11, k12, k21, k22), (k11 + k12, k21 + k22), (k11 + k21, k12 + k22)
        value = 2 * (_xlogx(*cells) - _xlogx(*rows) - _xlogx(*columns) + _xlogx(k11 + k12 + k21 + k22))
        return value if k11 * k22 > k12 * k21 else -value


@dataclass
class AtOnce(CoReads):
    """The same as if every click were counted and every list rebuilt in the moment it happens: what no prepared list can do."""

    def learn(self, arrived: list[Beacon]) -> None:  # noqa: ARG002  they were counted one by one
        super().learn([])

    def click(self, beacon: Beacon) -> None:
        self.count(beacon)
        for article in (beacon.article, *beacon.before):
            self.lists.pop(article, None)


@dataclass
class Broadsheet(Scheme):
    """What is deployed: counts that fade, and a list rebuilt for each article that was read since the last pass."""

    kept: int = coreads.KEPT
    at_most: int = MOST_WENT_ON
    pairs: dict[str, coreads.Counts] = field(default_factory=dict)
    passes: int = 0
    counted: dict[str, int] = field(default_factory=dict)
    """The pass that last added to an article's pairs."""
    reads: coreads.Counts = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    popular: list[str] = field(default_factory=list)

    def learn(self, arrived: list[Beacon]) -> None:
        self.passes += 1
        seen: dict[str, list[tuple[str, coreads.Count]]] = defaultdict(list)
        for beacon in arrived:
            for place, other in enumerate(beacon.before):
                seen[other].append((beacon.article, coreads.loosely() if place else coreads.step()))
                seen[beacon.article].append((other, coreads.loosely()))
        read = Counter(beacon.article for beacon in arrived)
        self.reads = coreads.added(coreads.faded(self.reads, SLOT), ((key, coreads.read(n)) for key, n in read.items()))
        site = coreads.Site.of(self.reads)
        self.popular = list(site.popular[:STORED])
        for article in seen.keys() | read.keys():
            since = (self.passes - self.counted.get(article, self.passes)) * SLOT
            stands = coreads.faded(self.pairs.get(article, {}), since)
            self.pairs[article] = coreads.strongest(coreads.added(stands, seen[article]), self.kept)
            self.counted[article] = self.passes
            best = coreads.next_reads(article, self.pairs[article], site)
            self.lists[article] = [key for key, _ in best[:STORED]]

    def shown(self, article: str) -> list[str]:
        """As many as a list takes of what readers went on to; where no text is known, what is popular fills the rest."""
        best = self.lists.get(article, [])[: self.at_most]
        return list(dict.fromkeys([*best, *(key for key in self.popular if key != article)]))


def _best(scores: dict[str, float], without: str = "") -> list[str]:
    most = nlargest(STORED + 1, ((score, key) for key, score in scores.items() if score > 0))
    return [key for _, key in most if key != without]


def _xlogx(*values: float) -> float:
    return sum(value * math.log(value) for value in values if value > 0)


# ---------------------------------------------------------------- measuring


@dataclass
class Found:
    """At which place of each list the next article was."""

    places: list[int | None] = field(default_factory=list)
    unread: list[int | None] = field(default_factory=list)
    """The same where the page leaves out what was read before in the session."""

    def see(self, shown: list[str], beacon: Beacon) -> None:
        self.places.append(_place(shown, beacon.article))
        left = [key for key in shown if key not in beacon.read or key == beacon.article]
        self.unread.append(_place(left, beacon.article))

    def metrics(self) -> dict[str, float]:
        measured = {f"hit@{n}": _hits(self.places, n) for n in (5, 10)}
        measured |= {f"ndcg@{n}": _gain(self.places, n) for n in (5, 10)}
        return measured | {"hit@5 unread": _hits(self.unread, 5)}


def _place(shown: Iterable[str], article: str) -> int | None:
    return next((place for place, key in enumerate(islice(shown, 10)) if key == article), None)


def _hits(places: list[int | None], n: int) -> float:
    return sum(place is not None and place < n for place in places) / max(1, len(places))


def _gain(places: list[int | None], n: int) -> float:
    """nDCG where one article is right: 1 at the first place, 0.63 at the second (Järvelin and Kekäläinen, 2002)."""
    return sum(1 / math.log2(place + 2) for place in places if place is not None and place < n) / max(1, len(places))


Span = tuple[float, float]


def play(log: list[Beacon], schemes: dict[str, Scheme], spans: Sequence[Span]) -> list[dict[str, Found]]:
    """What each scheme shows at each click that follows on another click, for each span of time."""
    found = {span: {name: Found() for name in schemes} for span in spans}
    shown, learned = 0, log[0].at // SLOT * SLOT + SLOT
    for beacon in log:
        while learned + SHOWN_AFTER <= beacon.at:
            end = shown
            while log[end].at < learned:
                end += 1
            for scheme in schemes.values():
                scheme.learn(log[shown:end])
            shown, learned = end, learned + SLOT
        for (since, until), its in found.items():
            if since <= beacon.at < until:
                _measure(beacon, schemes, its)
        for scheme in schemes.values():
            scheme.click(beacon)
    return list(found.values())


def _measure(beacon: Beacon, schemes: dict[str, Scheme], found: dict[str, Found]) -> None:
    if beacon.before:
        for name, scheme in schemes.items():
            found[name].see(scheme.shown(beacon.before[0]), beacon)


COUNTS = "co-read counts, 24 h half-life"
"""What next clicks are compared with."""


def schemes() -> dict[str, Scheme]:
    return {
        "popular in 2 h": Popular(),
        "co-read cosine": CoReads(half_life=1e9, score="cosine"),
        COUNTS: CoReads(),
        "steps only, 24 h half-life": CoReads(steps_only=True),
        "co-read LLR, 24 h half-life": CoReads(score="llr"),
        "co-read counts, counted at every click": AtOnce(),
        "broadsheet, as seen": Broadsheet(),
    }


def halves(log: list[Beacon]) -> list[dict[str, Found]]:
    """What each scheme found in the first half of the log's time, once it is warm, and in the second. In one play."""
    middle = (log[0].at + log[-1].at) / 2
    return play(log, schemes(), [(log[0].at + WARM, middle), (middle, math.inf)])
