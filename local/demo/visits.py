"""What the demo's readers read: visits of the last days, slot by slot, counted as the beacon and the pass count them.

The one idea: what is read is drawn by chance that is the same each time, from what was out at the time: the newer the more,
a few favourites above all, and in the last hour something that rises. A seed that was cut off goes on after the last five
minutes that are counted.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from broadsheet import clock, coreading, desk, popular, reads
from broadsheet.ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

AGES = [timedelta(hours=hours) for hours in (*range(144, 24, -12), *range(24, 3, -3))] + [
    timedelta(minutes=minutes) for minutes in range(180, 0, -15)
]
"""How long ago what was read in five minutes is counted: every half day, then every three hours, then every quarter."""
VISITS = 14
"""Tabs in such five minutes; each of them stands for many readers who do alike."""
LONGEST = 4
"""Articles that are read in one tab."""
FAVOURITES = 6
"""Articles that are read several times as much as others of their age."""
RISING = 2
HALF_LIFE = 20.0
"""Hours in which an article loses half of its readers."""
ENOUGH = 8.0
"""What one that everybody has read keeps: somebody comes by a search."""


@dataclass(frozen=True)
class Story:
    key: str
    section: str
    published: datetime
    appeal: float


def come(articles: Mapping[str, str], now: datetime) -> int:
    """Has readers come, by the ids of the articles by manuscript; the number of reads that were counted."""
    stories, chance = _stories(articles), random.Random(7)  # noqa: S311  the same each time
    counted, total = coreading.counted_until(), 0
    for age in AGES:
        began = _slot(now - age)
        drawn = list(_visits(stories, began, age, chance))
        if drawn and (counted is None or began >= counted):
            total += _read(drawn, began)
            popular.count_slot(began + popularity.SLOT, now)
    popular.prepare(now)
    return total


def _stories(articles: Mapping[str, str]) -> list[Story]:
    """Those that are published, by the names of their manuscripts: their order, like their appeal, is always the same."""
    names, found = sorted(articles), []
    random.Random(3).shuffle(names)  # noqa: S311  the same each time
    for place, name in enumerate(names):
        state, _ = desk.load(articles[name])
        if state.status == "published":
            appeal = 6.0 if place < FAVOURITES else 0.5 + 1.5 * place / len(names)
            found.append(Story(state.key, state.section, clock.parse(str(state.published_at)), appeal))
    return found


def _slot(at: datetime) -> datetime:
    """When the five minutes began that are the last to have ended at a time."""
    ended = at - popular.SETTLED - popularity.SLOT
    return ended.replace(minute=ended.minute // 5 * 5, second=0, microsecond=0)


Visit = tuple[list[Story], int]
"""What was read in one tab, the first first, and for how many readers it stands."""


def _visits(stories: list[Story], began: datetime, age: timedelta, chance: random.Random) -> Iterator[Visit]:
    out = [story for story in stories if story.published <= began]
    weights = [_weight(story, began) for story in out]
    for _ in range(VISITS if out else 0):
        seen = list(dict.fromkeys(chance.choices(out, weights, k=chance.randint(1, LONGEST))))
        yield seen, chance.randint(1, 6)
    if age <= timedelta(hours=1):
        for story in sorted(out, key=lambda story: story.published)[-RISING:]:
            yield [story], 12


def _weight(story: Story, began: datetime) -> float:
    hours = (began - story.published) / timedelta(hours=1)
    return float(story.appeal * (100 * 0.5 ** (hours / HALF_LIFE) + ENOUGH))


def _read(visits: list[Visit], began: datetime) -> int:
    total = 0
    for seen, times in visits:
        for place, story in enumerate(seen):
            before = [other.key for other in reversed(seen[max(0, place - reads.BEFORE) : place])]
            reads.add(story.key, story.section, before, times, began)
            total += times
    return total
