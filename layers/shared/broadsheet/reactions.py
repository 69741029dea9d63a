"""Reactions: one for each member and comment. Public as numbers; who reacted how only the member sees.

What is counted stands in the site's table under a hash that only account and comment together give, and is never removed:
a reaction taken back is an empty one with a higher version.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from . import comments, keys, phases, sessions, settings, site, table, throttle, writers
from .errors import NotFound, Unavailable, WrongCommentState, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .comments import Comment
    from .sessions import Current
    from .table import Item, Write


def react(comment_id: str, kind: str | None, by: Current, at: datetime) -> dict[str, Any]:
    """Reacts, changes one's mind, or takes it back with None. Twice the same changes nothing.

    Raises NotFound, WrongCommentState, Banned, TooManyRequests, Invalid.
    """
    if kind is not None and kind not in site.get().comments.reactions:
        raise invalid("kind", "unknown_value", f"One of {', '.join(site.get().comments.reactions)}.")
    for _ in table.tries():
        comment, standing, ban = _met(comment_id, by, at)
        if kind is not None:
            phases.refuse_banned(ban, at)
        if (standing["kind"] if standing else None) == kind:
            return {"kind": kind}
        if kind is not None and comment.state != "published":
            raise WrongCommentState
        if _counted(comment, kind, standing, by, at):
            return {"kind": kind}
    raise Unavailable


def _met(comment_id: str, by: Current, at: datetime) -> tuple[Comment, Item | None, Item | None]:
    """The comment, how this member reacted so far, and a ban. Raises NotFound, TooManyRequests."""
    names, who = settings.get(), by.person.id
    wanted = [
        (names.desk, keys.comment(comment_id)),
        (names.site, keys.reaction(comment_id, _hashed(comment_id, who))),
        (names.desk, writers.ban(f"account:{who}")),
        (names.sessions, throttle.REACT_BY.key(who, at)),
    ]
    read = table.batch_get_across(wanted, consistent=True)
    record, standing, ban, window = (read.get((name, key["pk"], key["sk"])) for name, key in wanted)
    comment = comments.comment_of(record) if record else None
    if comment is None or not comment.shown:
        raise NotFound
    if names.throttles:
        throttle.REACT_BY.check(window, at)
    return comment, standing, ban


def _counted(comment: Comment, kind: str | None, standing: Item | None, by: Current, at: datetime) -> bool:
    window = throttle.REACT_BY.count(by.person.id, at) if settings.get().throttles else None
    session = sessions.still(by)
    try:
        table.transact([*_writes(comment, kind, standing, by.person.id), session, *([window] if window else [])])
    except table.Refused as refused:
        if session in refused:
            raise sessions.nobody() from None
        if window in refused:
            raise throttle.REACT_BY.full(at) from None
        return False
    return True


def _writes(comment: Comment, kind: str | None, standing: Item | None, account_id: str) -> Iterator[Write]:
    item = {
        **keys.reaction(comment.id, _hashed(comment.id, account_id)),
        "entity": "reaction",
        "v": 1,
        "comment": comment.id,
        "article": comment.article,
        "root": comment.root,
        "path": comment.path,
        "kind": kind,
        "version": standing["version"] + 1 if standing else 1,
    }
    unmoved = "#version = :version" if standing else table.ABSENT
    yield table.put(settings.get().site, item, unmoved, **({"version": standing["version"]} if standing else {}))
    entry = keys.reacted(account_id, comment.id)
    if kind is None:
        yield table.delete(settings.get().desk, entry)
    else:
        yield table.put(settings.get().desk, {**entry, "entity": "desk entry", "v": 1, "kind": kind})


def taken_back(comment_id: str, account_id: str) -> Iterator[Write]:
    """What takes an erased member's reaction back; the member's own row is for the caller to remove."""
    key = keys.reaction(comment_id, _hashed(comment_id, account_id))
    standing = table.get(settings.get().site, key, consistent=True)
    if standing and standing["kind"]:
        emptied = {**standing, "kind": None, "version": standing["version"] + 1}
        yield table.put(settings.get().site, emptied, "#version = :version", version=standing["version"])


def _hashed(comment_id: str, account_id: str) -> str:
    return sha256(f"{comment_id} {account_id}".encode()).hexdigest()
