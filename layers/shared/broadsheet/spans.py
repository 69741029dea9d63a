"""How often articles were read in spans of time: five minutes, an hour, a day.

An hour is made of its five minutes and a day of its hours, anew each time, so that it does not matter how often that is done.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from . import clock, keys, packing, settings, table
from .ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from .ranking.popularity import Window

    Reads = dict[str, Counter[str]]
    """By section and article."""

MOST_KNOWN = 2_000
"""Articles of a section in one span, those that were read most."""
KEPT = {len("2026-03-01T09:35"): timedelta(days=1), len("2026-03-01T09"): timedelta(days=2)}
KEPT_DAYS = timedelta(days=9)


def sum_up(slot: str, reads: Reads, at: datetime) -> None:
    """Keeps the reads of five minutes, and makes their hour and their day anew."""
    if reads:
        hour, day = slot[: len("2026-03-01T09")], slot[: len("2026-03-01")]
        _keep(slot, reads, at)
        for span in (hour, day):
            _keep(span, _together(_found(popularity.parts(span)), {}), at)


def of(window: Window, until: datetime) -> Reads:
    """Reads in a window that ends with the five minutes at `until`. The oldest span counts by the part that lies in it."""
    weights = popularity.spans(window, until)
    return _together(_found(list(weights)), weights)


def _together(found: Mapping[str, Reads], weights: Mapping[str, float]) -> Reads:
    total: Reads = {}
    for span, reads in found.items():
        for section, counts in reads.items():
            mine = total.setdefault(section, Counter())
            for key, n in counts.items():
                mine[key] += round(n * weights.get(span, 1.0))
    return total


def _keep(span: str, reads: Reads, at: datetime) -> None:
    most = {section: dict(counts.most_common(MOST_KNOWN)) for section, counts in reads.items()}
    packed = packing.pack(json.dumps(most, separators=(",", ":"), sort_keys=True))
    ends = clock.epoch(at + KEPT.get(len(span), KEPT_DAYS))
    item = {**keys.span(span), "entity": "span", "v": 1, "reads": packed, "expires_at": ends}
    table.write(table.put(settings.get().index, item))


def _found(spans: Sequence[str]) -> dict[str, Reads]:
    """One BatchGetItem: a window has at most 25 spans."""
    read = table.batch_get(settings.get().index, [keys.span(span) for span in spans], consistent=True)
    return {
        keys.id_of(pk): {
            section: Counter(counts) for section, counts in json.loads(packing.unpack(item["reads"])).items()
        }
        for (pk, _), item in read.items()
    }
