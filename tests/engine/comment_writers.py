"""Members, guests and moderators who comment: in this process, each call held to the function's role, or as requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from broadsheet import (
    clock,
    comment_inputs,
    commenting,
    inputs,
    keys,
    moderation,
    own_comments,
    reactions,
    reports,
    sessions,
    settings,
    slugs,
    table,
)
from broadsheet.errors import Problem
from broadsheet.writers import Writer
from ulid import ULID

from tests.engine import comment_invariants
from tests.engine.account_invariants import hash_of
from tests.engine.instances import request

if TYPE_CHECKING:
    from broadsheet.moderation import Action
    from broadsheet.roles import Role
    from broadsheet.table import Item

    from tests.engine.comment_invariants import Discussions
    from tests.engine.instances import Run
    from tests.stage import Stage

FUNCTION = "CommentsFunction"
NUMBERS, SAYINGS = count(1), count(1)
KINDS = ("like", "funny", "sad")
BEGINS = ("", "", "", "", "A casino bonus: ", "Viagra: ")
"""Of what is said; the last two are held and rejected for their words."""


@dataclass
class Voice:
    """Somebody with a session, which is all that comments know of a member, or a guest from a network of their own."""

    stage: Stage
    role: Role | None = "reader"
    """None is a guest."""
    token: str = field(init=False, default="")
    session: sessions.Current | None = field(init=False, default=None)
    number: int = field(init=False, default_factory=lambda: next(NUMBERS))
    proofs: dict[str, str] = field(init=False, default_factory=dict)
    """A guest's edit tokens, by comment."""

    def __post_init__(self) -> None:
        if self.role is None:
            return
        self.token, now = f"voice {self.number}", clock.now()
        item: Item = {
            **keys.session(hash_of(self.token)),
            "entity": "session",
            "v": 1,
            "id": str(ULID()),
            "account": str(ULID()),
            "role": self.role,
            "display_name": f"Voice {self.number}",
            "used_at": clock.epoch(now),
            "idle": 3600,
            "ends_at": clock.epoch(now) + 3600,
            "expires_at": clock.epoch(now) + 3600,
        }
        table.write(table.put(settings.get().sessions, item))
        self.session = sessions.Current(hash_of(self.token), item)

    @property
    def account(self) -> str:
        assert self.session
        return self.session.person.id

    def _as(self, proof: str = "") -> Writer:
        return Writer(f"198.51.{self.number}.0/24", self.session, proof)

    def _said(self, text: str, parent: str | None) -> dict[str, Any]:
        guest = {} if self.session else {"guest": {"name": f"Guest {self.number}", "email": "guest@mail.example"}}
        return {"text": text, "parent_id": parent, **guest}

    # ------------------------------------------------------------ what writers do

    def post(self, slug: str, text: str, parent: str | None = None, **more: Any) -> str:
        """The id of the new comment."""
        given = inputs.check(comment_inputs.NewComment, self._said(text, parent) | more)
        with self.stage.guard.acting(FUNCTION):
            told = commenting.post(slug, given, self._as(), None, clock.now())
        self.proofs[told["id"]] = told.get("edit_token", "")
        return str(told["id"])

    def edit(self, comment_id: str, text: str) -> None:
        with self.stage.guard.acting(FUNCTION):
            own_comments.edit(comment_id, text, self._as(self.proofs.get(comment_id, "")), clock.now())

    def delete(self, comment_id: str) -> None:
        with self.stage.guard.acting(FUNCTION):
            own_comments.delete(comment_id, self._as(self.proofs.get(comment_id, "")), clock.now())

    # ------------------------------------------------------------ what members and moderators do

    def react(self, comment_id: str, kind: str | None) -> None:
        assert self.session
        with self.stage.guard.acting(FUNCTION):
            reactions.react(comment_id, kind, self.session, clock.now())

    def report(self, comment_id: str) -> None:
        assert self.session
        given = inputs.check(comment_inputs.Report, {"reason": "abuse"})
        with self.stage.guard.acting(FUNCTION):
            reports.report(comment_id, given, self.session, clock.now())

    def decide(self, comment_id: str, action: Action) -> None:
        assert self.session
        with self.stage.guard.acting(FUNCTION):
            moderation.decide(comment_id, action, self.session.person, clock.now())

    # ------------------------------------------------------------ the same as requests

    def posting(self, slug: str, text: str, parent: str | None = None, **how: Any) -> Run:
        return self.asking("POST", f"/v1/articles/{slug}/comments", self._said(text, parent), **how)

    def changing(self, method: str, comment_id: str, more: str = "", send: Any = None, **how: Any) -> Run:
        """What a writer or a member does with a comment: `more` is what its path goes on with."""
        proof = {"comment_token": self.proofs[comment_id]} if self.proofs.get(comment_id) else {}
        return self.asking(method, f"/v1/comments/{comment_id}{more}", send, **proof, **how)

    def deciding(self, comment_id: str, action: Action, **how: Any) -> Run:
        return self.asking("POST", f"/v1/moderation/comments/{comment_id}/{action}", **how)

    def asking(self, method: str, path: str, send: Any = None, **how: Any) -> Run:
        return request(self.stage.template, method, path, send, token=self.token, **how)


Act = tuple[str, int, int, int]
"""What is done, by whom, with which comment, and how: numbers that stand for any number of things."""


@dataclass
class Talk:
    """One discussion and everybody in it; the first of them are moderators, the last guests."""

    stage: Stage
    roles: tuple[Role | None, ...] = ("moderator", "reader", "reader", "reader", None, None)
    slug: str = field(init=False)
    voices: list[Voice] = field(init=False)
    first: str = field(init=False)
    by: dict[str, Voice] = field(init=False, default_factory=dict)
    """Who wrote which comment."""

    def __post_init__(self) -> None:
        self.slug = self.stage.published()["slug"]
        self.voices = [Voice(self.stage, role) for role in self.roles]
        self.members = [voice for voice in self.voices if voice.role]
        self.moderators = [voice for voice in self.voices if voice.role == "moderator"]
        self.post(len(self.moderators), "", 0)
        (self.first,) = self.by

    @property
    def key(self) -> str:
        return slugs.key_of(self.slug) or ""

    def do(self, act: Act) -> str:
        """The code of its refusal, where it is refused, as much of what people try."""
        what, who, which, how = act
        try:
            getattr(self, what)(who, list(self.by)[which % len(self.by)], how)
        except Problem as problem:
            return problem.code
        return ""

    def post(self, who: int, _: str, how: int) -> None:
        self._say(who, None, how)

    def reply(self, who: int, at: str, how: int) -> None:
        self._say(who, at, how)

    def _say(self, who: int, parent: str | None, how: int) -> None:
        voice = self.voices[who % len(self.voices)]
        self.by[voice.post(self.slug, self._text(how), parent)] = voice

    def _text(self, how: int) -> str:
        return f"{BEGINS[how % len(BEGINS)]}saying number {next(SAYINGS)}"

    def edit(self, _: int, at: str, how: int) -> None:
        self.by[at].edit(at, self._text(how))

    def delete(self, _: int, at: str, __: int) -> None:
        self.by[at].delete(at)

    def react(self, who: int, at: str, how: int) -> None:
        self.members[who % len(self.members)].react(at, KINDS[how % len(KINDS)])

    def unreact(self, who: int, at: str, _: int) -> None:
        self.members[who % len(self.members)].react(at, None)

    def report(self, who: int, at: str, _: int) -> None:
        self.members[who % len(self.members)].report(at)

    def approve(self, who: int, at: str, _: int) -> None:
        self.moderators[who % len(self.moderators)].decide(at, "approve")

    def hide(self, who: int, at: str, _: int) -> None:
        self.moderators[who % len(self.moderators)].decide(at, "hide")

    def reject(self, who: int, at: str, _: int) -> None:
        self.moderators[who % len(self.moderators)].decide(at, "reject")


def tallied(stage: Stage) -> Discussions:
    """Has the counter hear what the stream tells; then everything must hold."""
    assert stage.deliver("TallyFunction", "SiteTable", stage.records("SiteTable")) == []
    return comment_invariants.check()
