"""Throttles: how often something may be tried. They live in a table, so that all instances count together.

A try is counted before it is made. After the free ones each further one doubles the wait, up to a minute: guessing becomes
hopeless, and nobody can lock somebody else out for longer than that. Who lately logged in from a network is counted apart
there, so that strangers' guesses never make the owner wait.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from . import clock, keys, settings, table
from .errors import too_many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .errors import TooManyRequests
    from .keys import Key
    from .table import Item, Write

LONGEST_WAIT = 60
FORGOTTEN = timedelta(hours=1)
TRUSTED = timedelta(days=30)


@dataclass(frozen=True)
class Limit:
    """How many tries are free within an hour, for one of whatever `who` is."""

    what: str
    free: int

    def key(self, who: str) -> Key:
        return keys.throttle(self.what, sha256(who.encode()).hexdigest())


@dataclass(frozen=True)
class Window:
    """How much may be done within some seconds, counted in the transaction that does it."""

    what: str
    most: int
    seconds: int

    def key(self, who: str, at: datetime) -> Key:
        return keys.throttle(self.what, sha256(f"{who} {clock.epoch(at) // self.seconds}".encode()).hexdigest())

    def check(self, item: Item | None, at: datetime) -> None:
        """Raises TooManyRequests where the window is full."""
        if item and item["tries"] >= self.most:
            raise self.full(at)

    def full(self, at: datetime) -> TooManyRequests:
        return too_many(self.seconds - clock.epoch(at) % self.seconds)

    def count(self, who: str, at: datetime) -> Write:
        """One more, on condition that the window is not full."""
        return table.update(
            settings.get().sessions,
            self.key(who, at),
            "SET #entity = :entity, #v = :v, #expires_at = :ends ADD #tries :one",
            f"{table.ABSENT} OR #tries < :most",
            entity="throttle",
            v=1,
            ends=clock.epoch(at) + 2 * self.seconds,
            one=1,
            most=self.most,
        )


COMMENT_BY = Window("comment-by", 10, 300)
COMMENT_FROM = Window("comment-from", 30, 300)
REACT_BY = Window("react-by", 60, 60)
REPORT_BY = Window("report-by", 20, 3600)
LOGIN = Limit("login", 5)
LOGIN_FROM = Limit("login-from", 30)
REGISTER_FROM = Limit("register-from", 10)
FORGOT_FROM = Limit("forgot-from", 10)
TOKEN_FROM = Limit("token-from", 20)
PASSWORD = Limit("password", 5)
MAIL_TO = Limit("mail-to", 3)


def prefix(address: str) -> str:
    """The network of an address: /24 of IPv4, /56 of IPv6. What is no address is one network with all of its kind."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    return str(ipaddress.ip_network((mapped or ip, 24 if (mapped or ip).version == 4 else 56), strict=False))  # noqa: PLR2004


def login(email: str, network: str, at: datetime) -> None:
    """Counts a try to log in. Raises TooManyRequests. Unknown addresses count like known ones."""
    if not settings.get().throttles:
        return
    here = f"{email} {network}"
    wanted = [_trust(email, network), LOGIN_FROM.key(network), LOGIN.key(here), LOGIN.key(email)]
    read = table.batch_get(settings.get().sessions, wanted, consistent=True)
    trusted = read.get(_place(wanted[0]))
    known_here = trusted is not None and trusted["expires_at"] > clock.epoch(at)
    if not known_here:
        admit(LOGIN_FROM, network, at, read)
    admit(LOGIN, here if known_here else email, at, read)


def logged_in(email: str, network: str, at: datetime) -> list[Write]:
    """Forgets the tries of an address after one that succeeded, and trusts the network it came from."""
    if not settings.get().throttles:
        return []
    store = settings.get().sessions
    trust = {**_trust(email, network), "entity": "throttle", "v": 1, "expires_at": clock.epoch(at + TRUSTED)}
    return [
        table.put(store, trust),
        table.delete(store, LOGIN.key(f"{email} {network}")),
        table.delete(store, LOGIN.key(email)),
    ]


def trust(email: str, network: str, at: datetime) -> None:
    """After a password was reset: the way in for an owner whom strangers' guesses keep waiting."""
    for write in logged_in(email, network, at):
        table.write(write)


def _trust(email: str, network: str) -> Key:
    return Limit("trusted", 0).key(f"{email} {network}")


def admit(limit: Limit, who: str, at: datetime, read: Mapping[tuple[str, str], Item] | None = None) -> None:
    """Counts a try. Raises TooManyRequests while the wait of the last one lasts. `read` saves the first look.

    The count only moves from the one that was read, so of many tries at once none goes uncounted.
    """
    if not settings.get().throttles:
        return
    key, now = limit.key(who), clock.epoch(at)
    for _ in table.tries():
        standing = _standing(key) if read is None else read.get(_place(key))
        read = None
        tries = standing["tries"] if standing and standing["expires_at"] > now else 0
        if standing and tries and standing["not_before"] > now:
            raise too_many(standing["not_before"] - now)
        if _counted(key, standing, tries + 1, limit.free, at):
            return
    raise too_many(1)


def _standing(key: Key) -> Item | None:
    return table.get(settings.get().sessions, key, consistent=True)


def _place(key: Key) -> tuple[str, str]:
    return key["pk"], key["sk"]


def allows(limit: Limit, who: str, at: datetime) -> bool:
    """Counts a try; whether it is one of the free ones. For what is limited without saying so.

    The hour runs from the first try, so whoever goes on and on trying does not keep the free ones from coming back.
    """
    if not settings.get().throttles:
        return True
    counted = _standing(limit.key(who))
    live = counted is not None and counted["expires_at"] > clock.epoch(at)
    tries, ends = (counted["tries"], counted["expires_at"]) if counted and live else (0, 0)
    return _counted(limit.key(who), counted, tries + 1, limit.free, at, ends) and tries < limit.free


def _counted(key: Key, standing: Item | None, tries: int, free: int, at: datetime, ends: int = 0) -> bool:
    wait = min(2 ** (tries - free), LONGEST_WAIT) if tries > free else 0
    item = {
        **key,
        "entity": "throttle",
        "v": 1,
        "tries": tries,
        "not_before": clock.epoch(at) + wait if wait else 0,
        "expires_at": ends or clock.epoch(at + FORGOTTEN),
    }
    if standing is None:
        write = table.put(settings.get().sessions, item, table.ABSENT)
    else:
        same = "#tries = :tries AND #expires_at = :ends"
        write = table.put(settings.get().sessions, item, same, tries=standing["tries"], ends=standing["expires_at"])
    try:
        table.write(write)
    except table.Refused:
        return False
    return True
