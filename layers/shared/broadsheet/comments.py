"""Comments: one record each on the desk, and from it what readers may see.

The record is the truth and is replaced whole, on condition of its version, by every change; what stands in the site's
table is made from it in the same transaction. A comment that is held, hidden, rejected or spam has no text there: where it
has replies a tombstone keeps their place. Its place is never removed, only emptied, so that `tally` can count by it.

Writing them is in `commenting`, judging in `phases` and `moderation`, reading in `threads`, counting in `tallying`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from . import clock, keys, public, settings, site, table
from .errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from .keys import Key
    from .table import Item, Write

State = Literal["published", "pending", "hidden", "rejected", "spam", "deleted"]
HELD: tuple[State, ...] = ("pending", "hidden", "rejected", "spam")
REPORTED = "reported"
QUEUES = (*HELD, REPORTED)
LONGEST_TRACE = 20


@dataclass(frozen=True)
class Comment:
    id: str
    article: str
    """The key of its article."""
    slug: str
    headline: str
    root: str | None
    """The root it stands below; None for a root."""
    path: str
    """Ids from below the root down to this one, joined by `#`; empty for a root."""
    parent: str | None
    account: str | None
    name: str
    staff: bool
    text: str
    html: str
    posted_at: str
    state: State
    version: int = 1
    edited_at: str | None = None
    answered: bool = False
    """Whether a reply to it was ever public: then it leaves a tombstone, and cannot be edited."""
    placed: bool = False
    """Whether it was ever public itself."""
    reports: int = 0
    """Since a moderator last looked."""
    token: str | None = None
    """SHA-256 of a guest's edit token."""
    nonce: str | None = None
    """What a repeated request makes the same token of, together with its own idempotency key."""
    trace: list[dict[str, Any]] = field(default_factory=list)

    @property
    def depth(self) -> int:
        return self.path.count("#") + 1 if self.path else 0

    @property
    def shown(self) -> bool:
        """Whether something of it stands in the thread: itself or a tombstone."""
        return self.state == "published" or (self.placed and self.answered)

    @property
    def queues(self) -> set[str]:
        """Where moderators find it."""
        held = {self.state} if self.state in HELD else set()
        return held | ({REPORTED} if self.reports and self.state == "published" else set())

    def changed(self, **fields: Any) -> Comment:
        return replace(self, version=self.version + 1, **fields)

    def decided(
        self, state: State, phase: str, why: str, at: datetime, by: str | None = None, **fields: Any
    ) -> Comment:
        """In a new state, with who or what decided that and why."""
        entry = {"phase": phase, "decision": state, "why": why, "at": clock.stamp(at), "by": by}
        placed = self.placed or state == "published"
        return self.changed(state=state, placed=placed, trace=[*self.trace, entry][-LONGEST_TRACE:], **fields)

    def emptied(self, phase: str, why: str, at: datetime, **fields: Any) -> Comment:
        """Deleted: nothing of what was written stays, only that something was."""
        return self.decided("deleted", phase, why, at, **{"text": "", "html": "", "name": "", "reports": 0, **fields})

    def item(self) -> Item:
        return {**keys.comment(self.id), "entity": "comment", "v": 1, **asdict(self)}

    # ------------------------------------------------------------ what is seen of it

    def public(self) -> dict[str, Any]:
        """What everybody sees while it is published, and a tombstone otherwise."""
        seen = self.state == "published"
        return {
            "id": self.id,
            "parent_id": self.parent,
            "depth": self.depth,
            "author": self.author() if seen else None,
            "text": self.text if seen else None,
            "html": self.html if seen else None,
            "posted_at": self.posted_at,
            "edited_at": self.edited_at if seen else None,
            "state": self.state if seen or self.state == "deleted" else "hidden",
        }

    def author(self) -> dict[str, Any]:
        """Without a name where the account was erased."""
        return {"name": self.name or None, "member": self.account is not None, "staff": self.staff}

    def own(self, at: datetime) -> dict[str, Any]:
        """What its writer sees. Spam is told as pending: who sends it need not learn what gave it away."""
        state = "pending" if self.state == "spam" else self.state
        return {
            **self.public(),
            "author": self.author(),
            "text": self.text,
            "html": self.html,
            "edited_at": self.edited_at,
            "state": state,
            "article": self.about(),
            "editable_until": clock.stamp(self.edit_ends()) if self.editable(at) else None,
        }

    def moderated(self) -> dict[str, Any]:
        """What a moderator sees."""
        return {
            **self.public(),
            "author": {**self.author(), "account_id": self.account},
            "text": self.text,
            "html": self.html,
            "edited_at": self.edited_at,
            "state": self.state,
            "article": self.about(),
            "reports": self.reports,
            "trace": self.trace,
        }

    def about(self) -> dict[str, str]:
        return {"slug": self.slug, "headline": self.headline}

    def edit_ends(self) -> datetime:
        return clock.parse(self.posted_at) + timedelta(minutes=site.get().comments.edit_minutes)

    def editable(self, at: datetime) -> bool:
        """Spam too, as what is pending: whether it can be edited would give it away."""
        return self.state in {"published", "pending", "spam"} and not self.answered and at < self.edit_ends()

    # ------------------------------------------------------------ where it stands

    def where(self) -> Key:
        """Its place in the thread."""
        return keys.reply(self.root, self.path) if self.root else keys.root(self.article, self.id)


def comment_of(item: Item) -> Comment:
    return Comment(**{name: value for name, value in item.items() if name not in {"pk", "sk", "entity", "v"}})


def load(comment_id: str) -> Comment:
    """Raises NotFound."""
    item = table.get(settings.get().desk, keys.comment(comment_id), consistent=True)
    if item is None:
        raise NotFound
    return comment_of(item)


def load_all(ids: Iterable[str]) -> list[Comment]:
    """Those of the comments that there are, in the order asked for: one BatchGetItem."""
    wanted = [keys.comment(comment_id) for comment_id in ids]
    found = table.batch_get(settings.get().desk, wanted, consistent=True)
    return [comment_of(found[key["pk"], key["sk"]]) for key in wanted if (key["pk"], key["sk"]) in found]


# ---------------------------------------------------------------- writes


def keep(after: Comment, before: Comment | None) -> Write:
    """The record as it becomes, on condition that nobody else changed it."""
    if before is None:
        return table.put(settings.get().desk, after.item(), table.ABSENT)
    return table.put(settings.get().desk, after.item(), "#version = :version", version=before.version)


def consequences(before: Comment | None, after: Comment) -> Iterator[Write]:
    """What has to follow a record: the moderators' queues, and what readers see."""
    yield from _requeue(before, after)
    if after.placed and (before is None or _seen(before) != _seen(after)):
        yield from _show(before, after)


def _seen(comment: Comment) -> tuple[Any, ...]:
    return comment.shown, comment.placed, comment.public()


def _requeue(before: Comment | None, after: Comment) -> Iterator[Write]:
    store, was = settings.get().desk, before.queues if before else set()
    for name in sorted(was - after.queues):
        yield table.delete(store, _queued(name, after))
    for name in sorted(after.queues - was):
        yield table.put(store, {**_queued(name, after), "entity": "desk entry", "v": 1})


def _queued(name: str, comment: Comment) -> Key:
    return {"pk": keys.queue(name), "sk": comment.id}


def _show(before: Comment | None, after: Comment) -> Iterator[Write]:
    store, was_shown = settings.get().site, before is not None and before.shown
    yield table.put(store, place(after))
    seen = {"json": public.dumps(after.public()), "gone": after.state != "published"}
    if after.shown and was_shown:
        yield table.update(store, after.where(), "SET #json = :json, #gone = :gone", table.PRESENT, **seen)
    elif after.shown:
        yield table.put(store, {**after.where(), **_uncounted(after), "parent": after.parent, **seen})
    elif was_shown:
        yield table.delete(store, after.where())


def _uncounted(comment: Comment) -> Item:
    """What `tally` keeps beside a comment, before it came by."""
    below = {"reply_count": 0, "replies": "[]", "more": None} if comment.root is None else {}
    return {"entity": "reply" if comment.root else "root", "v": 1, "reactions": {}, "tallied": 0, **below}


def place(comment: Comment) -> Item:
    """What is counted of a comment, by version."""
    return {
        **keys.place(comment.id),
        "entity": "place",
        "v": 1,
        "article": comment.article,
        "root": comment.root,
        "path": comment.path,
        "counted": comment.state == "published",
        "version": comment.version,
    }
