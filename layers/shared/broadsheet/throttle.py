"""Throttles: how often something may be tried. They live in a table, so that all instances count together.

After a few free failures each further one doubles the wait, up to a minute: guessing becomes hopeless, and nobody can
lock somebody else out for longer than that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from . import clock, keys, settings, table
from .errors import too_many

FREE = 5
LONGEST_WAIT = 60
COLLISIONS = 5
FORGOTTEN = timedelta(hours=1)


def admit(what: str, who: str, at: datetime) -> None:
    """Counts a try before it is made. Raises TooManyRequests while the wait of the last one lasts.

    The count only moves from the one that was read, so of many tries at once none goes uncounted.
    """
    if not settings.get().throttles:
        return
    key, now = keys.throttle(what, sha256(who.encode()).hexdigest()), clock.epoch(at)
    for _ in range(COLLISIONS):
        standing = table.get(settings.get().sessions, key, consistent=True)
        tries = standing["tries"] if standing and standing["expires_at"] > now else 0
        if standing and tries and standing["not_before"] > now:
            raise too_many(standing["not_before"] - now)
        if _counted(key, standing, tries + 1, at):
            return
    raise too_many(1)


def _counted(key: keys.Key, standing: table.Item | None, tries: int, at: datetime) -> bool:
    wait = min(2 ** (tries - FREE), LONGEST_WAIT) if tries > FREE else 0
    item = {
        **key,
        "entity": "throttle",
        "v": 1,
        "tries": tries,
        "not_before": clock.epoch(at) + wait,
        "expires_at": clock.epoch(at + FORGOTTEN),
    }
    if standing is None:
        write = table.put(settings.get().sessions, item, table.ABSENT)
    else:
        write = table.put(settings.get().sessions, item, "#tries = :tries", tries=standing["tries"])
    try:
        table.write(write)
    except table.Refused:
        return False
    return True


def forgive(what: str, who: str) -> None:
    """Forgets the tries, after one that succeeded."""
    if settings.get().throttles:
        table.write(table.delete(settings.get().sessions, keys.throttle(what, sha256(who.encode()).hexdigest())))
