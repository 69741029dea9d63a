"""Members, guests and moderators who comment: as the functions do it, each call held to their role."""

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
    table,
)
from broadsheet.writers import Writer
from ulid import ULID

from tests.engine.account_invariants import hash_of

if TYPE_CHECKING:
    from broadsheet.moderation import Action
    from broadsheet.roles import Role
    from broadsheet.table import Item

    from tests.stage import Stage

FUNCTION = "CommentsFunction"
NUMBERS = count(1)


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

    def _as(self, proof: str = "") -> Writer:
        return Writer(f"198.51.{self.number}.0/24", self.session, proof)

    # ------------------------------------------------------------ what writers do

    def post(self, slug: str, text: str, parent: str | None = None, **more: Any) -> str:
        """The id of the new comment."""
        guest = {} if self.session else {"guest": {"name": f"Guest {self.number}", "email": "guest@mail.example"}}
        given = inputs.check(comment_inputs.NewComment, {"text": text, "parent_id": parent, **guest, **more})
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
