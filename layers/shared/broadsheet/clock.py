"""The time, and how it is written. One source, so that tests can turn it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """Fixed width, UTC, milliseconds: sorts as text. `2026-03-01T09:30:00.000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse(text: str) -> datetime:
    """The time of a stamp."""
    return datetime.fromisoformat(text)


def epoch(at: datetime) -> int:
    """Whole seconds, as DynamoDB's time to live counts them."""
    return int(at.timestamp())
