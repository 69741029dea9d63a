"""Accounts: people, their addresses and roles, and the check of a password.

An account is replaced whole, on condition of its generation, by everything that changes it or begins or ends a session
of it. So a role, a password or a ban takes all sessions with it in one transaction, and no log-in slips past.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from ulid import ULID

from . import clock, folding, keys, passwords, settings, site, table
from .errors import Banned, FieldError, LoginFailed, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .roles import Role
    from .table import Item, Write

PART = r"[^\s@<>\"(),:;\[\]\\]"
ADDRESS = re.compile(rf"{PART}{{1,64}}@{PART}{{1,190}}\.(?!.*\.){PART}{{2,63}}")


class EmailTaken(Exception):  # noqa: N818  an answer for the commands that create accounts
    """There is an account of this address."""


@dataclass(frozen=True)
class Account:
    id: str
    email: str
    display_name: str
    role: Role
    language: str
    password: str
    """Its hash."""
    created_at: str
    generation: int = 1
    banned_at: str | None = None

    def public(self) -> dict[str, str]:
        return {"id": self.id, "display_name": self.display_name, "role": self.role}

    def own(self) -> dict[str, Any]:
        """What a person sees of the own account, and an administrator of everybody's."""
        return {**self.public(), "email": self.email, "language": self.language, "created_at": self.created_at}

    def item(self) -> Item:
        return {**keys.account(self.id), "entity": "account", "v": 1, **asdict(self)}

    def changed(self, **fields: Any) -> Account:
        return replace(self, generation=self.generation + 1, **fields)


def account_of(item: Item) -> Account:
    return Account(**{name: value for name, value in item.items() if name not in {"pk", "sk", "entity", "v"}})


def normal_email(address: str) -> str | None:
    """How an address is compared: NFC, in lower case. None for what is no address.

    Not case-folded: that would make one of `straße.example` and `strasse.example`, which belong to two people.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.strip()).lower())
    return text if ADDRESS.fullmatch(text) else None


# ---------------------------------------------------------------- reads


def load(account_id: str) -> Account:
    """Raises NotFound."""
    item = table.get(settings.get().accounts, keys.account(account_id), consistent=True)
    if item is None:
        raise NotFound
    return account_of(item)


def find(address: str) -> Account | None:
    """The account of an address, in two reads whether or not there is one."""
    store = settings.get().accounts
    pointer = table.get(store, keys.email(address), consistent=True)
    item = table.get(store, keys.account(pointer["account"] if pointer else "nobody"), consistent=True)
    return account_of(item) if item else None


def authenticate(email: str, password: str) -> Account:
    """The account of a normal address and its password. Raises LoginFailed, after the same work whatever was wrong; Banned."""
    account = find(email)
    if not passwords.matches(account.password if account else None, password) or account is None:
        raise LoginFailed
    if account.banned_at:
        raise Banned
    return _rehashed(account, password) if passwords.outdated(account.password) else account


def _rehashed(account: Account, password: str) -> Account:
    """Moves a hash to today's parameters. Where the account was changed meanwhile, the password is checked once more."""
    fresh = account.changed(password=passwords.hashed(password))
    try:
        table.write(keep(fresh, account))
    except table.Refused:
        return authenticate(account.email, password)
    return fresh


def confirm(account: Account, field: str, password: str) -> Account:
    """The account of a person who has just given the password once more, in this field. Raises LoginFailed."""
    if not passwords.matches(account.password, password):
        message = "The password is wrong."
        raise LoginFailed(message, errors=[FieldError(field, "wrong_password", message)])
    return account


def again(checked: Account) -> Account:
    """The account as it stands now that somebody else was first. Raises LoginFailed where its password is another."""
    try:
        account = load(checked.id)
    except NotFound:
        raise LoginFailed from None
    if account.password != checked.password:
        raise LoginFailed
    return account


# ---------------------------------------------------------------- writes


def keep(after: Account, before: Account) -> Write:
    """The account as it becomes, on condition that nothing of it changed and no session of it began or ended."""
    unchanged = "#generation = :generation"
    return table.put(settings.get().accounts, after.item(), unchanged, generation=before.generation)


def drop(account: Account) -> Iterator[Write]:
    store = settings.get().accounts
    unchanged = "#generation = :generation"
    yield table.delete(store, keys.account(account.id), unchanged, generation=account.generation)
    yield table.delete(store, keys.email(account.email))
    yield from move(account, None)


def add(account: Account) -> Iterator[Write]:
    """A new account, its address, and its place among the people of its role."""
    store = settings.get().accounts
    yield point(account)
    yield table.put(store, account.item(), table.ABSENT)
    yield from move(None, account)


def point(account: Account) -> Write:
    """The address as this account's, on condition that it is nobody's."""
    pointer = {**keys.email(account.email), "entity": "email", "v": 1, "account": account.id}
    return table.put(settings.get().accounts, pointer, table.ABSENT)


def move(before: Account | None, after: Account | None) -> Iterator[Write]:
    """Moves an account between roles, and counts the administrators that are left and the names of staff."""
    store = settings.get().accounts
    was, now = (before.role if before else None), (after.role if after else None)
    if was != now and before and was:
        yield table.delete(store, keys.role_entry(was, before.id))
    if was != now and after and now:
        yield table.put(store, {**keys.role_entry(now, after.id), "entity": "role entry", "v": 1})
    if step := _administers(after) - _administers(before):
        yield _count_admins(step)
    yield from name(before, after)


def name(before: Account | None, after: Account | None) -> Iterator[Write]:
    """Notes on the desk what staff are called, as a look-alike would be: no guest may use such a name."""
    was, now = _staff_name(before), _staff_name(after)
    if was == now:
        return
    for folded, step in ((was, -1), (now, 1)):
        if folded:
            counted = "SET #entity = :e, #v = :v ADD #holders :step"
            yield table.update(settings.get().desk, keys.name(folded), counted, e="name", v=1, step=step)


def _staff_name(account: Account | None) -> str:
    return folding.fold(account.display_name) if account and account.role != "reader" else ""


def _administers(account: Account | None) -> int:
    return int(account is not None and account.role == "admin" and not account.banned_at)


def _count_admins(step: int) -> Write:
    store = settings.get().accounts
    if step > 0:
        return table.update(
            store, keys.admins(), "SET #entity = :e, #v = :v ADD #count :step", e="admins", v=1, step=step
        )
    return table.update(store, keys.admins(), "ADD #count :step", "#count > :one", step=step, one=1)


def new(email: str, password_hash: str, display_name: str, role: Role, language: str, at: datetime) -> Account:
    return Account(str(ULID.from_datetime(at)), email, display_name, role, language, password_hash, clock.stamp(at))


def create(email: str, password: str, display_name: str, role: Role, at: datetime) -> Account:
    """A confirmed account, made by whoever runs a command. Raises EmailTaken, ValueError for what would be refused."""
    address = normal_email(email)
    if address is None:
        raise ValueError("not an e-mail address")
    if refusal := passwords.refusal(password, address):
        raise ValueError(refusal[1])
    account = new(address, passwords.hashed(password), display_name, role, site.get().language, at)
    try:
        table.transact(list(add(account)))
    except table.Refused:
        raise EmailTaken from None
    return account
