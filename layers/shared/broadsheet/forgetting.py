"""What an erased member leaves in discussions: comments become nobody's or go, and reactions are nobody's already.

A row is removed with what it stands for, so that a crash loses nothing of the list of what is left to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from . import comments, keys, reactions, settings, table
from .errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .comments import Comment
    from .table import Item, Write

Choice = Literal["anonymise", "remove"]
AT_ONCE = 100
MOST_EXPORTED = 1_000
MOST_BYTES = 3_000_000
"""Of comments in an export: an answer of Lambda has 6 MB, and letters may take more than a byte."""


def forget(account_id: str, choice: Choice, at: datetime) -> None:
    """Takes a member out of everything they wrote. Doing it twice changes nothing."""
    while rows := table.query(settings.get().desk, keys.writer(account_id), limit=AT_ONCE, consistent=True):
        for row in rows:
            _forget_row(account_id, row, choice, at)


def _forget_row(account_id: str, row: Item, choice: Choice, at: datetime) -> None:
    for _ in table.tries():
        done = table.delete(settings.get().desk, {"pk": row["pk"], "sk": row["sk"]})
        try:
            table.transact([*_traces(account_id, row["sk"], choice, at), done])
        except table.Refused:
            continue
        return
    raise Unavailable


def _traces(account_id: str, sk: str, choice: Choice, at: datetime) -> Iterator[Write]:
    if sk == keys.STANDING:
        return
    if sk.startswith(keys.REACTION):
        if choice == "remove":
            yield from reactions.taken_back(sk.removeprefix(keys.REACTION), account_id)
        return
    before = comments.load(sk)
    after = _nobodys(before, choice, at)
    yield comments.keep(after, before)
    yield from comments.consequences(before, after)


def _nobodys(before: Comment, choice: Choice, at: datetime) -> Comment:
    unsigned = {"account": None, "name": "", "staff": False}
    if choice == "remove" and before.state != "deleted":
        return before.emptied("erasure", "removed_with_account", at, **unsigned)
    return before.changed(**unsigned)


def export(account_id: str, at: datetime) -> dict[str, Any]:
    """What a member wrote, newest first, and how they reacted; the newest thousand comments, where there are more."""
    rows = table.query(settings.get().desk, keys.writer(account_id), backwards=True, consistent=True)
    ids = [row["sk"] for row in rows if row["sk"][0].isdigit()]
    found, size = [], 0
    for start in range(0, min(len(ids), MOST_EXPORTED), AT_ONCE):
        for comment in comments.load_all(ids[start : start + AT_ONCE]):
            size += len(comment.text.encode()) + len(comment.html.encode())
            if size <= MOST_BYTES:
                found.append(comment.own(at))
    reacted = [row for row in rows if row["sk"].startswith(keys.REACTION)]
    return {
        "comments": found,
        "comments_in_all": len(ids),
        "reactions": [{"comment_id": row["sk"].removeprefix(keys.REACTION), "kind": row["kind"]} for row in reacted],
    }
