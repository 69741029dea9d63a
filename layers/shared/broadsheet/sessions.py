"""Sessions: opaque tokens of 256 bits, stored only as their SHA-256, so that logging out is immediate.

Each lives for an absolute time and for a shorter one without use, by role. Both are checked on every read; DynamoDB's
time to live only sweeps up.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from . import clock, http, keys, settings, table
from .errors import NotLoggedIn
from .roles import Person

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from .accounts import Account

TOUCH = timedelta(minutes=5)
READER = (timedelta(days=30), timedelta(days=90))
STAFF = (timedelta(hours=12), timedelta(days=7))
"""Without use, and in all."""


def start(account: Account, at: datetime) -> tuple[str, datetime]:
    """A new session's token, which is nowhere else, and when it ends at the latest."""
    token = secrets.token_urlsafe(32)
    idle, in_all = READER if account.role == "reader" else STAFF
    item = {
        **keys.session(_hash(token)),
        "entity": "session",
        "v": 1,
        "account": account.id,
        "role": account.role,
        "display_name": account.display_name,
        "started_at": clock.stamp(at),
        "used_at": clock.epoch(at),
        "idle": int(idle.total_seconds()),
        "ends_at": clock.epoch(at + in_all),
        "expires_at": clock.epoch(at + idle),
    }
    table.write(table.put(settings.get().sessions, item))
    return token, at + in_all


def person(event: APIGatewayProxyEventV2, at: datetime) -> Person:
    """Who is asking, by bearer token or cookie. Raises NotLoggedIn."""
    token = token_of(event)
    key = keys.session(_hash(token))
    item = table.get(settings.get().sessions, key, consistent=True) if token else None
    if item is None or item["expires_at"] <= clock.epoch(at):
        raise NotLoggedIn(headers={"WWW-Authenticate": "Bearer"})
    if clock.epoch(at) - item["used_at"] >= TOUCH.total_seconds():
        _touch(key, item, at)
    return Person(item["account"], item["role"], item["display_name"])


def _touch(key: keys.Key, item: table.Item, at: datetime) -> None:
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
        raise NotLoggedIn(headers={"WWW-Authenticate": "Bearer"}) from None


def end(event: APIGatewayProxyEventV2) -> None:
    """Logs out. What is no session, or none any more, is logged out already."""
    if token := token_of(event):
        table.write(table.delete(settings.get().sessions, keys.session(_hash(token))))


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
