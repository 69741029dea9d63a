"""Threads as readers get them: one Query a page, and one GetItem for whoever only asks whether there is anything new.

The tag of a page is the thread's revision, read before the page, which is then read consistently: what the tag stands for
is in the page, so nobody keeps a stale page under a new tag.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from . import cursors, discussions, keys, settings, site, table
from .errors import NothingPublished

if TYPE_CHECKING:
    from datetime import datetime

    from .discussions import Discussion
    from .table import Item

ORDERS = ("oldest", "newest")
FIRST_REPLIES = 20
FIRST_BYTES = 24_000
"""So many replies at most, and so many bytes of them, are shown with a root: pages stay within one Query."""


def tag(discussion: Discussion, order: str, cursor: str | None, limit: int, at: datetime) -> str:
    """The weak entity tag of a page, which changes when anything in the thread does. `watching.js` reads the revision in it."""
    asked = json.dumps([order, cursor, limit, discussion.mode_at(at), discussion.comments])
    return f'W/"{discussion.revision}-{blake2b(asked.encode(), digest_size=6).hexdigest()}"'


def page(discussion: Discussion, order: str, cursor: str | None, limit: int, at: datetime) -> str:
    """`{comments, next_cursor, comment_count, mode}` as JSON: roots, each with its first replies. Raises BadCursor."""
    partition = keys.thread(discussion.key)
    listing = f"{partition} {order}"
    rows, more = table.page(
        settings.get().site,
        partition,
        limit,
        after=cursors.decode(listing, cursor),
        backwards=order == "newest",
        consistent=True,
    )
    shown = ",".join(_root(row) for row in rows if not _left_alone(row))
    follows = json.dumps(cursors.encode(listing, rows[-1]["sk"]) if more else None)
    numbers = f'"comment_count":{discussion.comments},"mode":"{discussion.mode_at(at)}"'
    return f'{{"comments":[{shown}],"next_cursor":{follows},{numbers}}}'


def _left_alone(row: Item) -> bool:
    """A tombstone whose replies are all gone."""
    return bool(row["gone"] and not row["reply_count"] and row["replies"] == "[]")


def _root(row: Item) -> str:
    more = cursors.encode(keys.replies(row["sk"]), row["more"]) if row["more"] else None
    below = f'"reply_count":{row["reply_count"]},"replies":{row["replies"]},"replies_cursor":{json.dumps(more)}'
    return f"{_comment(row)[:-1]},{below}}}"


def _comment(row: Item) -> str:
    return f'{row["json"][:-1]},"reactions":{json.dumps(row["reactions"])}}}'


def replies(comment_id: str, cursor: str | None, limit: int) -> str:
    """`{items, next_cursor}` of what stands below a comment, in reading order. Raises NothingPublished, BadCursor.

    A root's are found at once; of another comment, or of one without any, its place has to be read first.
    """
    partition = keys.replies(comment_id)
    after = cursors.decode(partition, cursor)
    rows, more = table.page(settings.get().site, partition, limit, after=after)
    if not rows and not after:
        place = table.get(settings.get().site, keys.place(comment_id))
        if place is None:
            raise NothingPublished
        if place["root"]:
            return _below(place, partition, "", limit)
    elif not rows and "#" in after:
        place = table.get(settings.get().site, keys.place(comment_id))
        if place and place["root"]:
            return _below(place, partition, after, limit)
    return _listed(rows, partition, more=more)


def _below(place: Item, listing: str, after: str, limit: int) -> str:
    """What stands below a reply: its path begins their paths."""
    partition, prefix = keys.replies(place["root"]), f"{place['path']}#"
    rows, more = table.page(settings.get().site, partition, limit, after=after, prefix=prefix)
    return _listed(rows, listing, more=more)


def _listed(rows: list[Item], listing: str, *, more: bool) -> str:
    follows = json.dumps(cursors.encode(listing, rows[-1]["sk"]) if more else None)
    return f'{{"items":[{",".join(_comment(row) for row in living(rows, more=more))}],"next_cursor":{follows}}}'


def living(rows: list[Item], *, more: bool) -> list[Item]:
    """Replies without the tombstones that keep nothing apart any more: nothing shown answers them."""
    kept: list[Item] = []
    answered: set[str | None] = set()
    last = rows[-1]["sk"] if more else ""
    for row in reversed(rows):
        if not row["gone"] or row["sk"].rpartition("#")[2] in answered or _goes_on(row["sk"], last):
            kept.append(row)
            answered.add(row["parent"])
    return kept[::-1]


def _goes_on(path: str, last: str) -> bool:
    """Whether an answer may be on the next page: to a page's last one, or to those beside it where threads go no deeper."""
    deepest = path.count("#") + 1 == site.get().comments.depth
    beside = deepest and path.rpartition("#")[0] == last.rpartition("#")[0]
    return bool(last) and (path == last or beside)


def first_replies(root_id: str) -> tuple[str, str | None]:
    """What is shown with a root: its first replies as JSON, and where the rest begins."""
    rows, more = table.page(settings.get().site, keys.replies(root_id), FIRST_REPLIES, consistent=True)
    shown: list[str] = []
    size, last = 0, None
    for row in living(rows, more=more):
        text = _comment(row)
        size += len(text.encode())
        if shown and size > FIRST_BYTES:
            return f"[{','.join(shown)}]", last
        shown.append(text)
        last = row["sk"]
    return f"[{','.join(shown)}]", rows[-1]["sk"] if more else None


def counts(slugs_of: dict[str, str]) -> dict[str, int]:
    """Published comments by slug, from keys by slug; unknown and withdrawn articles are left out. One BatchGetItem."""
    wanted = {slug: keys.public_item(key, keys.DISCUSSION) for slug, key in slugs_of.items()}
    distinct = list({key["pk"]: key for key in wanted.values()}.values())
    found = table.batch_get(settings.get().site, distinct)
    read = {slug: found.get((key["pk"], key["sk"])) for slug, key in wanted.items()}
    opened = {slug: discussions.discussion_of(item) for slug, item in read.items() if item}
    return {slug: discussion.comments for slug, discussion in opened.items() if not discussion.withdrawn}
