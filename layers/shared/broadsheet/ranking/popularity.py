"""What is read most, and what rises: lists for everybody, from counts by article and span of time."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from heapq import nlargest
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from .. import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

Window = Literal["1h", "24h", "7d"]
WINDOWS: tuple[Window, ...] = get_args(Window)
SLOT = timedelta(minutes=5)


class Unit(NamedTuple):
    """What a window is made of: so many spans of a kind, named by so much of a time stamp."""

    length: timedelta
    spans: int
    name: int


UNITS: dict[Window, Unit] = {
    "1h": Unit(SLOT, 12, len("2026-03-01T09:35")),
    "24h": Unit(timedelta(hours=1), 24, len("2026-03-01T09")),
    "7d": Unit(timedelta(days=1), 7, len("2026-03-01")),
}
RISING = 2.0
"""From how many standard deviations above its own past an article is trending: chance alone does that to one in forty."""


def slot(at: datetime) -> str:
    """The five minutes a time lies in: `2026-03-01T09:35`."""
    return _name(at - timedelta(minutes=at.minute % 5), UNITS["1h"])


def spans(window: Window, until: datetime) -> dict[str, float]:
    """The spans a window is summed from, and what part of each lies in it: all of them, but for the oldest.

    `until` is the end of five minutes. The span that runs then is the newest.
    """
    unit = UNITS[window]
    newest = _start(until - SLOT, unit)
    ran = (until - newest) / unit.length
    found = {_name(newest - n * unit.length, unit): 1.0 for n in range(unit.spans)}
    return found if ran >= 1 else {**found, _name(newest - unit.spans * unit.length, unit): 1.0 - ran}


def parts(span: str) -> list[str]:
    """The slots of an hour, the hours of a day."""
    if len(span) == UNITS["7d"].name:
        return [f"{span}T{hour:02d}" for hour in range(24)]
    return [f"{span}:{minute:02d}" for minute in range(0, 60, 5)]


def summed(counts: Iterable[tuple[Mapping[str, float], float]]) -> Counter[str]:
    """Counts with their weights, by article."""
    total: Counter[str] = Counter()
    for found, weight in counts:
        for key, n in found.items():
            total[key] += n * weight  # type: ignore[assignment]  # a part of the oldest span's
    return total


def most(counts: Mapping[str, float], limit: int) -> list[str]:
    """Most first; ties by key."""
    return [key for n, key in nlargest(limit, ((n, key) for key, n in counts.items() if n > 0))]


def trending(lately: Mapping[str, float], day: Mapping[str, float], limit: int) -> list[str]:
    """What rises against its own past, most first: reads of the last hour, and of the 24 hours that end with it.

        z = 2 * (sqrt(n + 3/8) - sqrt(e + 3/8))
        e = reads in the 23 hours before * (the site's reads in the hour / the site's in those) + reads of the average article

    A count's square root varies as much whatever its size (Anscombe, 1948), so z is the rise in standard deviations: ten
    times as many as ever of a little article and a tenth more of a big one are compared fairly. The site's rhythm takes
    out that mornings are busier than nights; the average article's reads are what a new one, without a past, has to beat.
    """
    past = {key: max(n - lately.get(key, 0.0), 0.0) for key, n in day.items()}
    read = sum(lately.values())
    rhythm, average = read / (sum(past.values()) or math.inf), read / (len(lately) or 1)
    rises = ((_rise(n, past.get(key, 0.0) * rhythm + average), key) for key, n in lately.items())
    return [key for _, key in nlargest(limit, (rise for rise in rises if rise[0] >= RISING))]


def _rise(n: float, expected: float) -> float:
    return 2 * (math.sqrt(n + 0.375) - math.sqrt(expected + 0.375))


def _start(at: datetime, unit: Unit) -> datetime:
    """Where the span begins that a time lies in."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (at - midnight) // unit.length * unit.length


def _name(start: datetime, unit: Unit) -> str:
    return clock.stamp(start)[: unit.name]
