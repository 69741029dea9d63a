"""Who writes a comment: a member with a session, or a guest with a name, from a network."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from . import guests, keys

if TYPE_CHECKING:
    from .comments import Comment
    from .keys import Key
    from .roles import Person
    from .sessions import Current


@dataclass(frozen=True)
class Writer:
    network: str
    session: Current | None = None
    token: str = ""
    """A guest's proof that a comment is theirs."""
    repeats: str | None = None
    """The request's idempotency key."""

    @property
    def person(self) -> Person | None:
        return self.session.person if self.session else None

    @property
    def name(self) -> str:
        """What throttles, bans and claims know them by."""
        return f"account:{self.person.id}" if self.person else f"network:{self.network}"

    def unproven_name(self, given: str) -> str:
        """What is to be compared with the newsroom's names: a guest's, or one that a reader chose."""
        if self.person is None:
            return given
        return self.person.display_name if self.person.role == "reader" else ""

    def wrote(self, comment: Comment) -> bool:
        if self.person:
            return comment.account == self.person.id
        return guests.opens(self.token, comment)

    @property
    def ban(self) -> Key:
        return ban(self.name)


def ban(name: str) -> Key:
    """Where a ban of a writer stands."""
    return keys.ban(banned(name))


def banned(name: str) -> str:
    """What a ban of a writer is found by."""
    return sha256(name.encode()).hexdigest()
