"""Sessions: opaque tokens of 256 bits, stored only as their SHA-256, so that logging out is immediate.

Each lives for an absolute time and for a shorter one without use, by role. Both are checked on every read; DynamoDB's
time to live only sweeps up. Beginning one moves the account's generation on, so whoever ends them all misses none.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ulid import ULID

from . import accounts, clock, devices, http, keys, settings, table
from .errors import LoginFailed, NotFound, NotLoggedIn, Unavailable
from .roles import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from .accounts import Account
    from .table import Item, Write

TOUCH = timedelta(minutes=5)
READER = (timedelta(days=30), timedelta(days=90))
STAFF = (timedelta(hours=12), timedelta(days=7))
"""Without use, and in all."""
MOST = 20
"""Sessions of one account; the oldest gives way. Few enough to end them all in one transaction."""


@dataclass(frozen=True)
class Current:
    """The session a request came with."""

    hash: str
    item: Item

    @property
    def id(self) -> str:
        return str(self.item["id"])

    @property
    def person(self) -> Person:
        return Person(self.item["account"], self.item["role"], self.item["display_name"])


# ---------------------------------------------------------------- begin


def start(account: Account, user_agent: str, at: datetime, also: Iterable[Write] = ()) -> tuple[str, datetime]:
    """A new session's token, which is nowhere else, and when it ends at the latest. `also` is written with it.

    Raises LoginFailed where the account changed meanwhile in what was checked of it.
    """
    token, checked = secrets.token_urlsafe(32), account
    ends_at = at + (READER if account.role == "reader" else STAFF)[1]
    for _ in table.tries():
        try:
            table.transact([*_beginning(account, token, user_agent, at), *also])
        except table.Refused:
            account = _unchanged(checked)
            continue
        return token, ends_at
    raise Unavailable


def _unchanged(checked: Account) -> Account:
    """The account as it stands, if only sessions of it began or ended since it was checked."""
    now = accounts.again(checked)
    if (now.role, now.banned_at) != (checked.role, checked.banned_at):
        raise LoginFailed
    return now


def _beginning(account: Account, token: str, user_agent: str, at: datetime) -> Iterator[Write]:
    store, session_id = settings.get().sessions, str(ULID.from_datetime(at))
    idle, in_all = READER if account.role == "reader" else STAFF
    yield accounts.keep(account.changed(), account)
    yield table.put(
        store,
        {
            **keys.session(_hash(token)),
            "entity": "session",
            "v": 1,
            "id": session_id,
            "account": account.id,
            "role": account.role,
            "display_name": account.display_name,
            "used_at": clock.epoch(at),
            "idle": int(idle.total_seconds()),
            "ends_at": clock.epoch(at + in_all),
            "expires_at": clock.epoch(at + idle),
        },
        table.ABSENT,
    )
    yield table.put(
        store,
        {
            **keys.login(account.id, session_id),
            "entity": "log-in",
            "v": 1,
            "hash": _hash(token),
            "device": devices.described(user_agent),
            "started_at": clock.stamp(at),
            "expires_at": clock.epoch(at + in_all),
        },
    )
    oldest = _rows(account.id)[: -(MOST - 1)]
    yield from _deletes(account.id, oldest[: MOST // 2])


# ---------------------------------------------------------------- who is asking


def current(event: APIGatewayProxyEventV2, at: datetime) -> Current:
    """The session of a request, by bearer token or cookie. Raises NotLoggedIn."""
    token = token_of(event)
    key = keys.session(_hash(token))
    item = table.get(settings.get().sessions, key, consistent=True) if token else None
    if item is None or item["expires_at"] <= clock.epoch(at):
        raise nobody()
    if clock.epoch(at) - item["used_at"] >= TOUCH.total_seconds():
        _touch(key, item, at)
    return Current(_hash(token), item)


def person(event: APIGatewayProxyEventV2, at: datetime) -> Person:
    """Who is asking. Raises NotLoggedIn."""
    return current(event, at).person


def still(current: Current) -> Write:
    """Part of a transaction that must not outlive the session it is made for: an erased or banned person's ends with it."""
    return table.check(settings.get().sessions, keys.session(current.hash), table.PRESENT)


def nobody() -> NotLoggedIn:
    return NotLoggedIn(headers={"WWW-Authenticate": "Bearer"})


def _touch(key: keys.Key, item: Item, at: datetime) -> None:
    """Notes the use, every five minutes at most. A session ended meanwhile stays ended."""
    now = clock.epoch(at)
    used = table.update(
        settings.get().sessions,
        key,
        "SET #used_at = :now, #expires_at = :expires",
        table.PRESENT,
        now=now,
        expires=min(now + item["idle"], item["ends_at"]),
    )
    try:
        table.write(used)
    except table.Refused:
        raise nobody() from None


# ---------------------------------------------------------------- list and end


def of(account_id: str, current_id: str, at: datetime) -> list[dict[str, Any]]:
    """An account's live sessions, newest first, with device and last use."""
    rows = _rows(account_id)
    found = table.batch_get(settings.get().sessions, [keys.session(row["hash"]) for row in rows])
    live = {item["id"]: item for item in found.values() if item["expires_at"] > clock.epoch(at)}
    return [
        {
            "id": row["sk"],
            "device": row["device"],
            "started_at": row["started_at"],
            "used_at": clock.stamp(datetime.fromtimestamp(live[row["sk"]]["used_at"], at.tzinfo)),
            "current": row["sk"] == current_id,
        }
        for row in reversed(rows)
        if row["sk"] in live
    ]


def end(event: APIGatewayProxyEventV2) -> None:
    """Logs out. What is no session, or none any more, is logged out already."""
    token = token_of(event)
    item = table.get(settings.get().sessions, keys.session(_hash(token)), consistent=True) if token else None
    if item:
        table.transact(_deletes(item["account"], [{"sk": item["id"], "hash": _hash(token)}]))


def end_one(account_id: str, session_id: str) -> None:
    """Raises NotFound."""
    row = table.get(settings.get().sessions, keys.login(account_id, session_id), consistent=True)
    if row is None:
        raise NotFound
    table.transact(_deletes(account_id, [row]))


def end_others(account_id: str, kept: str) -> None:
    """Ends all sessions of an account but one. One that begins meanwhile is ended too."""
    for _ in table.tries():
        account = accounts.load(account_id)
        try:
            table.transact([accounts.keep(account.changed(), account), *endings(account_id, kept)])
        except table.Refused:
            continue
        return
    raise Unavailable


def endings(account_id: str, kept: str = "") -> list[Write]:
    """What ends an account's sessions, for a transaction that also moves the account's generation on."""
    return list(_deletes(account_id, [row for row in _rows(account_id) if row["sk"] != kept]))


def renamed(account_id: str, display_name: str) -> list[Write]:
    """Gives an account's sessions its new name; those that time to live has swept up are no more."""
    store, wanted = settings.get().sessions, [keys.session(row["hash"]) for row in _rows(account_id)]
    there = table.batch_get(store, wanted, consistent=True)
    return [
        table.update(store, key, "SET #display_name = :name", table.PRESENT, name=display_name)
        for key in wanted
        if (key["pk"], key["sk"]) in there
    ]


def _rows(account_id: str) -> list[Item]:
    return table.query(settings.get().sessions, keys.sessions_of(account_id), consistent=True)


def _deletes(account_id: str, rows: Iterable[Item]) -> Iterator[Write]:
    for row in rows:
        yield table.delete(settings.get().sessions, keys.session(row["hash"]))
        yield table.delete(settings.get().sessions, keys.login(account_id, row["sk"]))


# ---------------------------------------------------------------- tokens and cookies


def token_of(event: APIGatewayProxyEventV2) -> str:
    return http.bearer(event) or http.cookie(event, cookie_name())


def cookie_name() -> str:
    """The `__Host-` prefix binds the cookie to this very host over TLS; plain http, which only a laptop has, cannot."""
    return "session" if settings.get().local else "__Host-session"


def cookie(token: str, seconds: int) -> str:
    secure = "" if settings.get().local else " Secure;"
    return f"{cookie_name()}={token}; Path=/; Max-Age={seconds};{secure} HttpOnly; SameSite=Lax"


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
