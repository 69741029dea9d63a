"""Articles as readers get them: one Query on one collection, and stored JSON spliced into the answer unparsed.

How an article gets here is in `publishing`; how its text is edited, in `drafts`.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import clock, discussions, filling, keys, packing, settings, slugs, table
from .errors import NothingPublished, Withdrawn

if TYPE_CHECKING:
    from .discussions import Discussion

HOT = 3
"""Reads within a second from which on an instance answers from memory until the second is over."""
REMEMBERED = 1.0
MOST_REMEMBERED = 200


@dataclass(frozen=True)
class Article:
    slug: str
    json: str
    discussion: Discussion


def read(slug: str, popular: filling.Popular = filling.popular) -> Article:
    """The article that a slug's key finds, whatever its words. Raises NothingPublished, Withdrawn.

    `popular` gives what room is left in its lists; a page has it at hand.
    """
    key = slugs.key_of(slug)
    parts = _collection(key) if key else {}
    article = parts.get(keys.ARTICLE)
    if article is None:
        raise NothingPublished
    if article.get("withdrawn"):
        raise Withdrawn(language=article["language"])
    discussion = discussions.discussion_of(parts[keys.DISCUSSION])
    alternates = parts.get(keys.ALTERNATES, {}).get("json", "[]")
    own = {str(key), *(slugs.key_of(each["slug"]) or "" for each in json.loads(alternates))}
    lists = filling.filled(parts[keys.LISTS], own, article["language"], popular)
    return Article(article["slug"], _spliced(article, alternates, discussion, lists), discussion)


def _spliced(article: table.Item, alternates: str, discussion: Discussion, lists: str) -> str:
    """The stored object with its last brace replaced by what others keep beside it."""
    comments = f'"comment_count":{discussion.comments},"comments":"{discussion.mode_at(clock.now())}"'
    return f'{packing.text_of(article)[:-1]},"alternates":{alternates},{comments},{lists[1:]}'


NO_LISTS = '{"more_about":[],"you_may_also_like":[],"lists":{"built_at":null,"version":0}}'


# ---------------------------------------------------------------- memory of what is read again and again

_memory: dict[str, tuple[float, int, dict[str, table.Item]]] = {}


def _collection(key: str) -> dict[str, table.Item]:
    """The items beside an article by sort key. A hot article costs each instance a few Queries a second at most."""
    now = time.monotonic()
    since, reads, parts = _memory.get(key, (0.0, 0, {}))
    fresh = now - since < REMEMBERED
    if fresh and reads >= HOT:
        return parts
    items = table.query(settings.get().site, keys.public(key))
    parts = {item["sk"]: item for item in items}
    if len(_memory) >= MOST_REMEMBERED:
        _memory.clear()
    _memory[key] = (now, reads + 1 if fresh else 1, parts)
    return parts


def forget() -> None:
    """Empties what an instance remembers. For tests and measurements."""
    _memory.clear()
    filling.forget()
