"""Moderation: the queues, what a moderator decides of a comment, and who may not comment any more.

Each decision is one transaction: the record with its trace, the queues, what readers see, and a line in the audit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from ulid import ULID

from . import clock, commenting, comments, cursors, keys, settings, slugs, table, writers
from .errors import NotFound, Problem, Unavailable, WrongCommentState, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .comment_inputs import NewBan
    from .comments import Comment, State
    from .roles import Person
    from .table import Item, Write

Action = Literal["approve", "reject", "spam", "hide"]
BECOMES: dict[Action, State] = {"approve": "published", "reject": "rejected", "spam": "spam", "hide": "hidden"}
LONGEST_NETWORK_BAN = timedelta(days=30)


# ---------------------------------------------------------------- look through


def queue(state: str, article: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first: of one state, or of one article, or both. One Query, one BatchGetItem.

    An article's comments are looked through whole and picked by state, so a page of them may be short.
    """
    partition = keys.queue(state)
    if article:
        key = slugs.key_of(article)
        if key is None:
            raise invalid("article", "unknown_article", "There is no such article.")
        partition = keys.discussion_entries(key)
    elif state not in comments.QUEUES:
        raise invalid("state", "needs_article", "This state is listed for one article at a time: give its slug.")
    after = cursors.decode(partition, cursor)
    rows, more = table.page(settings.get().desk, partition, limit, after=after, backwards=True, consistent=True)
    found = comments.load_all([row["sk"] for row in rows])
    wanted = [comment for comment in found if not article or state in {comment.state, *comment.queues}]
    return {
        "items": [comment.moderated() for comment in wanted],
        "next_cursor": cursors.encode(partition, rows[-1]["sk"]) if more else None,
    }


def reports_of(comment_id: str) -> list[dict[str, Any]]:
    """Who was told what about a comment, by time; who told it stays unsaid."""
    rows = table.query(settings.get().desk, keys.report(comment_id, "")["pk"], limit=100, consistent=True)
    told = [{"reason": row["reason"], "note": row["note"], "at": row["at"]} for row in rows]
    return sorted(told, key=lambda one: str(one["at"]))


# ---------------------------------------------------------------- decide


def decide(comment_id: str, action: Action, by: Person, at: datetime) -> dict[str, Any]:
    """A comment in the state a moderator wants; what is in it already stays, and counts as looked at.

    Raises NotFound, and WrongCommentState for what its writer deleted or for a reply whose comment readers do not have.
    """
    for _ in table.tries():
        before = comments.load(comment_id)
        if before.state == "deleted":
            raise WrongCommentState("Its writer has deleted it.")
        wanted = BECOMES[action]
        if before.state == wanted and not before.reports:
            return before.moderated()
        after = before.decided(wanted, "moderator", action, at, by.id, reports=0)
        if _committed(before, after, action, by, at):
            return after.moderated()
    raise Unavailable


def _committed(before: Comment, after: Comment, action: Action, by: Person, at: datetime) -> bool:
    writes = [comments.keep(after, before), *comments.consequences(before, after), _audit(after, action, by, at)]
    if after.state == "published":
        writes += _approved(before, at)
    try:
        table.transact(writes)
    except table.Refused:
        return False
    return True


def _approved(before: Comment, at: datetime) -> Iterator[Write]:
    """A reply made public answers its parent, which has to stand in the thread; its writer is known from now on."""
    if before.parent and not before.placed:
        parent = comments.load(before.parent)
        if not parent.shown:
            raise WrongCommentState("What it answers is not public any more.")
        yield from commenting.answered(parent)
    if before.account:
        item = {**keys.standing(before.account), "entity": "standing", "v": 1, "approved_at": clock.stamp(at)}
        yield table.put(settings.get().desk, item)


def decide_all(ids: list[str], action: Action, by: Person, at: datetime) -> list[dict[str, Any]]:
    """Each on its own: what cannot be done says why and holds up nothing else."""
    return [_one_of_many(comment_id, action, by, at) for comment_id in dict.fromkeys(ids)]


def _one_of_many(comment_id: str, action: Action, by: Person, at: datetime) -> dict[str, Any]:
    try:
        return {"id": comment_id, "state": decide(comment_id, action, by, at)["state"], "code": None}
    except Problem as problem:
        return {"id": comment_id, "state": None, "code": problem.code}


def _audit(comment: Comment, action: str, by: Person, at: datetime) -> Write:
    return _audited({"comment": comment.id}, action, by, at)


def _audited(about: dict[str, str], action: str, by: Person, at: datetime) -> Write:
    item: Item = {
        **keys.audit(clock.stamp(at)[:10], str(ULID.from_datetime(at))),
        "entity": "audit",
        "v": 1,
        "at": clock.stamp(at),
        "who": by.id,
        "action": action,
        **about,
    }
    return table.put(settings.get().desk, item)


# ---------------------------------------------------------------- bans


@dataclass(frozen=True)
class _Banned:
    who: str
    """`account:<id>` or `network:<prefix>`, as throttles and claims know a writer."""
    until: str | None


def ban(given: NewBan, by: Person, at: datetime) -> dict[str, Any]:
    """Keeps an account, or the network a guest wrote from, from commenting. Raises NotFound, Invalid.

    A network belongs to many people in turn, so its ban ends by itself, after 30 days at most.
    """
    banned = _whom(given, at)
    ban_id = str(ULID.from_datetime(at))
    facts = {
        "id": ban_id,
        "kind": banned.who.partition(":")[0],
        "account_id": banned.who.partition(":")[2] if banned.who.startswith("account:") else None,
        "comment_id": given.comment_id,
        "reason": given.reason,
        "until": banned.until,
        "by": by.id,
        "at": clock.stamp(at),
    }
    standing: Item | None = None
    for _ in table.tries():
        writes = _in_force(banned, facts, standing)
        try:
            table.transact([*writes, _audited({"ban": ban_id}, "ban writer", by, at)])
        except table.Refused as refused:
            standing = refused.items[writes[0]]
            continue
        return facts
    raise Unavailable


def _in_force(banned: _Banned, facts: dict[str, Any], standing: Item | None) -> list[Write]:
    """The ban, in place of the one that stands: a writer has one at a time, and that one is listed."""
    store, hashed = settings.get().desk, writers.banned(banned.who)
    item = {**keys.ban(hashed), "entity": "ban", "v": 1, "until": banned.until, "ban": facts["id"]}
    entry = {**keys.ban_entry(facts["id"]), "entity": "ban entry", "v": 1, "who": hashed, **facts}
    if standing is None:
        return [table.put(store, item, table.ABSENT), table.put(store, entry)]
    return [
        table.put(store, item, "#ban = :ban", ban=standing["ban"]),
        table.put(store, entry),
        table.delete(store, keys.ban_entry(standing["ban"])),
    ]


def _whom(given: NewBan, at: datetime) -> _Banned:
    if (given.comment_id is None) == (given.account_id is None):
        raise invalid("comment_id", "required", "Give either the comment whose writer is meant, or an account.")
    days = timedelta(days=given.days) if given.days else None
    account = given.account_id
    if given.comment_id:
        comment = comments.load(given.comment_id)
        account = comment.account
        if account is None:
            return _Banned(
                _network(comment, at), clock.stamp(at + min(days or LONGEST_NETWORK_BAN, LONGEST_NETWORK_BAN))
            )
    return _Banned(f"account:{account}", clock.stamp(at + days) if days else None)


def _network(comment: Comment, at: datetime) -> str:
    item = table.get(settings.get().sessions, keys.network(comment.id), consistent=True)
    if item is None or item["expires_at"] <= clock.epoch(at):
        raise NotFound("It is not known any more from where this was written.")
    return f"network:{item['network']}"


def bans(cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, newest first."""
    after = cursors.decode(keys.BANS, cursor)
    rows, more = table.page(settings.get().desk, keys.BANS, limit, after=after, backwards=True, consistent=True)
    shown = ("id", "kind", "account_id", "comment_id", "reason", "until", "by", "at")
    return {
        "items": [{name: row[name] for name in shown} for row in rows],
        "next_cursor": cursors.encode(keys.BANS, rows[-1]["sk"]) if more else None,
    }


def lift(ban_id: str, by: Person, at: datetime) -> None:
    """Ends a ban. Raises NotFound."""
    store = settings.get().desk
    entry = table.get(store, keys.ban_entry(ban_id), consistent=True)
    if entry is None:
        raise NotFound
    ended = [
        table.delete(store, keys.ban(entry["who"]), "#ban = :ban", ban=ban_id),
        table.delete(store, keys.ban_entry(ban_id)),
        _audited({"ban": ban_id}, "lift ban", by, at),
    ]
    try:
        table.transact(ended)
    except table.Refused:
        raise NotFound from None  # another one stands in its place, or somebody else has lifted it
