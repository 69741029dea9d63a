"""Erasing an account: gone at once, its traces removed by `forget`, and a log of it kept apart from what may be restored.

The log stands on the desk: when Accounts is restored from a backup, `commands.reapply_erasures` reads it there and erases
again whoever came back. It holds ids and choices, no person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ulid import ULID

from . import accounts, clock, forgetting, keys, outbox, sessions, settings, table, throttle
from .errors import LastAdmin, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from .accounts import Account
    from .table import Write

Comments = Literal["anonymise", "remove"]


def erase(account_id: str, password: str, comments: Comments, at: datetime) -> None:
    """Erases the account of a person who has given the password once more. Raises LoginFailed, LastAdmin."""
    throttle.admit(throttle.PASSWORD, account_id, at)
    account = accounts.confirm(accounts.load(account_id), "password", password)
    _erase(account, comments, at, outbox.mail("erased", account.email, account.language, at))


def _erase(account: Account, comments: Comments, at: datetime, *also: Write) -> None:
    for _ in table.tries():
        dropped, *rest = accounts.drop(account)
        writes = [
            dropped,
            *rest,
            *sessions.endings(account.id),
            *_logged(account, comments, at),
            *also,
        ]
        try:
            table.transact(writes)
        except table.Refused as refused:
            if dropped not in refused:
                raise LastAdmin from None
            account = accounts.again(account)
            continue
        return
    raise Unavailable


def _logged(account: Account, comments: Comments, at: datetime) -> list[Write]:
    facts = {"v": 1, "account": account.id, "comments": comments, "at": clock.stamp(at)}
    work = {**keys.erasure(account.id), "entity": "erasure", **facts, "address": account.email, "done_at": None}
    log = {**keys.erased(clock.stamp(at)[:7], account.id), "entity": "erasure log", **facts}
    return [table.put(settings.get().accounts, work), table.put(settings.get().desk, log)]


def forget(account_id: str, at: datetime) -> None:
    """Removes what an erased account left: registrations that waited at its address, and its name on what it wrote.

    Doing it twice changes nothing.
    """
    store = settings.get().accounts
    work = table.get(store, keys.erasure(account_id), consistent=True)
    if work is None or work["done_at"]:
        return
    erased_at = str(ULID.from_datetime(clock.parse(work["at"])))
    for row in table.query(store, keys.email(work["address"])["pk"], prefix=keys.PENDING, consistent=True):
        if row["sk"] < f"{keys.PENDING}{erased_at}":  # who registers there anew is somebody else
            table.write(table.delete(store, {"pk": row["pk"], "sk": row["sk"]}))
    forgetting.forget(account_id, work["comments"], at)
    done = "SET #done_at = :at REMOVE #address"
    table.write(table.update(store, keys.erasure(account_id), done, table.PRESENT, at=clock.stamp(at)))


def reapply(month: str, at: datetime) -> tuple[list[str], list[str]]:
    """Erases again every account of a month's log that a restore brought back, without a mail.

    The ids of those that are gone again, and of who stays for being the last administrator in what was restored.
    """
    gone, stay = [], []
    for row in table.query(settings.get().desk, keys.erasures(month), consistent=True):
        item = table.get(settings.get().accounts, keys.account(row["account"]), consistent=True)
        if item is None:
            continue
        try:
            _erase(accounts.account_of(item), row["comments"], at)
        except LastAdmin:
            stay.append(row["account"])
            continue
        forget(row["account"], at)
        gone.append(row["account"])
    return gone, stay


def export(account: Account, current_id: str, at: datetime) -> dict[str, Any]:
    """Everything kept about a person, but the password's hash."""
    return {
        "exported_at": clock.stamp(at),
        "account": {**account.own(), "banned_at": account.banned_at},
        "sessions": sessions.of(account.id, current_id, at),
        **forgetting.export(account.id, at),
    }
