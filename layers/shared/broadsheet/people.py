"""What administrators do with accounts: find them, change roles, ban, end sessions. Each leaves a line in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ulid import ULID

from . import accounts, clock, cursors, keys, outbox, sessions, settings, table
from .errors import LastAdmin, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from .account_inputs import ChangedAccount
    from .accounts import Account
    from .roles import Person
    from .table import Item, Write

AUDITED = ("at", "who", "action", "article", "account", "comment", "ban", "rebuild", "version", "role")


def shown(account: Account) -> dict[str, Any]:
    return {**account.own(), "banned_at": account.banned_at}


def by_address(address: str) -> dict[str, Any]:
    account = accounts.find(address)
    return {"items": [shown(account)] if account else [], "next_cursor": None}


def by_role(role: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first: one Query, then one BatchGetItem."""
    store, partition = settings.get().accounts, keys.people(role)
    after = cursors.decode(partition, cursor)
    rows = table.query(store, partition, after=after, backwards=True, limit=limit + 1, consistent=True)
    more = cursors.encode(partition, rows[limit - 1]["sk"]) if len(rows) > limit else None
    wanted = [keys.account(row["sk"]) for row in rows[:limit]]
    found = table.batch_get(store, wanted, consistent=True)
    items = [found[(key["pk"], key["sk"])] for key in wanted if (key["pk"], key["sk"]) in found]
    return {"items": [shown(accounts.account_of(item)) for item in items], "next_cursor": more}


def change(account_id: str, given: ChangedAccount, by: Person, at: datetime) -> Account:
    """Changes role or ban; either ends all sessions with it. Raises NotFound, LastAdmin."""
    for _ in table.tries():
        before = accounts.load(account_id)
        after = before.changed(role=given.role or before.role, banned_at=_ban(before, given.banned, at))
        actions = _actions(before, after, given)
        if not actions:
            return before
        kept = accounts.keep(after, before)
        writes = [kept, *accounts.move(before, after), *sessions.endings(account_id)]
        writes += [_audit(after, action, by, at) for action in actions]
        if after.role != before.role:
            writes.append(outbox.mail("role_changed", after.email, after.language, at, account=after.id))
        try:
            table.transact(writes)
        except table.Refused as refused:
            if kept not in refused:
                raise LastAdmin from None
            continue
        return after
    raise Unavailable


def _ban(before: Account, banned: bool | None, at: datetime) -> str | None:
    if banned is None:
        return before.banned_at
    return (before.banned_at or clock.stamp(at)) if banned else None


def _actions(before: Account, after: Account, given: ChangedAccount) -> list[str]:
    happened = [("change role", before.role != after.role), ("end sessions", bool(given.end_sessions))]
    happened.append(("ban", bool(after.banned_at) and not before.banned_at))
    happened.append(("unban", bool(before.banned_at) and not after.banned_at))
    return [action for action, did in happened if did]


def _audit(account: Account, action: str, by: Person, at: datetime) -> Write:
    item: Item = {
        **keys.audit(clock.stamp(at)[:10], str(ULID.from_datetime(at))),
        "entity": "audit",
        "v": 1,
        "at": clock.stamp(at),
        "who": by.id,
        "action": action,
        "account": account.id,
        "role": account.role,
    }
    return table.put(settings.get().desk, item)


def audit(day: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}` of one day's staff actions, newest first."""
    partition = keys.audits(day)
    after = cursors.decode(partition, cursor)
    rows = table.query(settings.get().desk, partition, after=after, backwards=True, limit=limit + 1, consistent=True)
    more = cursors.encode(partition, rows[limit - 1]["sk"]) if len(rows) > limit else None
    return {
        "items": [{name: row.get(name) for name in AUDITED} for row in rows[:limit]],
        "next_cursor": more,
    }
