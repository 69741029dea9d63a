"""The local run's people. They exist on this machine only; their address domain is refused everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from datetime import datetime

    from broadsheet.roles import Person, Role

DOMAIN = "broadsheet.example"
PASSWORD = "correct horse battery broadsheet"  # noqa: S105  printed at every start, good for this machine alone
PEOPLE = {
    "admin": "Ada Admin",
    "editor": "Edith Editor",
    "author": "Arthur Author",
    "moderator": "Moira Moderator",
    "reader": "Robin Reader",
}
"""Display name by role; a role's address is its name at the domain."""


def address(role: str) -> str:
    return f"{role}@{DOMAIN}"


def ensure(at: datetime) -> dict[str, Person]:
    """The people by role; who is missing is created. Runs with a function's environment."""
    from broadsheet import accounts, keys, settings, table
    from broadsheet.roles import Person

    found = {}
    for role, name in PEOPLE.items():
        pointer = table.get(settings.get().accounts, keys.email(address(role)), consistent=True)
        if pointer is None:
            account = accounts.create(address(role), PASSWORD, name, cast("Role", role), at=at)
            pointer = {"account": account.id}
        found[role] = Person(pointer["account"], role, name)
    return found
