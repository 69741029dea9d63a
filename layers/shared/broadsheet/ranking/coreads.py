"""What readers go on to after an article: one score for each candidate, from counts that fade.

Every count is kept twice. `now` halves every quarter of an hour and says what happens at the moment; `day` halves every 24
hours and says what usually happens. A pair is counted for an article A and an article B that was read in the same tab: as a
step when B came right after A, loosely when it came later or before. What part of `day` were steps is kept too: loose counts
say how well two articles go together, and only after a step is it true that somebody went on. Nothing here knows a reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Count = tuple[float, float, float]
"""How often, fading fast and slowly, and how much of the latter were steps: (now, day, steps)."""
Counts = dict[str, Count]

NOW = 15 * 60.0
"""Half-life of `now`, in seconds."""
DAY = 24 * 3600.0
"""Half-life of `day`, in seconds."""
LOOSE = 0.3
"""What a pair adds to `day` when B came later than right after A, or before it; a step adds 1 to both."""
KEPT = 200
"""Pairs kept for one article, the strongest; others are forgotten."""
FORGOTTEN = 0.02
"""A count below this is no longer kept."""
POPULAR = 50
"""Articles in what is read most now."""
PRIOR = 30.0
"""How many steps the expectation weighs as much as."""
BY_SHARE = 10.0
"""Loose counts that all of the site's reads, shared out by popularity, add to the expectation of any pair."""
TREND = 0.75
CALM = 0.2
"""Added above and below a trend, so that a handful of reads makes none."""
NEVER: Count = (0.0, 0.0, 0.0)


def step(times: float = 1.0) -> Count:
    """What reading B right after A adds to B in A's counts."""
    return times, times, times


def loosely(times: float = 1.0) -> Count:
    """What reading B and A in one tab adds otherwise."""
    return 0.0, LOOSE * times, 0.0


def read(times: float = 1.0) -> Count:
    """What so many reads add to an article in the site's counts."""
    return times, times, 0.0


def faded(counts: Mapping[str, Count], seconds: float) -> Counts:
    """The counts so many seconds later. What has faded away is left out."""
    now, day = 0.5 ** (seconds / NOW), 0.5 ** (seconds / DAY)
    return {key: (n * now, d * day, s * day) for key, (n, d, s) in counts.items() if d * day >= FORGOTTEN}


def added(counts: Mapping[str, Count], seen: Iterable[tuple[str, Count]]) -> Counts:
    """The counts and what was seen since."""
    total = dict(counts)
    for key, (now, day, steps) in seen:
        n, d, s = total.get(key, NEVER)
        total[key] = n + now, d + day, s + steps
    return total


def strongest(counts: Counts, kept: int = KEPT) -> Counts:
    """At most `kept` of the counts. One that rises now stays before one that was higher yesterday."""
    if len(counts) <= kept:
        return counts
    return dict(nlargest(kept, counts.items(), key=lambda pair: (4 * pair[1][0] + pair[1][1], pair[0])))


@dataclass(frozen=True)
class Site:
    """What is read on the whole site: the same for every article's list."""

    reads: Mapping[str, Count]
    total: float
    """Of all reads' `day`."""
    popular: Sequence[str]
    """Most read now, best first."""

    @classmethod
    def of(cls, reads: Mapping[str, Count]) -> Site:
        most = nlargest(POPULAR, ((now, key) for key, (now, _, _) in reads.items()))
        return cls(reads, sum(day for _, day, _ in reads.values()) or 1.0, [key for _, key in most])

    def share(self, key: str) -> float:
        return self.reads.get(key, NEVER)[1] / self.total

    def trend(self, key: str) -> float:
        """How fast an article is read now, compared with the day: 1 is as ever. Power TREND keeps it from ruling alone."""
        now, day, _ = self.reads.get(key, NEVER)
        return float(((now + CALM) / (day * NOW / DAY + CALM)) ** TREND)


def next_reads(article: str, pairs: Mapping[str, Count], site: Site) -> list[tuple[str, float]]:
    """(article, score), best first, of what readers of `article` went on to: of what there was a step to. Ties are broken by
    the key.

        score(B) = now(A, B) + PRIOR * q(B)
        q(B)  in proportion to  (day(A, B) + BY_SHARE * share(B)) * trend(B)

    It is the numerator of a Dirichlet-smoothed estimate of P(B after A) (MacKay and Peto, 1995; Zhai and Lafferty, 2001): what
    readers of A do at the moment, shrunk to what is to be expected from the last days and from what the site reads. With
    few readers the expectation decides, with many they decide themselves.
    """
    expected = {
        other: (day + BY_SHARE * site.share(other)) * site.trend(other)
        for other, (_, day, steps) in pairs.items()
        if other != article and steps >= FORGOTTEN
    }
    scale = PRIOR / (sum(expected.values()) or 1.0)
    scores = {other: pairs[other][0] + scale * weight for other, weight in expected.items()}
    return sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))
