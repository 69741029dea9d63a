"""Most discussed: comments of the last 24 hours and 7 days by article, in buckets of hours and of days.

A comment counts in the hour and the day it was posted in, as long as it is published. Buckets are spread over shards, so
that the whole site's discussion never meets in one partition, and end by themselves.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from ulid import ULID

from . import clock, keys, settings, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .keys import Key
    from .table import Write

Span = Literal["24h", "7d"]
SHARDS = 4
LAST = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}


def writes(key: str, steps: Counter[str], at: datetime) -> Iterator[Write]:
    """Adds an article's steps, by the bucket they belong to."""
    for span, step in sorted(steps.items()):
        yield table.update(
            settings.get().index,
            bucket(span, key),
            "SET #entity = :entity, #v = :v, #expires_at = :ends ADD #comments :step",
            entity="discussed",
            v=1,
            ends=ends(at),
            step=step,
        )


def bucket(span: str, key: str) -> Key:
    return keys.discussed_entry(span, crc32(key.encode()) % SHARDS, key)


def ends(at: datetime) -> int:
    """When a bucket that is written now may go."""
    return clock.epoch(at + LAST["7d"] + timedelta(days=1))


def buckets(comment_id: str, at: datetime) -> list[str]:
    """The hour and the day a comment was posted in; none once they are too long ago to matter."""
    posted = ULID.from_str(comment_id).datetime.astimezone(UTC)
    stamp = clock.stamp(posted)
    return [stamp[:13], stamp[:10]] if at - posted < LAST["7d"] else []


def most(last: Span, at: datetime) -> Counter[str]:
    """Comments by article key: of the last 24 hours by hours, of the last 7 days by days."""
    found: Counter[str] = Counter()
    for span in _spans(last, at):
        for shard in range(SHARDS):
            for row in table.query(settings.get().index, keys.discussed(span, shard)):
                found[row["sk"]] += row["comments"]
    return +found


def _spans(last: Span, at: datetime) -> list[str]:
    if last == "24h":
        return [clock.stamp(at - timedelta(hours=hours))[:13] for hours in range(24)]
    return [clock.stamp(at - timedelta(days=days))[:10] for days in range(7)]
