"""An article as readers will get it: the JSON and the card that publishing stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import keys, packing, site, table
from .errors import TooLarge

if TYPE_CHECKING:
    from .desk import Content, Live, State

COMPRESS_FROM = 24_000
"""Bytes from which a stored article is compressed: below, unpacking costs more than the read units it saves."""
CARD = ("headline", "standfirst", "topic", "byline", "language", "image", "word_count")


def article(state: State, live: Live, content: Content) -> dict[str, Any]:
    """The public article without what others keep beside it: alternates, counts, the two lists."""
    return {
        "id": state.id,
        "slug": live.slug,
        "headline": content["headline"],
        "standfirst": content["standfirst"],
        "byline": content["byline"],
        "contributor_note": content["contributor_note"],
        "section": site.get().section(content["section"], content["language"]),
        "topic": content["topic"],
        "tags": content["tags"],
        "language": content["language"],
        "published_at": state.published_at,
        "updated_at": live.updated_at,
        "corrections": state.corrections,
        "image": content["image"],
        "body_html": content["body"]["html"],
        "faq": content["faq"],
        "word_count": content["word_count"],
        "comments": content["comments"],
    }


def card(state: State, live: Live, content: Content) -> dict[str, Any]:
    """What a listing shows of an article."""
    return {
        "id": state.id,
        "slug": live.slug,
        "section": site.get().section(content["section"], content["language"]),
        **{name: content[name] for name in CARD},
        "published_at": state.published_at,
        "updated_at": live.updated_at,
    }


def article_item(state: State, live: Live, content: Content) -> table.Item:
    """Raises TooLarge where the article does not fit an item even compressed."""
    text = dumps(article(state, live, content))
    packed = packing.pack(text) if len(text.encode()) >= COMPRESS_FROM else text
    if packed is None:
        raise TooLarge("The article does not fit: it cannot be compressed to 400 kB.")
    return {**_head(state, live), "json": packed}


def withdrawn_item(state: State, live: Live) -> table.Item:
    """All that readers may know of a withdrawn article: that there was one."""
    return {**_head(state, live), "withdrawn": True}


def _head(state: State, live: Live) -> table.Item:
    return {
        **keys.public_item(state.key, keys.ARTICLE),
        "entity": "article",
        "v": 1,
        "id": state.id,
        "slug": live.slug,
        "language": live.language,
        "version": state.version,
    }


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
