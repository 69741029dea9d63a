"""The outbox: a mail is written with what causes it, and says what and for whom. `mailing` mints tokens and sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ulid import ULID

from . import clock, keys, settings, table

if TYPE_CHECKING:
    from .table import Write

Kind = Literal[
    "verify",
    "known",
    "reset",
    "confirm_email",
    "email_changed",
    "password_changed",
    "role_changed",
    "erased",
    "nothing",
]
"""`known`: somebody registered an address that has an account. `nothing`: costs what the others do and is not sent."""

KEPT = timedelta(days=7)


def mail(
    kind: Kind, to: str, language: str, at: datetime, account: str = "", pending: str = "", seal: str = ""
) -> Write:
    """A mail to be sent. `account` or `pending` is what the link in it will be good for, as long as the `seal` holds."""
    item = {
        **keys.mail(str(ULID.from_datetime(at))),
        "entity": "mail",
        "v": 1,
        "kind": kind,
        "to": to,
        "language": language,
        "account": account,
        "pending": pending,
        "seal": seal,
        "state": "waiting",
        "created_at": clock.stamp(at),
        "expires_at": clock.epoch(at + KEPT),
    }
    return table.put(settings.get().accounts, item, table.ABSENT)
