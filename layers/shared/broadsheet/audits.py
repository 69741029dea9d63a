"""The audit: who of the staff did what to which article, account, comment or list. Part of the transaction that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ulid import ULID

from . import clock, keys, settings, table

if TYPE_CHECKING:
    from datetime import datetime

    from .table import Write


def line(action: str, who: str, at: datetime, **about: Any) -> Write:
    """`about` names what it was done to: ids, versions and roles, never a text or a person's name."""
    item = {
        **keys.audit(clock.stamp(at)[:10], str(ULID.from_datetime(at))),
        "entity": "audit",
        "v": 1,
        "at": clock.stamp(at),
        "who": who,
        "action": action,
        **about,
    }
    return table.put(settings.get().desk, item)
