"""How often articles were read in spans of time: five minutes, an hour, a day.

An hour is made of its five minutes and a day of its hours, anew each time, so that it does not matter how often that is done.
Whoever is late and knows of fewer five minutes than are in a span already leaves it as it is.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from . import clock, keys, packing, settings, table
from .observability import bug
from .ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from .ranking.popularity import Window
    from .reads import Slot
    from .table import Item

    Reads = dict[str, Counter[str]]
    """By section and article."""

MOST_KNOWN = 10_000
"""Articles in one span, as many of each section, those that were read most: a quarter of an item."""
MOST_TOUCHED = 500
KEPT = {len("2026-03-01T09:35"): timedelta(days=2), len("2026-03-01T09"): timedelta(days=3)}
"""A day longer than they are needed: passes may come a day late."""
KEPT_DAYS = timedelta(days=9)


def sum_up(name: str, slot: Slot, at: datetime) -> None:
    """Keeps the reads of five minutes, and makes their hour and their day anew."""
    if slot.reads:
        touched = dict(slot.touched().most_common(MOST_TOUCHED))
        _keep(name, slot.reads, name, at, touched=_packed(touched))
        for span in (name[: len("2026-03-01T09")], name[: len("2026-03-01")]):
            _keep(span, _together(_found(popularity.parts(span)), {}), name, at)


def of(window: Window, until: datetime) -> Reads:
    """Reads in a window that ends with the five minutes at `until`. The oldest span counts by the part that lies in it."""
    weights = popularity.spans(window, until)
    return _together(_found(list(weights)), weights)


def touched(starts: Sequence[datetime]) -> Counter[str]:
    """How often articles were read, or left for another, in some five minutes, by when they began."""
    wanted = [keys.span(popularity.slot(start)) for start in starts]
    found = table.batch_get(settings.get().index, wanted, consistent=True)
    total: Counter[str] = Counter()
    for item in found.values():
        total.update(_unpacked(item, "touched"))
    return total


def _together(found: Mapping[str, Reads], weights: Mapping[str, float]) -> Reads:
    total: Reads = {}
    for span, reads in found.items():
        for section, counts in reads.items():
            mine = total.setdefault(section, Counter())
            for key, n in counts.items():
                mine[key] += round(n * weights.get(span, 1.0))
    return total


def _keep(span: str, reads: Reads, slot: str, at: datetime, **more: bytes | None) -> None:
    """`slot` is the newest that is in it."""
    most = {section: dict(counts.most_common(MOST_KNOWN // len(reads))) for section, counts in reads.items()}
    ends = clock.epoch(at + KEPT.get(len(span), KEPT_DAYS))
    item = {
        **keys.span(span),
        "entity": "span",
        "v": 1,
        "reads": _packed(most),
        "slot": slot,
        "expires_at": ends,
        **more,
    }
    try:
        table.write(table.put(settings.get().index, item, f"{table.ABSENT} OR #slot <= :slot", slot=slot))
    except table.Refused:  # another pass has come further
        return


def _found(spans: Sequence[str]) -> dict[str, Reads]:
    """One BatchGetItem: a window has at most 25 spans."""
    read = table.batch_get(settings.get().index, [keys.span(span) for span in spans], consistent=True)
    return {
        keys.id_of(pk): {section: Counter(counts) for section, counts in _unpacked(item, "reads").items()}
        for (pk, _), item in read.items()
    }


def _packed(counts: Mapping[str, Any]) -> bytes | None:
    return packing.pack(json.dumps(counts, separators=(",", ":"), sort_keys=True))


def _unpacked(item: Item, name: str) -> dict[str, Any]:
    """What cannot be read is as if nothing was read in it."""
    try:
        return dict(json.loads(packing.unpack(item[name])))
    except Exception as error:  # whatever is wrong with it
        bug("unreadable span", error, pk=item["pk"])
        return {}
