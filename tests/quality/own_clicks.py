"""A made-up day of a made-up site, for the gate: who reads what, and goes on to what, with a seed.

Articles come all day and are forgotten within hours. A reader goes on to a sequel of what they read, to what else the section
has, or to what everybody reads at the moment. What everybody reads changes by the quarter of an hour.
"""

from __future__ import annotations

import random
from bisect import insort
from dataclasses import dataclass

from .next_click import BEFORE, HOUR, Beacon

LONG = 24 * HOUR
ARTICLES = 150
SESSIONS = 4_000
FORGOTTEN = 2 * HOUR
SEQUEL, SECTION = 0.3, 0.35
"""Of all steps; the others are to what everybody reads."""
SECTIONS = 5
ENDS = 0.35
PAUSE = 90.0


@dataclass(frozen=True)
class Read:
    id: str
    born: float
    section: int
    appeal: float
    sequels: tuple[int, ...]

    def drawing(self, at: float) -> float:
        return self.appeal * 0.5 ** ((at - self.born) / FORGOTTEN) if at >= self.born else 0.0


def beacons(seed: int = 1) -> list[Beacon]:
    chance = random.Random(seed)
    articles = [
        Read(
            f"a{n}",
            LONG * (n - 10) / ARTICLES,
            chance.randrange(SECTIONS),
            chance.paretovariate(1.2),
            tuple(chance.sample(range(max(0, n - 12), n + 1), min(3, n + 1))),
        )
        for n in range(ARTICLES)
    ]
    log: list[tuple[float, int, Beacon]] = []
    for session in range(SESSIONS):
        at, read = chance.uniform(0, LONG), []
        here = _popular(chance, articles, at)
        while here is not None:
            before = tuple(one.id for one in reversed(read[-BEFORE:]))
            insort(log, (at, session, Beacon(at, here.id, before, frozenset(one.id for one in read))))
            read.append(here)
            at += chance.expovariate(1 / PAUSE) + 5
            here = _next(chance, articles, read, at) if chance.random() > ENDS else None
    return [beacon for _, _, beacon in log]


def _next(chance: random.Random, articles: list[Read], read: list[Read], at: float) -> Read | None:
    kind, here = chance.random(), read[-1]
    if kind < SEQUEL:
        fits = [articles[n] for n in here.sequels]
    elif kind < SEQUEL + SECTION:
        fits = [one for one in articles if one.section == here.section]
    else:
        fits = articles
    return _popular(chance, [one for one in fits if one not in read], at)


def _popular(chance: random.Random, articles: list[Read], at: float) -> Read | None:
    drawing = [one.drawing(at) for one in articles]
    return chance.choices(articles, drawing)[0] if any(drawing) else None
