"""What a link in a mail carries: 256 bits, stored as their SHA-256, single use, an hour at most.

A link that changes an account also carries the account's seal, which a new password or address breaks: with one link used,
the others are dead, and whoever lost the account's trust has none left in another mail box.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from . import clock, keys, settings, table
from .errors import BadToken

if TYPE_CHECKING:
    from .accounts import Account
    from .table import Item, Write

LIFE = timedelta(hours=1)


def mint(mail: Item, at: datetime) -> str:
    """A new token, which only the mail will hold."""
    token = secrets.token_urlsafe(32)
    item = {
        **keys.token(_hash(token)),
        "entity": "token",
        "v": 1,
        "kind": mail["kind"],
        "address": mail["to"],
        "account": mail["account"],
        "pending": mail["pending"],
        "seal": mail["seal"],
        "expires_at": clock.epoch(at + LIFE),
    }
    table.write(table.put(settings.get().sessions, item))
    return token


def find(token: str, at: datetime, *kinds: str) -> Item:
    """What a token is good for. Raises BadToken."""
    item = table.get(settings.get().sessions, keys.token(_hash(token)), consistent=True)
    if item is None or item["kind"] not in kinds or item["expires_at"] <= clock.epoch(at):
        raise BadToken
    return item


def seal(account: Account | None) -> str:
    """What of an account must still hold when its link is followed: its address and password."""
    return _hash(f"{account.email} {account.password}") if account else ""


def spend(found: Item) -> Write:
    """Part of the transaction that does what the token is good for: of two tries, one finds it gone."""
    return table.delete(settings.get().sessions, {"pk": found["pk"], "sk": found["sk"]}, table.PRESENT)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
