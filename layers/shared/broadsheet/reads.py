"""What readers read: how often each article, and after which others. Nothing here knows a reader.

A page says once what is read and what was read before in its tab. A read that counts costs two write units, one for the
throttle of its network and one for the count, and at most two read units, for whether its articles exist. Where a row has
named all the pairs it may, one that names another costs a third: in a real log, one read of 900.

**It bears any number.** One instance counts about ten reads a second; of more it counts a sample, and the others cost no
call at all. 10,000 a second keep some fifty instances busy, with about 500 counts a second. A count goes to one of eight
shards of its five minutes, each of which takes 1,000 writes a second.

**What made-up reads can do is bounded.** A row names pairs until it has named ROOM, and stays within a kilobyte, which is a
write unit; of a slot a pass reads MOST_ROWS rows a shard and takes in MOST_PAIRS pairs. A big portal's busiest five minutes
have 617 rows, and 30 pairs in the longest of them.

Which reads count is decided in `damping`; what is made of them, in `popular` and `coreading`.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from . import clock, damping, keys, settings, slugs, table
from .errors import BadJson, Unavailable, invalid
from .observability import bug
from .observability import count as note
from .ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from .keys import Key
    from .table import Item, Write

BEFORE = 3
"""Articles read before in the tab that a beacon may name."""
MAX_BODY = 2_048
SHARDS = 8
KEPT = timedelta(hours=24)
"""Counts end after a day; a pass has made lists of them within minutes."""
REMEMBERED = 60.0
"""Seconds an instance remembers that an article exists."""
MOST_REMEMBERED = 2_000
ROOM = 55
"""Pairs a row has named, the same ones again and again, from which on it names no others: those it has are counted on."""
MOST_ROWS = 2_000
"""Rows of a shard that are read of a slot."""
MOST_PAIRS = 300_000
"""Pairs of a slot: in memory a third of what the function has."""
BOT = re.compile(r"(?<!cu)bot\b|crawl|spider|headless|preview|lighthouse", re.IGNORECASE)
"""Those that say so. A Cubot is a telephone."""


def before(text: str) -> list[str]:
    """The slugs in a beacon's JSON, the latest first: `{"before": ["…"]}`. Raises BadJson, Invalid."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):  # a thousand brackets
        raise BadJson("The body is not valid JSON.") from None
    if not isinstance(given, dict):
        raise BadJson("The body must be a JSON object.")
    for name in given.keys() - {"before"}:
        raise invalid(name[:100], "unknown_field", "Not a field of a beacon.")
    named = given.get("before", [])
    if not (isinstance(named, list) and all(isinstance(slug, str) for slug in named)):
        raise invalid("before", "wrong_type", "A list of slugs.")
    if len(named) > BEFORE:
        raise invalid("before", "too_many", f"At most {BEFORE} slugs.")
    return named


def count(slug: str, before: Sequence[str], network: str, agent: str, at: datetime) -> None:
    """Counts a read, if it is a reader's. Whether it did is nobody's business: nothing is returned or raised."""
    key = slugs.key_of(slug)
    if not key or BOT.search(agent) or damping.heard(key, network, at):
        return
    times = damping.sampled(time.monotonic())
    if not times:
        return
    try:
        _count(key, before, network, times, at)
    except Unavailable:
        note("ReadsLost", times)


def _count(key: str, before: Sequence[str], network: str, times: int, at: datetime) -> None:
    wanted = list(dict.fromkeys([key, *(other for text in before if (other := slugs.key_of(text)))]))
    sections = _live(wanted)
    if key not in sections:
        return
    if worth := damping.admitted(key, network, times, at):
        earlier = [other for other in wanted if other != key and other in sections]
        add(key, sections[key], earlier, worth, at)


# ---------------------------------------------------------------- what exists

_memory: dict[str, tuple[float, str | None]] = {}


def _live(wanted: list[str]) -> dict[str, str]:
    """The sections of those articles that readers can read: one BatchGetItem for what is not remembered."""
    now = time.monotonic()
    unknown = [key for key in wanted if key not in _memory or _memory[key][0] < now]
    if len(_memory) + len(unknown) > MOST_REMEMBERED:
        _memory.clear()
        unknown = wanted
    if unknown:
        places = {key: keys.public_item(key, keys.DISCUSSION) for key in unknown}
        read = table.batch_get(settings.get().site, list(places.values()))
        for key, place in places.items():
            _memory[key] = now + REMEMBERED, _section(read.get((place["pk"], place["sk"])))
    known = {key: _memory[key][1] for key in wanted}
    return {key: section for key, section in known.items() if section}


def _section(discussion: Item | None) -> str | None:
    return None if discussion is None or discussion["withdrawn"] else str(discussion["section"])


def forget() -> None:
    """Empties what an instance remembers. For tests."""
    _memory.clear()
    damping.forget()


# ---------------------------------------------------------------- counts of five minutes


def add(key: str, section: str, earlier: Sequence[str], times: int, at: datetime) -> None:
    """Adds to an article's counts: reads, reads right after another article, and reads later after others."""
    shard = (crc32(earlier[0].encode()) if earlier else random.randrange(SHARDS)) % SHARDS  # noqa: S311
    place = keys.read_entry(popularity.slot(at), shard, key)
    pairs = [f"{keys.LATER if n else keys.AFTER}{other}" for n, other in enumerate(earlier)]
    write = _addition(place, section, pairs, times, at, naming=True)
    try:
        table.write(write)
    except table.Refused as refused:
        named = [pair for pair in pairs if pair in (refused.items[write] or {})]
        table.write(_addition(place, section, named, times, at))


def _addition(
    place: Key, section: str, pairs: Sequence[str], times: int, at: datetime, *, naming: bool = False
) -> Write:
    """With `naming`, on condition that the row has room for these pairs, or names them already."""
    added, condition, values = [f"#{name} :times" for name in ("n", *pairs)], "", {}
    if naming and pairs:
        there = " AND ".join(f"attribute_exists(#{pair})" for pair in pairs)
        condition = f"attribute_not_exists(#named) OR #named < :room OR ({there})"
        added.append("#named :pairs")
        values = {"room": ROOM, "pairs": len(pairs)}
    return table.update(
        settings.get().index,
        place,
        f"SET #entity = :entity, #v = :v, #section = :section, #expires_at = :ends ADD {', '.join(added)}",
        condition,
        entity="reads",
        v=1,
        section=section,
        ends=clock.epoch(at + KEPT),
        times=times,
        **values,
    )


@dataclass(frozen=True)
class Slot:
    """What was read in five minutes."""

    reads: dict[str, Counter[str]]
    """By section and article."""
    after: Counter[tuple[str, str]]
    """How often the second was read right after the first."""
    later: Counter[tuple[str, str]]
    """How often it was read later after it."""

    def touched(self) -> Counter[str]:
        """How often each article was read, or left for another: what its readers go on to may have changed."""
        total = sum(self.reads.values(), Counter[str]())
        for (one, _), times in self.after.items():
            total[one] += times
        return total


def of(slot: str) -> Slot:
    """What was read in five minutes: two Queries for each shard, one where there is more than is read of it."""
    found = Slot({}, Counter(), Counter())
    for shard in range(SHARDS):
        for item in _rows(slot, shard):
            try:
                _take_in(found, item)
            except (KeyError, TypeError) as error:
                bug("unreadable reads", error, slot=slot)
    return found


def _rows(slot: str, shard: int) -> Iterator[Item]:
    """Each shard's from another letter on: where there are too many, no article is left out of all shards."""
    store, pk = settings.get().index, keys.reads(slot, shard)
    first = slugs.ALPHABET[shard * len(slugs.ALPHABET) // SHARDS]
    rows = table.query(store, pk, after=first, limit=MOST_ROWS, consistent=True)
    yield from rows
    if len(rows) < MOST_ROWS:
        yield from table.query(store, pk, up_to=first, limit=MOST_ROWS - len(rows), consistent=True)


def _take_in(found: Slot, item: Item) -> None:
    key = item["sk"]
    found.reads.setdefault(item["section"], Counter())[key] += item["n"]
    for name, times in item.items():
        if len(found.after) + len(found.later) >= MOST_PAIRS:
            return
        if name.startswith(keys.AFTER):
            found.after[name.removeprefix(keys.AFTER), key] += times
        elif name.startswith(keys.LATER):
            found.later[name.removeprefix(keys.LATER), key] += times
