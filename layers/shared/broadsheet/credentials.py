"""Passwords forgotten and changed, addresses changed. A new password ends all sessions in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import accounts, keys, names, outbox, passwords, sessions, settings, site, table, throttle, tokens
from .errors import BadToken, LoginFailed, NotFound, Unavailable, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .accounts import Account
    from .table import Item, Write


def forgot(email: str, at: datetime) -> None:
    """Sends a link to the normal address if it has an account. The same calls either way."""
    account = accounts.find(email)
    send = throttle.allows(throttle.MAIL_TO, email, at) and account is not None
    language = account.language if account else site.get().language
    kind: outbox.Kind = "reset" if send else "nothing"
    seal = tokens.seal(account)
    table.transact([outbox.mail(kind, email, language, at, account=account.id if account else "", seal=seal)])


def reset(token: Item, password: str, at: datetime) -> Account:
    """A new password for who can read the account's mail. Raises BadToken, Invalid."""
    account = _sealed(token)
    _acceptable("password", password, account)
    try:
        return _set_password(account, passwords.hashed(password), at, [tokens.spend(token)])
    except LoginFailed:
        raise BadToken from None


def _sealed(token: Item) -> Account:
    """The account of a link, unless it is gone or its password or address is another. Raises BadToken."""
    try:
        account = accounts.load(token["account"])
    except NotFound:
        raise BadToken from None
    if tokens.seal(account) != token["seal"]:
        raise BadToken
    return account


def change_password(account_id: str, current: str, fresh: str, at: datetime) -> Account:
    """A new password for who knows the old one; every session ends. Raises LoginFailed, Invalid, TooManyRequests.

    The new one is judged first: a try at the old one is counted, and takes its time, when all else is in order.
    """
    account = accounts.load(account_id)
    _acceptable("new_password", fresh, account)
    throttle.admit(throttle.PASSWORD, account_id, at)
    accounts.confirm(account, "current_password", current)
    return _set_password(account, passwords.hashed(fresh), at, [])


def _acceptable(field: str, password: str, account: Account) -> None:
    """Raises Invalid where a password is not taken."""
    if refusal := passwords.refusal(password, account.email):
        raise invalid(field, *refusal)


def _set_password(account: Account, password: str, at: datetime, also: Iterable[Write]) -> Account:
    for _ in table.tries():
        after = account.changed(password=password)
        writes = [
            accounts.keep(after, account),
            *also,
            *sessions.endings(account.id),
            outbox.mail("password_changed", account.email, account.language, at, account=account.id),
        ]
        try:
            table.transact(writes)
        except table.Refused as refused:
            if any(write in refused for write in also):
                raise BadToken from None
            account = accounts.again(account)
            continue
        return after
    raise Unavailable


def change_email(account_id: str, email: str, password: str, at: datetime) -> None:
    """Sends a link to the new, normal address, or word to its owner if it has an account. Raises LoginFailed."""
    throttle.admit(throttle.PASSWORD, account_id, at)
    account = accounts.confirm(accounts.load(account_id), "password", password)
    taken = table.get(settings.get().accounts, keys.email(email), consistent=True) is not None
    kind: outbox.Kind = "known" if taken else "confirm_email"
    if not throttle.allows(throttle.MAIL_TO, email, at):
        kind = "nothing"
    seal = tokens.seal(account)
    table.transact([outbox.mail(kind, email, account.language, at, account=account.id, seal=seal)])


def confirm_email(token: Item, at: datetime) -> Account:
    """Moves the account to the address whose mail was answered, and tells the old one. Raises BadToken."""
    for _ in table.tries():
        account = _sealed(token)
        after = account.changed(email=token["address"])
        kept = accounts.keep(after, account)
        writes = [
            kept,
            tokens.spend(token),
            accounts.point(after),
            table.delete(settings.get().accounts, keys.email(account.email)),
            outbox.mail("email_changed", account.email, account.language, at, account=account.id),
        ]
        try:
            table.transact(writes)
        except table.Refused as refused:
            if list(refused.items) != [kept]:
                raise BadToken from None
            continue
        return after
    raise Unavailable


def change_profile(account_id: str, fields: dict[str, str]) -> Account:
    """A new display name or language, for the sessions too. Raises Invalid for a reader's name that is reserved."""
    for _ in table.tries():
        account = accounts.load(account_id)
        after = account.changed(**fields)
        renames = after.display_name != account.display_name
        if renames and account.role == "reader" and names.reserved(after.display_name):
            raise invalid("display_name", "reserved_name", names.RESERVED)
        renamed = sessions.renamed(account_id, after.display_name) if renames else []
        try:
            table.transact([accounts.keep(after, account), *renamed, *accounts.name(account, after)])
        except table.Refused:
            continue
        return after
    raise Unavailable
