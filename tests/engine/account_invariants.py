"""What must hold over Accounts, Sessions and the desk's log whatever happened to people.

The one idea: an account says what must be there. Its address, its place among its role and, of an administrator, its part
in the count are there exactly; its sessions have its role and name, each with its row; who is erased is logged twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from broadsheet import accounts, keys, sessions, settings

from tests.engine.invariants import Place, place, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.accounts import Account
    from broadsheet.table import Item


def check() -> People:
    """Asserts that everything holds."""
    people = People.read()
    wrong = list(people.wrong())
    assert not wrong, "\n".join(wrong)
    return people


@dataclass
class People:
    accounts: dict[Place, Item]
    sessions: dict[Place, Item]
    desk: dict[Place, Item]

    @classmethod
    def read(cls) -> People:
        names = settings.get()
        return cls(scan(names.accounts), scan(names.sessions), scan(names.desk))

    # ------------------------------------------------------------ what there is

    @property
    def all(self) -> dict[str, Account]:
        return {item["id"]: accounts.account_of(item) for item in self.of("account")}

    def at(self, address: str) -> list[Account]:
        return [account for account in self.all.values() if account.email == address]

    def of(self, entity: str) -> list[Item]:
        return [
            item
            for rows in (self.accounts, self.sessions, self.desk)
            for item in rows.values()
            if item["entity"] == entity
        ]

    def alive(self, account_id: str) -> set[str]:
        """Hashes of an account's sessions."""
        return {id_of(item) for item in self.of("session") if item["account"] == account_id}

    def mails(self, to: str, *kinds: str) -> list[Item]:
        found = [mail for mail in self.of("mail") if mail.get("to") == to]
        return [mail for mail in found if not kinds or mail["kind"] in kinds]

    def audited(self, account_id: str) -> list[str]:
        return sorted(row["action"] for row in self.of("audit") if row.get("account") == account_id)

    # ------------------------------------------------------------ what must be there

    def wrong(self) -> Iterator[str]:
        yield from self._wrong_addresses()
        yield from self._wrong_roles()
        yield from self._wrong_sessions()
        yield from self._wrong_erasures()

    def _wrong_addresses(self) -> Iterator[str]:
        wanted = sorted((f"EMAIL#{account.email}", account.id) for account in self.all.values())
        found = sorted((item["pk"], item["account"]) for item in self.of("email"))
        if wanted != found:
            yield f"addresses are {found}, accounts want {wanted}"

    def _wrong_roles(self) -> Iterator[str]:
        wanted = sorted(place(keys.role_entry(account.role, account.id)) for account in self.all.values())
        found = sorted(place(item) for item in self.of("role entry"))
        if wanted != found:
            yield f"places among the roles are {found}, accounts want {wanted}"
        admins = sum(account.role == "admin" and not account.banned_at for account in self.all.values())
        counted = sum(item["count"] for item in self.of("admins"))
        if admins != counted:
            yield f"{admins} administrators, {counted} counted"

    def _wrong_sessions(self) -> Iterator[str]:
        everybody = self.all
        rows = {(id_of(row), row["sk"], row["hash"]) for row in self.of("log-in")}
        live = {(item["account"], item["id"], id_of(item)) for item in self.of("session")}
        if rows != live:
            yield f"sessions without a row {live - rows}, rows without a session {rows - live}"
        for item in self.of("session"):
            account = everybody.get(item["account"])
            if account is None or account.banned_at:
                yield f"a session of {item['account']}, who is {'banned' if account else 'gone'}"
            elif (item["role"], item["display_name"]) != (account.role, account.display_name):
                yield f"a session as {item['role']} {item['display_name']} of {account.role} {account.display_name}"
        most = Counter(account for account, _, _ in live)
        yield from (f"{account} has {n} sessions" for account, n in most.items() if n > sessions.MOST)

    def _wrong_erasures(self) -> Iterator[str]:
        work = {item["account"]: item["comments"] for item in self.of("erasure")}
        log = {item["account"]: item["comments"] for item in self.of("erasure log")}
        if work != log:
            yield f"erasures to do {work}, logged {log}"
        yield from (f"{account} is erased and there" for account in work.keys() & self.all.keys())


def id_of(item: Item) -> str:
    return keys.id_of(item["pk"])


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
