"""Reports: a member says that a comment should be looked at. So many of them hide it until a moderator has.

One for each member and comment; what a moderator has looked at starts from nought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import clock, comments, keys, phases, sessions, settings, site, table, throttle, writers
from .errors import NotFound, Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from .comment_inputs import Report
    from .comments import Comment
    from .sessions import Current
    from .table import Item


def report(comment_id: str, given: Report, by: Current, at: datetime) -> None:
    """Reports a comment; the same member's second report of it changes nothing. Raises NotFound, Banned, TooManyRequests."""
    for _ in table.tries():
        comment, told = _met(comment_id, by, at)
        if told or comment.state != "published" or _counted(comment, given, by, at):
            return
    raise Unavailable


def _met(comment_id: str, by: Current, at: datetime) -> tuple[Comment, Item | None]:
    names, who = settings.get(), by.person.id
    wanted = [
        (names.desk, keys.comment(comment_id)),
        (names.desk, keys.report(comment_id, who)),
        (names.desk, writers.ban(f"account:{who}")),
        (names.sessions, throttle.REPORT_BY.key(who, at)),
    ]
    read = table.batch_get_across(wanted, consistent=True)
    record, told, ban, window = (read.get((name, key["pk"], key["sk"])) for name, key in wanted)
    comment = comments.comment_of(record) if record else None
    if comment is None or not (comment.shown or told):
        raise NotFound
    phases.refuse_banned(ban, at)
    if names.throttles and not told:
        throttle.REPORT_BY.check(window, at)
    return comment, told


def _counted(before: Comment, given: Report, by: Current, at: datetime) -> bool:
    after = before.changed(reports=before.reports + 1)
    if after.reports >= site.get().comments.reports_to_hide:
        after = before.decided("hidden", "reports", f"{after.reports}_reports", at, reports=after.reports)
    window = throttle.REPORT_BY.count(by.person.id, at) if settings.get().throttles else None
    session = sessions.still(by)
    item = {
        **keys.report(before.id, by.person.id),
        "entity": "report",
        "v": 1,
        "reason": given.reason,
        "note": given.note,
        "at": clock.stamp(at),
    }
    told = table.put(settings.get().desk, item, table.ABSENT)
    writes = [told, comments.keep(after, before), *comments.consequences(before, after), session]
    try:
        table.transact([*writes, *([window] if window else [])])
    except table.Refused as refused:
        if session in refused:
            raise sessions.nobody() from None
        if window in refused:
            raise throttle.REPORT_BY.full(at) from None
        return False
    return True
