"""Nearness: which articles to compare with, how near two are, and what their neighbourhoods say about it.

Nothing here reads or writes: `building` fetches what these functions want.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .fingerprint import Fingerprint

SELF = 0.5
CIRCLE = 10
OWN_WORD = 0.4
"""The share of the cosine in a score; the rest is that of the neighbourhoods."""

Near = tuple[tuple[str, float], ...]
"""Ids with cosines, nearest first, equally near ones by id."""


def best(pairs: Iterable[tuple[str, float]], at_most: int) -> Near:
    """The highest of some pairs; ties by id. Taking the best of the best of parts, in any order, gives the same."""
    return tuple(heapq.nsmallest(at_most, pairs, key=lambda pair: (-pair[1], pair[0])))


def candidates(
    fingerprint: Fingerprint, postings: Mapping[str, Iterable[tuple[str, float]]], at_most: int
) -> list[str]:
    """The articles that share the most with one, judged by the postings of its heaviest terms: their products, summed."""
    shared: dict[str, float] = defaultdict(float)
    for term, rows in sorted(postings.items()):
        for other, weight in rows:
            shared[other] += weight * fingerprint[term]
    return [other for other, _ in best(shared.items(), at_most)]


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Of two vectors of length one; six decimals, the same whichever comes first."""
    few, many = sorted((one, other), key=len)
    return round(math.fsum(weight * many[term] for term, weight in few.items() if term in many), 6)


def scores(this: str, near: Mapping[str, Near]) -> Near:
    """The neighbours of one article, best first, by score rather than by cosine alone. `near` has its list and theirs.

    v(x) = 0.5 e_x + the sum over the 10 nearest y of x of cos(x, y) e_y, scaled to length one
    score(x, y) = 0.4 cos(x, y) + 0.6 v(x)·v(y)

    Two articles of one story have the same neighbours; two that only sound alike have not. Then a second look: with the scores
    inside this neighbourhood each member's 10 nearest are chosen anew, and the score is taken once more. Ranking by shared
    neighbours is Jarvis and Patrick's (1973); choosing neighbours anew by the result is as in k-reciprocal re-ranking
    (Zhong and others, 2017).
    """
    members = [this, *(other for other, _ in near[this])]
    first = {member: neighbourhood(member, near[member]) for member in members if member in near}
    second = {member: neighbourhood(member, _second_look(member, near[member], first)) for member in first}
    return best(
        ((other, _score(cos, second[this], second[other])) for other, cos in near[this] if other in second),
        len(members),
    )


def _score(cos: float, one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return OWN_WORD * cos + (1 - OWN_WORD) * cosine(one, other)


def _second_look(member: str, its: Near, neighbourhoods: Mapping[str, Mapping[str, float]]) -> Near:
    """Its list by score; those whose neighbourhood is not known here have their cosine's part alone."""
    mine, cosines = neighbourhoods[member], dict(its)
    ranked = best(
        (
            (other, _score(cos, mine, neighbourhoods[other]) if other in neighbourhoods else OWN_WORD * cos)
            for other, cos in its
        ),
        CIRCLE,
    )
    return tuple((other, cosines[other]) for other, _ in ranked)


def neighbourhood(member: str, its: Near) -> dict[str, float]:
    weights = {**dict(its[:CIRCLE]), member: SELF}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {other: weight / length for other, weight in weights.items()}
