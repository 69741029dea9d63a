"""What a comment goes through before it is published: phases, each a function that decides or lets it pass.

Who is not let in gets an exception; of what is let in, the first phase that decides says what becomes of it, and that is
kept with the comment, with the phase's name and the reason. One more phase is one more function in the tuple it belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from . import clock, folding, remarks, roles, site
from .errors import Banned, CommentsClosed, MembersOnly

if TYPE_CHECKING:
    from collections.abc import Callable

    from .discussions import Mode
    from .roles import Person
    from .table import Item

Outcome = Literal["published", "pending", "rejected", "spam"]
FASTEST = timedelta(seconds=2)
"""A form that is sent sooner after it was opened was not filled in by a person."""
OLDEST = timedelta(hours=24)


@dataclass(frozen=True)
class Decision:
    phase: str
    outcome: Outcome
    why: str


@dataclass(frozen=True)
class Submission:
    """A comment on its way, with what the phases need to know."""

    text: str
    html: str
    name: str
    mode: Mode
    person: Person | None
    ban: Item | None
    approved: bool
    """Whether a moderator has approved a comment of this member."""
    at: datetime
    trap: str = ""
    """A field of the form that people do not see."""
    opened_at: datetime | None = None


# ---------------------------------------------------------------- who is let in


def closed(given: Submission) -> None:
    if given.mode == "closed":
        raise CommentsClosed


def members(given: Submission) -> None:
    if given.mode == "members" and given.person is None:
        raise MembersOnly(headers={"WWW-Authenticate": "Bearer"})


def banned(given: Submission) -> None:
    if given.ban and (given.ban["until"] is None or given.ban["until"] > clock.stamp(given.at)):
        raise Banned


# ---------------------------------------------------------------- what becomes of it


def form(given: Submission) -> Decision | None:
    if given.trap:
        return Decision("form", "spam", "trap_filled")
    if given.opened_at and not FASTEST <= given.at - given.opened_at <= OLDEST:
        return Decision("form", "pending", "too_fast" if given.at - given.opened_at < FASTEST else "too_old")
    return None


def words(given: Submission) -> Decision | None:
    lists = site.get().comments.words
    forms = _forms(f"{given.name}\n{given.text}")
    if found := _found(tuple(lists.get("reject", ())), forms):
        return Decision("words", "rejected", f"reject:{found}")
    if found := _found(tuple(lists.get("hold", ())), forms):
        return Decision("words", "pending", f"hold:{found}")
    return None


def links(given: Submission) -> Decision | None:
    count = remarks.links(given.html)
    return Decision("links", "pending", f"{count}_links") if count > site.get().comments.links else None


def held(given: Submission) -> Decision | None:
    return Decision("held", "pending", "all_are_held") if given.mode == "all_held" else None


def first_timer(given: Submission) -> Decision | None:
    if given.mode != "first_held" or given.approved:
        return None
    return Decision("first_timer", "pending", "guest" if given.person is None else "first_comment")


LET_IN: tuple[Callable[[Submission], None], ...] = (closed, members, banned)
JUDGED: tuple[Callable[[Submission], Decision | None], ...] = (form, words, links, held, first_timer)


def let_in(given: Submission) -> None:
    """Raises CommentsClosed, MembersOnly, Banned."""
    for phase in LET_IN:
        phase(given)


def judge(given: Submission) -> Decision:
    """The first phase's decision; moderators are believed."""
    if given.person and given.person.role in roles.MODERATORS:
        return Decision("role", "published", given.person.role)
    for phase in JUDGED:
        if decision := phase(given):
            return decision
    return Decision("passed", "published", "nothing_found")


# ---------------------------------------------------------------- word lists


def _forms(text: str) -> tuple[str, ...]:
    """A text as written, with look-alikes replaced, and with spelled-out words (`b u y`) drawn together."""
    plain = text.casefold()
    folded = folding.latin(text)
    drawn = re.sub(r"(?<![^\W_])([^\W_])[\W_]+(?=[^\W_](?![^\W_]))", r"\1", folded)
    return plain, folding.latin(text, signs=True), folded, drawn


def _found(wanted: tuple[str, ...], forms: tuple[str, ...]) -> str | None:
    for word in wanted:
        if any(_pattern(word).search(text) for text in forms):
            return word
    return None


@cache
def _pattern(word: str) -> re.Pattern[str]:
    """The word or phrase, with nothing that belongs to a word on either side, as written or folded."""
    parts = [r"[\W_]+".join(map(re.escape, form.split())) for form in {word.casefold(), folding.latin(word)}]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted(parts))})(?![^\W_])")
