"""An article as readers will get it: the JSON and the card that publishing stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import articles, folding, keys, packing, settings, site, table
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


def no_lists(state: State) -> table.Item:
    """The two lists before they are built: from then on they are only ever updated."""
    item = keys.public_item(state.key, keys.LISTS)
    return {**item, "entity": "lists", "v": 1, "revision": 0, "json": articles.NO_LISTS}


def discussion(state: State, live: Live, content: Content | None) -> table.Write:
    """What publishing decides of a discussion; without content, that the article was withdrawn. Numbers stay as they are."""
    given: dict[str, Any] = {"entity": "discussion", "v": 1, "withdrawn": content is None}
    if content is not None:
        given |= {
            "article": state.id,
            "slug": live.slug,
            "headline": content["headline"],
            "section": content["section"],
            "published_at": str(state.published_at),
            "mode": content["comments"],
            "close_after_days": content.get("close_comments_after_days"),
            "names": sorted({folding.fold(author["name"]) for author in content["byline"]} - {""}),
        }
    decided = ", ".join(f"#{name} = :{name}" for name in given)
    numbers = "#comments = if_not_exists(#comments, :zero), #revision = if_not_exists(#revision, :zero)"
    key = keys.public_item(state.key, keys.DISCUSSION)
    return table.update(settings.get().site, key, f"SET {decided}, {numbers}", zero=0, **given)


def _head(state: State, live: Live) -> table.Item:
    return {
        **keys.public_item(state.key, keys.ARTICLE),
        "entity": "article",
        "v": 1,
        "id": state.id,
        "slug": live.slug,
        "language": live.language,
        "edition": live.edition,
        "version": state.version,
        "group": state.group,
    }


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
