"""What readers of an article went on to: counts that fade, kept beside each article and moved on slot by slot.

An item says up to which five minutes it has counted. It is only ever moved on from where it stands, so five minutes count
once, however often they are counted and by however many at once. How counts fade and score is in `ranking.coreads`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from . import clock, keys, packing, settings, table
from .observability import bug
from .ranking import coreads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from .ranking.coreads import Count, Counts, Site
    from .reads import Slot
    from .table import Item

MOST_COUNTED = 1_000
"""Articles whose pairs are counted in one slot: those with the most."""
MOST_KNOWN = 5_000
"""Articles whose reads fade one by one; what is read less is as if it were never read."""
LISTED = 20
PRECISION = 1_000
KEPT = timedelta(days=7)
"""Pairs that nobody adds to are removed after a week."""
AT_ONCE = 100


# ---------------------------------------------------------------- pairs of one article


def count(slot: Slot, until: datetime) -> None:
    """Adds the pairs of five minutes that end at `until`. Doing it again adds nothing."""
    seen = _seen(slot)
    wanted = sorted(seen, key=lambda key: (-sum(day for _, (_, day, _) in seen[key]), key))[:MOST_COUNTED]
    for start in range(0, len(wanted), AT_ONCE):
        places = {key: keys.coreads(key) for key in wanted[start : start + AT_ONCE]}
        found = table.batch_get(settings.get().index, list(places.values()), consistent=True)
        for key, place in places.items():
            _add(key, found.get((place["pk"], place["sk"])), seen[key], until)


def _seen(slot: Slot) -> Mapping[str, list[tuple[str, Count]]]:
    """What each article's pairs gain: a step counts for both, as a step only for the one it was made from."""
    seen: dict[str, list[tuple[str, Count]]] = defaultdict(list)
    for (one, then), times in slot.after.items():
        seen[one].append((then, coreads.step(times)))
        seen[then].append((one, coreads.loosely(times)))
    for (one, then), times in slot.later.items():
        seen[one].append((then, coreads.loosely(times)))
        seen[then].append((one, coreads.loosely(times)))
    return seen


def _add(key: str, standing: Item | None, seen: list[tuple[str, Count]], until: datetime) -> None:
    stamp = clock.stamp(until)
    if _counted(standing, stamp):
        return
    pairs = coreads.strongest(coreads.added(_faded(standing, until), seen))
    item = {**keys.coreads(key), "entity": "coreads", "v": 1, "until": stamp, "expires_at": clock.epoch(until + KEPT)}
    try:
        table.write(_moved({**item, "pairs": _packed(pairs)}, standing))
    except table.Refused:  # another pass counts the same five minutes
        return


def _counted(standing: Item | None, stamp: str) -> bool:
    return standing is not None and standing["until"] >= stamp


def _moved(item: Item, standing: Item | None) -> table.Write:
    """Puts counts in the place of those they were made from; where these have ended meanwhile, there is nothing to lose."""
    store = settings.get().index
    if standing is None:
        return table.put(store, item, table.ABSENT)
    return table.put(store, item, f"{table.ABSENT} OR #until = :before", before=standing["until"])


def went_on(wanted: Sequence[str], site: Site, at: datetime) -> dict[str, list[tuple[str, float]]]:
    """(article, score), best first, of what readers of some articles went on to; nothing of those nobody went on from."""
    found: dict[str, list[tuple[str, float]]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        places = [keys.coreads(key) for key in wanted[start : start + AT_ONCE]]
        for item in table.batch_get(settings.get().index, places, consistent=True).values():
            key = keys.id_of(item["pk"])
            found[key] = coreads.next_reads(key, _faded(item, at), site)[:LISTED]
    return found


def _faded(item: Item | None, at: datetime) -> Counts:
    return coreads.faded(_unpacked(item, "pairs"), _since(item["until"], at)) if item else {}


def _since(stamp: str, at: datetime) -> float:
    return max(0.0, (at - clock.parse(stamp)).total_seconds())


# ---------------------------------------------------------------- the whole site


def counted_until() -> datetime | None:
    """The end of the last five minutes that were counted."""
    item = _site()
    return clock.parse(item["until"]) if item else None


def move_on(slot: Slot, until: datetime) -> bool:
    """Adds the site's reads of five minutes; the last thing done with them. False where that was done already."""
    standing, stamp = _site(), clock.stamp(until)
    if _counted(standing, stamp):
        return False
    seen = sum(slot.reads.values(), Counter[str]())
    faded = coreads.faded(_unpacked(standing, "reads"), _since(standing["until"], until)) if standing else {}
    reads = coreads.strongest(coreads.added(faded, ((key, coreads.read(n)) for key, n in seen.items())), MOST_KNOWN)
    item = {**keys.reading(), "entity": "reading", "v": 1, "until": stamp, "reads": _packed(reads)}
    try:
        table.write(_moved(item, standing))
    except table.Refused:
        return False
    return True


def site(at: datetime) -> Site:
    """What is read on the whole site, as of a time."""
    item = _site()
    return coreads.Site.of(coreads.faded(_unpacked(item, "reads"), _since(item["until"], at)) if item else {})


def _site() -> Item | None:
    return table.get(settings.get().index, keys.reading(), consistent=True)


# ---------------------------------------------------------------- stored counts


def _packed(counts: Counts) -> bytes:
    """Thousandths; without the key's order, equal counts are equal bytes."""
    whole = {key: [round(part * PRECISION) for part in count] for key, count in sorted(counts.items())}
    packed = packing.pack(json.dumps(whole, separators=(",", ":")))
    if packed is None:  # 5,000 articles take a tenth of an item
        raise ValueError("the counts fit no item")
    return packed


def _unpacked(item: Item, name: str) -> Counts:
    """What cannot be read begins anew: it must not hold up all that comes after it."""
    try:
        return dict(_counts(json.loads(packing.unpack(item[name]))))
    except Exception as error:  # whatever is wrong with it
        bug("unreadable counts", error, pk=item["pk"])
        return {}


def _counts(whole: Mapping[str, tuple[int, int, int]]) -> Iterator[tuple[str, Count]]:
    for key, (now, day, steps) in whole.items():
        yield key, (now / PRECISION, day / PRECISION, steps / PRECISION)
