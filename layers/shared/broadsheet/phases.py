"""What a comment goes through before it is published: phases, each a function that decides or lets it pass.

Who is not let in gets an exception; of what is let in, the first phase that decides says what becomes of it, and that is
kept with the comment, with the phase's name and the reason. One more phase is one more function in the tuple it belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from html import unescape
from typing import TYPE_CHECKING, Literal

from . import clock, folding, remarks, roles, site
from .errors import Banned, CommentsClosed, MembersOnly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    imitates: bool
    """Whether a member's name looks like one of the newsroom's."""
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
    refuse_banned(given.ban, given.at)


def refuse_banned(ban: Item | None, at: datetime) -> None:
    """Raises Banned while a ban holds. Of commenting, reacting and reporting."""
    if ban and (ban["until"] is None or ban["until"] > clock.stamp(at)):
        raise Banned


# ---------------------------------------------------------------- what becomes of it


def form(given: Submission) -> Decision | None:
    if given.trap:
        return Decision("form", "spam", "trap_filled")
    if given.opened_at and not FASTEST <= given.at - given.opened_at <= OLDEST:
        return Decision("form", "pending", "too_fast" if given.at - given.opened_at < FASTEST else "too_old")
    return None


def names(given: Submission) -> Decision | None:
    return Decision("names", "pending", "looks_like_staff") if given.imitates else None


def words(given: Submission) -> Decision | None:
    lists = site.get().comments.words
    forms = {form for text in (given.name, given.text, _visible(given.html)) for form in _forms(text)}
    if found := _found(lists.get("reject", ()), forms):
        return Decision("words", "rejected", f"reject:{found}")
    if found := _found(lists.get("hold", ()), forms):
        return Decision("words", "pending", f"hold:{found}")
    return None


def links(given: Submission) -> Decision | None:
    count = remarks.links(given.html, given.text)
    return Decision("links", "pending", f"{count}_links") if count > site.get().comments.links else None


def held(given: Submission) -> Decision | None:
    return Decision("held", "pending", "all_are_held") if given.mode == "all_held" else None


def first_timer(given: Submission) -> Decision | None:
    if given.mode != "first_held" or given.approved:
        return None
    return Decision("first_timer", "pending", "guest" if given.person is None else "first_comment")


LET_IN: tuple[Callable[[Submission], None], ...] = (closed, members, banned)
JUDGED: tuple[Callable[[Submission], Decision | None], ...] = (form, names, words, links, held, first_timer)


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

WORD = re.compile(r"[^\W_]+")
CODE = re.compile(r"\d*+[^\W\d_]?\d*")
"""A number, or what has one letter at most (`A55`, `5G`): its digits are digits."""
SPELLED = re.compile(r"(?<![^\W_])([^\W_])[\W_]+(?=[^\W_](?![^\W_]))")
INSIDE = r"[^\W_]|[\u0900-\u0963\u0966-\u0dff]"
"""What belongs to a word: letters and digits, and the vowel signs of India's scripts."""
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts that set no spaces between words: there a word is found anywhere."""


def _visible(html: str) -> str:
    """What a reader sees of it: markup in the middle of a word hides nothing."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def _forms(text: str) -> set[str]:
    """A text with look-alikes replaced, by signs as well, and with spelled-out words (`b u y`) drawn together."""
    plain = folding.plain(text)
    read = {plain, folding.signed(plain)}
    return {_latin(form) for form in read | {SPELLED.sub(r"\1", form) for form in read}}


def _latin(plain: str) -> str:
    return WORD.sub(lambda word: word[0] if CODE.fullmatch(word[0]) else folding.latin(word[0]), plain)


def _found(wanted: Iterable[str], forms: set[str]) -> str | None:
    for word in wanted:
        pieces, pattern = _pattern(word)
        for text in forms:
            if any(piece in text for piece in pieces) and pattern.search(text):
                return word
    return None


@cache
def _pattern(word: str) -> tuple[set[str], re.Pattern[str]]:
    """The word or phrase with nothing that belongs to a word on either side, and what to look for before it is tried."""
    plain = folding.plain(word)
    forms = {_latin(plain), _latin(plain.translate(folding.SIGNS))}
    phrases = [pieces for form in sorted(forms) if (pieces := form.split())]
    return {max(pieces, key=len) for pieces in phrases}, re.compile("|".join(map(_alone, phrases)))


def _alone(pieces: list[str]) -> str:
    before = f"(?<!{INSIDE})" if _spaced(pieces[0][0]) else ""
    after = f"(?!{INSIDE})" if _spaced(pieces[-1][-1]) else ""
    return before + r"[\W_]+".join(map(re.escape, pieces)) + after


def _spaced(letter: str) -> bool:
    return letter.isalnum() and not UNSPACED.match(letter)
