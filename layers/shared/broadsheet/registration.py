"""Registering: a pending registration for each try, an account for the one whose mail is answered.

Each try keeps its own password and token, so nobody can register somebody else's address with a password of their own and
wait. Known and unknown addresses get the same answer, after the same calls and the same work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ulid import ULID

from . import accounts, clock, keys, outbox, passwords, settings, table, throttle, tokens
from .errors import BadToken
from .tokens import LIFE

if TYPE_CHECKING:
    from datetime import datetime

    from .account_inputs import Register
    from .accounts import Account
    from .table import Item

MOST_DISCARDED = 80
"""Pending registrations discarded with the one that is confirmed; DynamoDB's time to live sweeps up any more."""


def register(given: Register, at: datetime) -> None:
    """Sends a mail to the address: to confirm it, or to say that it has an account."""
    address, password = given.email, passwords.hashed(given.password)
    store, pending_id = settings.get().accounts, str(ULID.from_datetime(at))
    known = table.get(store, keys.email(address), consistent=True) is not None
    kind: outbox.Kind = "known" if known else "verify"
    if not throttle.allows(throttle.MAIL_TO, address, at):
        kind = "nothing"
    pending = {
        **keys.pending(address, pending_id),
        "entity": "pending",
        "v": 1,
        "password": password,
        "display_name": given.display_name,
        "language": given.language,
        "expires_at": clock.epoch(at + LIFE * 2),
    }
    table.transact(
        [table.put(store, pending, table.ABSENT), outbox.mail(kind, address, given.language, at, pending=pending_id)]
    )


def verify(token: Item, at: datetime) -> Account:
    """Makes the account that a mail was sent for, and discards all other tries of its address. Raises BadToken."""
    store, address = settings.get().accounts, token["address"]
    tries = table.query(store, keys.email(address)["pk"], prefix=keys.PENDING, consistent=True)
    own = keys.pending(address, token["pending"])
    mine = next((row for row in tries if row["sk"] == own["sk"]), None)
    if mine is None:
        raise BadToken
    account = accounts.new(address, mine["password"], mine["display_name"], "reader", mine["language"], at)
    others = [row for row in tries if row is not mine][:MOST_DISCARDED]
    discarded = [table.delete(store, {"pk": row["pk"], "sk": row["sk"]}) for row in others]
    try:
        table.transact(
            [tokens.spend(token), table.delete(store, own, table.PRESENT), *accounts.add(account), *discarded]
        )
    except table.Refused:
        raise BadToken from None
    return account
