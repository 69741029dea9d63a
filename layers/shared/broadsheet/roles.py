"""Who may do what. One table; every route asks it, and what one may not see answers as if it were not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import NotAllowed, NotFound

Role = Literal["reader", "contributor", "author", "moderator", "editor", "admin"]
Action = Literal["write", "publish", "pin"]


@dataclass(frozen=True)
class Person:
    """Who is asking."""

    id: str
    role: str
    display_name: str


ROLES: tuple[Role, ...] = ("reader", "contributor", "author", "moderator", "editor", "admin")
MODERATORS = frozenset({"moderator", "admin"})
ALL, OWN = "all", "own"

ARTICLES: dict[Action, dict[str, str]] = {
    "write": {"contributor": OWN, "author": OWN, "editor": ALL, "admin": ALL},
    "publish": {"author": OWN, "editor": ALL, "admin": ALL},
    "pin": {"editor": ALL, "admin": ALL},
}
"""Write: see, create, edit, restore and delete drafts. Publish: publish, schedule, correct and withdraw. Pin: say what
stands in lists, and have them rebuilt."""


def administer(role: str) -> None:
    """Raises NotAllowed for whoever is no administrator."""
    if role != "admin":
        raise NotAllowed


def moderate(role: str) -> None:
    """Raises NotAllowed for whoever does not moderate comments."""
    if role not in MODERATORS:
        raise NotAllowed


def reach(role: str, action: Action) -> str | None:
    """All articles, own ones, or None."""
    return ARTICLES[action].get(role)


def require(role: str, action: Action) -> None:
    """Raises NotAllowed for a role that may not do this to any article."""
    if reach(role, action) is None:
        raise NotAllowed


def require_on(role: str, action: Action, *, own: bool) -> None:
    """Raises NotFound for an article the role may not see, NotAllowed for one it sees but may not treat so."""
    if not _covers(reach(role, "write"), own):
        raise NotFound
    if not _covers(reach(role, action), own):
        raise NotAllowed


def _covers(how_far: str | None, own: bool) -> bool:
    return how_far == ALL or (how_far == OWN and own)
