"""What writers may still do with a comment: see it whatever became of it, edit it for a while, delete it for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import clock, comments, cursors, discussions, keys, phases, remarks, roles, settings, table
from .errors import EditEnded, NotAllowed, NotFound, NotLoggedIn, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from .comments import Comment
    from .writers import Writer


def read(comment_id: str, by: Writer, at: datetime) -> dict[str, Any]:
    """What is public of a comment, or all of one's own, whatever its state. Raises NotFound."""
    comment = comments.load(comment_id)
    if by.wrote(comment):
        return comment.own(at)
    if by.person and by.person.role in roles.MODERATORS:
        return comment.moderated()
    if not comment.shown:
        raise NotFound
    return {**comment.public(), "article": comment.about()}


def edit(comment_id: str, text: str, by: Writer, at: datetime) -> dict[str, Any]:
    """Other words, within the window and before the first reply. Raises NotFound, NotAllowed, EditEnded, CommentsClosed."""
    for _ in table.tries():
        before = _own(comment_id, by)
        if not before.editable(at):
            raise EditEnded
        if before.text == text:
            return before.own(at)
        after = _edited(before, text, by, at)
        if _saved(before, after):
            return after.own(at)
    raise Unavailable


def _edited(before: Comment, text: str, by: Writer, at: datetime) -> Comment:
    """The new text goes through the phases as if it were posted; what a moderator holds stays held."""
    html = remarks.html(text)
    names = settings.get()
    wanted = [
        (names.site, keys.public_item(before.article, keys.DISCUSSION)),
        (names.desk, by.ban),
        (names.desk, keys.standing(before.account or "nobody")),
    ]
    read = table.batch_get_across(wanted, consistent=True)
    discussion, ban, standing = (read.get((name, key["pk"], key["sk"])) for name, key in wanted)
    submission = phases.Submission(
        text=text,
        html=html,
        name=before.name,
        mode=discussions.open_of(discussion).mode_at(at),
        person=by.person,
        ban=ban,
        imitates=False,
        approved=standing is not None,
        at=at,
    )
    phases.let_in(submission)
    decision = phases.judge(submission)
    outcome = decision.outcome if before.state == "published" else before.state
    words: dict[str, Any] = {"text": text, "html": html, "edited_at": clock.stamp(at)}
    if outcome == before.state and (decision.outcome == "published" or before.trace[-1]["why"] == decision.why):
        return before.changed(**words)
    return before.decided(outcome, decision.phase, decision.why, at, **words)


def _saved(before: Comment, after: Comment) -> bool:
    try:
        table.transact([comments.keep(after, before), *comments.consequences(before, after)])
    except table.Refused:
        return False
    return True


def delete(comment_id: str, by: Writer, at: datetime) -> None:
    """Takes a comment back for good; where it has replies, a tombstone stays. Raises NotFound, NotAllowed."""
    for _ in table.tries():
        before = _own(comment_id, by)
        if before.state == "deleted" or _emptied(before, at):
            return
    raise Unavailable


def _emptied(before: Comment, at: datetime) -> bool:
    after = before.emptied("writer", "deleted_by_writer", at)
    writes = [comments.keep(after, before), *comments.consequences(before, after)]
    if before.token:
        writes.append(table.put(settings.get().accounts, {**keys.guest(before.id), "entity": "guest", "v": 1}))
    try:
        table.transact(writes)
    except table.Refused:
        return False
    return True


def _own(comment_id: str, by: Writer) -> Comment:
    """Raises NotFound for what one may not see, NotLoggedIn and NotAllowed for what is somebody else's."""
    comment = comments.load(comment_id)
    if by.wrote(comment):
        return comment
    if not comment.shown:
        raise NotFound
    if by.person is None and not by.token:
        raise NotLoggedIn(headers={"WWW-Authenticate": "Bearer"})
    raise NotAllowed("This is somebody else's comment.")


def mine(account_id: str, cursor: str | None, limit: int, at: datetime) -> dict[str, Any]:
    """`{items, next_cursor}` of what a member wrote, newest first, whatever its state."""
    partition = keys.writer(account_id)
    after = min(cursors.decode(partition, cursor) or keys.REACTION, keys.REACTION)
    rows, more = table.page(settings.get().desk, partition, limit, after=after, backwards=True, consistent=True)
    found = comments.load_all([row["sk"] for row in rows])
    return {
        "items": [comment.own(at) for comment in found],
        "next_cursor": cursors.encode(partition, rows[-1]["sk"]) if more else None,
    }
