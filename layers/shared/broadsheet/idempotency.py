"""Idempotency keys: a repeated request finds what the first one made (draft-ietf-httpapi-idempotency-key-header-07).

The claim is one item of the business transaction, so there is no moment at which the work is done and the key unknown.
It holds a fingerprint of the request and the id of the result, never an answer and never a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from . import clock, keys, settings, table
from .errors import BadIdempotencyKey, IdempotencyConflict

if TYPE_CHECKING:
    from .table import Item, Refused, Write

KEPT = timedelta(hours=24)
LONGEST = 255


@dataclass(frozen=True)
class Claim:
    """A key of one account on one route, and what it was sent with."""

    hash: str
    fingerprint: str

    def write(self, result: str, at: datetime) -> Write:
        """The claim as part of a transaction that makes `result`. An expired claim counts as none, whenever it goes."""
        item = {
            **keys.idempotency(self.hash),
            "entity": "idempotency",
            "v": 1,
            "fingerprint": self.fingerprint,
            "result": result,
            "expires_at": clock.epoch(at + KEPT),
        }
        unclaimed = f"{table.ABSENT} OR #expires_at <= :now"
        return table.put(settings.get().sessions, item, unclaimed, now=clock.epoch(at))

    def standing(self, at: datetime) -> str | None:
        """What the first request made. Raises IdempotencyConflict."""
        return self.made(table.get(settings.get().sessions, keys.idempotency(self.hash), consistent=True), at)

    def made(self, item: Item | None, at: datetime) -> str | None:
        """What the first request made, by its item. Raises IdempotencyConflict."""
        return self._made(item) if item and item["expires_at"] > clock.epoch(at) else None

    def result(self, refused: Refused, write: Write) -> str | None:
        """What the first request made, if it was this claim that was refused. Raises IdempotencyConflict."""
        item = refused.items.get(write)
        return self._made(item) if item else None

    def _made(self, item: Item) -> str:
        if item["fingerprint"] != self.fingerprint:
            raise IdempotencyConflict
        return str(item["result"])


def claim(header: str | None, route: str, account: str, body: str) -> Claim | None:
    """The claim of a request, None where it has no key. Raises BadIdempotencyKey."""
    if header is None:
        return None
    if not 1 <= len(header) <= LONGEST or not header.isascii() or not header.isprintable():
        raise BadIdempotencyKey(f"1 to {LONGEST} printable ASCII characters.")
    scope = f"{route}\n{account}\n{header}"
    return Claim(sha256(scope.encode()).hexdigest(), sha256(body.encode()).hexdigest())
