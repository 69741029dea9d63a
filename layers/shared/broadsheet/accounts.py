"""Accounts: people, their roles, and the check of a password."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ulid import ULID

from . import clock, keys, passwords, settings, table
from .errors import LoginFailed

if TYPE_CHECKING:
    from datetime import datetime

    from .roles import Role

ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[^\s@<>\"(),:;\[\]\\]{1,190}\.[^\s@.]{2,63}")


class EmailTaken(Exception):  # noqa: N818  an answer for the commands that create accounts
    """There is an account of this address."""


@dataclass(frozen=True)
class Account:
    id: str
    email: str
    display_name: str
    role: Role

    def public(self) -> dict[str, str]:
        return {"id": self.id, "display_name": self.display_name, "role": self.role}


def normal_email(address: str) -> str | None:
    """How an address is compared: NFC, in lower case. None for what is no address."""
    text = unicodedata.normalize("NFC", address.strip()).casefold()
    return text if ADDRESS.fullmatch(text) else None


def create(email: str, password: str, display_name: str, role: Role, at: datetime) -> Account:
    """A confirmed account. Raises EmailTaken, ValueError for what is no address or too short a password."""
    address = normal_email(email)
    if address is None:
        raise ValueError("not an e-mail address")
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise ValueError(f"a password has {passwords.SHORTEST} to {passwords.LONGEST} characters")
    account = Account(str(ULID.from_datetime(at)), address, display_name, role)
    pointer = {**keys.email(address), "entity": "email", "v": 1, "account": account.id}
    item = {
        **keys.account(account.id),
        "entity": "account",
        "v": 1,
        "id": account.id,
        "email": address,
        "display_name": display_name,
        "role": role,
        "password": passwords.hashed(password),
        "created_at": clock.stamp(at),
    }
    store = settings.get().accounts
    try:
        table.transact([table.put(store, pointer, table.ABSENT), table.put(store, item, table.ABSENT)])
    except table.Refused:
        raise EmailTaken from None
    return account


def authenticate(email: str, password: str) -> Account:
    """The account of an address and its password. Raises LoginFailed, after the same work whatever was wrong."""
    store = settings.get().accounts
    pointer = table.get(store, keys.email(normal_email(email) or "nobody"), consistent=True)
    item = table.get(store, keys.account(pointer["account"] if pointer else "nobody"), consistent=True)
    if not passwords.matches(item["password"] if item else None, password) or item is None:
        raise LoginFailed
    if passwords.outdated(item["password"]):
        _rehash(item, password)
    return Account(item["id"], item["email"], item["display_name"], item["role"])


def _rehash(item: table.Item, password: str) -> None:
    """Moves a hash to today's parameters, unless the password was changed meanwhile."""
    fresh = table.update(
        settings.get().accounts,
        keys.account(item["id"]),
        "SET #password = :fresh",
        "#password = :stale",
        fresh=passwords.hashed(password),
        stale=item["password"],
    )
    try:
        table.write(fresh)
    except table.Refused:
        return
