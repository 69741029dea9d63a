"""An article's discussion as a page shows it: replies nested, and so many threads at a time that the page stays small."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from broadsheet import clock, cursors, http, keys, settings, table, threads
from broadsheet.errors import NothingPublished

from . import urls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from broadsheet.discussions import Discussion

LIGHT = 30_000
"""Bytes of a page on its way to a browser."""
AROUND = 7_500
"""Of those, what stands around article and discussion, and what scripts say."""
REPLIES = 10
"""On a page of the replies to one comment."""
LEAST = 2_000
"""What a discussion may take beside the longest of articles."""
OF_A_COMMENT = 50
"""What is around its words, which are said twice: to people and, too far from there to be packed together, to machines."""


@dataclass(frozen=True)
class Shown:
    comments: list[dict[str, Any]]
    """Each with its `replies` nested below it."""
    order: str
    more: str | None
    """Path of the page that goes on."""
    begun: bool
    """Whether this is not the beginning."""
    revision: int
    """Of the thread, as its tag has it: by it a script knows which answers are older than the page."""
    below: str | None = None
    """Id of the comment whose further replies these are."""


def show(discussion: Discussion, query: Mapping[str, str], article: str) -> Shown:
    """What of it fits on the page of an article, given as JSON, that is to stay light.

    One Query; with a GetItem before it where it is about the replies of one comment. Raises BadCursor, NothingPublished.
    """
    cursor, above = query.get("cursor"), below(query)
    if above:
        return _replies(discussion, above, cursor)
    order = query.get("order", "")
    room = max(LEAST, LIGHT - AROUND - _packed(article))
    return _threads(discussion, order if order in threads.ORDERS else threads.ORDERS[0], cursor, room)


def below(query: Mapping[str, str]) -> str | None:
    """The id of the comment whose replies a page is asked for."""
    given = query.get("replies", "")
    return given.upper() if cursors.is_ulid(given) else None


def _threads(discussion: Discussion, order: str, cursor: str | None, room: int) -> Shown:
    page = json.loads(threads.page(discussion, order, cursor, http.PAGE, clock.now()))
    roots, follows = _fitting(page["comments"], room), page["next_cursor"]
    if len(roots) < len(page["comments"]):
        follows = cursors.encode(f"{keys.thread(discussion.key)} {order}", roots[-1]["id"])
    more = _path(discussion, order=order, cursor=follows) if follows else None
    return Shown([_nested(discussion, root) for root in roots], order, more, bool(cursor), discussion.revision)


def _fitting(roots: list[dict[str, Any]], room: int) -> list[dict[str, Any]]:
    """The first ones, as many as there is room for; always one."""
    size = 0
    for place, root in enumerate(roots):
        size += sum(2 * _packed(each["html"] or "") + OF_A_COMMENT for each in (root, *root["replies"]))
        if place and size > room:
            return roots[:place]
    return roots


def _packed(text: str) -> int:
    """Bytes of it compressed, a little more than it takes within a page."""
    return len(zlib.compress(text.encode(), 1))


def _nested(discussion: Discussion, root: dict[str, Any]) -> dict[str, Any]:
    cursor = root["replies_cursor"]
    left = root["reply_count"] - sum(reply["state"] == "published" for reply in root["replies"])
    more = _path(discussion, replies=root["id"], cursor=cursor) if cursor else None
    return {**root, "replies": _tree(root["replies"]), "more": more, "left": max(left, 1)}


def _replies(discussion: Discussion, below: str, cursor: str | None) -> Shown:
    place = table.get(settings.get().site, keys.place(below))
    if place is None or place["article"] != discussion.key:
        raise NothingPublished
    page = json.loads(threads.replies(below, cursor, REPLIES))
    follows = page["next_cursor"]
    more = _path(discussion, replies=below, cursor=follows) if follows else None
    return Shown(_tree(page["items"]), threads.ORDERS[0], more, True, discussion.revision, below)


def _tree(replies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Replies in reading order as a tree; one whose parent is on another page stands at the top."""
    top: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    for given in replies:
        reply = known[given["id"]] = {**given, "replies": [], "more": None}
        above = known.get(given["parent_id"])
        (above["replies"] if above and above["depth"] < given["depth"] else top).append(reply)
    return top


def _path(discussion: Discussion, **query: str) -> str:
    return f"{urls.article(discussion.slug)}?{urlencode(query)}#comments"
