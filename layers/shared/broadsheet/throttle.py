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
FORGOTTEN = timedelta(hours=1)


def admit(what: str, who: str, at: datetime) -> None:
    """Counts a try before it is made. Raises TooManyRequests while the wait of the last one lasts.

    One conditional update: of many tries at once, those beyond the free ones find the wait of the first.
    """
    if not settings.get().throttles:
        return
    key, now = keys.throttle(what, sha256(who.encode()).hexdigest()), clock.epoch(at)
    standing = table.get(settings.get().sessions, key, consistent=True)
    tries = standing["tries"] if standing and standing["expires_at"] > now else 0
    if standing and tries and standing["not_before"] > now:
        raise too_many(standing["not_before"] - now)
    wait = min(2 ** (tries + 1 - FREE), LONGEST_WAIT) if tries + 1 > FREE else 0
    item = {
        **key,
        "entity": "throttle",
        "v": 1,
        "tries": tries + 1,
        "not_before": now + wait,
        "expires_at": clock.epoch(at + FORGOTTEN),
    }
    unmoved = "#tries = :tries" if standing else table.ABSENT
    values = {"tries": standing["tries"]} if standing else {}
    try:
        table.write(table.put(settings.get().sessions, item, unmoved, **values))
    except table.Refused:
        raise too_many(1) from None


def forgive(what: str, who: str) -> None:
    """Forgets the tries, after one that succeeded."""
    if settings.get().throttles:
        table.write(table.delete(settings.get().sessions, keys.throttle(what, sha256(who.encode()).hexdigest())))
