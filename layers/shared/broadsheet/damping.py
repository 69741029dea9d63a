"""Which reads count: a sample where there are too many, and only so many from one network.

A network is known for an hour, by a hash with a salt that lives for a day in one place and is then written over. Nobody
is refused: what is too much is not counted, and looks the same from outside.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from zlib import crc32

from . import clock, keys, settings, table

if TYPE_CHECKING:
    from datetime import datetime

    from .keys import Key

CALM = 10
"""Reads a second up to which an instance counts each."""
REPEATS = 10
"""Reads of one article that count for one network and hour."""
FLOOD = 1_000
"""Reads of whatever articles that count for one network and hour."""
CELLS = 128
"""A network's reads are told apart by cells, not by article: its item stays within a write unit whatever it reads."""
MOST_KNOWN = 10_000
"""Cells that an instance knows to be full, and cells whose reads it knows the number of."""


# ---------------------------------------------------------------- repeats

_heard: Counter[int] = Counter()
"""How often this instance heard of a network's cell in an hour: by hashes that mean nothing outside of the process."""


def heard(key: str, network: str, at: datetime) -> bool:
    """Whether this instance has heard it from the network as often as counts in an hour. It makes no call.

    That is left out before a sample is drawn: a flood from one network is no rush, in which others would count by sample.
    """
    if not settings.get().throttles:
        return False
    cell = hash((network, _cell(key), clock.epoch(at) // 3600))
    if len(_heard) >= MOST_KNOWN:
        _heard.clear()
    _heard[cell] += 1
    return _heard[cell] > REPEATS


def _cell(key: str) -> str:
    return f"c{crc32(key.encode()) % CELLS}"


# ---------------------------------------------------------------- sampling

_second: list[int] = [0, 0, 0]
"""The second that runs, the reads in it, and the reads in the one before."""


def sampled(now: float) -> int:
    """How many reads this one stands for; 0 where it is not in the sample. `now` is in seconds of any clock.

    Whether it is, is decided before it is looked at, and its weight is the inverse of its chance, so that sums stay true
    on average (Horvitz and Thompson, 1952).
    """
    second, seen, last = _second
    if int(now) != second:
        second, seen, last = int(now), 0, seen if int(now) == second + 1 else 0
    _second[:] = second, seen + 1, last
    one_in = -(-max(seen + 1, last) // CALM)
    return one_in if random.randrange(one_in) == 0 else 0  # noqa: S311


# ---------------------------------------------------------------- throttle


_full: set[tuple[str, str]] = set()
"""Cells of an hour that are full: a flood is not asked about again and again."""


def admitted(key: str, network: str, times: int, at: datetime) -> int:
    """How many reads this one counts for, of those it stands for; 0 where the network's reads of this hour count no more.

    They are counted as they are looked at, so none slips by. One that stands for many counts for all of them, or what is
    counted in a rush would be too little; it is the last of its network where it goes over.
    """
    if not settings.get().throttles:
        return times
    place, cell = _place(network, at), _cell(key)
    known = place["pk"], cell
    if known in _full:
        return 0
    write = table.update(
        settings.get().sessions,
        place,
        f"SET #entity = :entity, #v = :v, #expires_at = :ends ADD #tries :times, #{cell} :times",
        f"{table.ABSENT} OR (#tries < :flood AND (attribute_not_exists(#{cell}) OR #{cell} < :repeats))",
        entity="throttle",
        v=1,
        ends=clock.epoch(at) // 3600 * 3600 + 3600,
        times=times,
        flood=FLOOD,
        repeats=REPEATS,
    )
    try:
        table.write(write)
    except table.Refused:
        if len(_full) >= MOST_KNOWN:
            _full.clear()
        _full.add(known)
        return 0
    return times


def _place(network: str, at: datetime) -> Key:
    """Where a network's reads of an hour are counted. Without the day's salt nobody finds out whose they are."""
    who = f"{network} {clock.epoch(at) // 3600}".encode()
    return keys.throttle("reads", sha256(_salt(clock.stamp(at)[:10]) + who).hexdigest())


_salts: dict[str, bytes] = {}


def _salt(day: str) -> bytes:
    """The day's random salt. There is one place for it, so each day's first read destroys the one of the day before."""
    if day not in _salts:
        standing = table.get(settings.get().sessions, keys.read_salt(), consistent=True)
        salt = standing["salt"] if standing and standing["day"] >= day else _new_salt(day)
        _salts.clear()
        _salts[day] = salt
    return _salts[day]


def _new_salt(day: str) -> bytes:
    import secrets

    salt = secrets.token_bytes(32)
    ends = clock.epoch(clock.parse(f"{day}T00:00:00Z") + timedelta(days=1))
    item = {**keys.read_salt(), "entity": "salt", "v": 1, "day": day, "salt": salt, "expires_at": ends}
    write = table.put(settings.get().sessions, item, f"{table.ABSENT} OR #day < :today", today=day)
    try:
        table.write(write)
    except table.Refused as refused:  # another instance was first
        standing = refused.items[write]
        return bytes(standing["salt"]) if standing else _new_salt(day)
    return salt


def forget() -> None:
    """Empties what an instance remembers. For tests."""
    _salts.clear()
    _full.clear()
    _heard.clear()
    _second[:] = 0, 0, 0
