"""Listings as readers get them: a page of cards, newest first, by one Query on one collection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import cursors, keys, languages, settings, site, slugs, table
from .errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

BY = ("section", "topic", "author")


def named(wanted: Mapping[str, str]) -> str:
    """The partition of the listing that a request names: latest, or by one of section, topic, author; any in a language.

    A region's language names its language's listing where the site has that.
    """
    by = [kind for kind in BY if kind in wanted]
    if len(by) > 1:
        raise invalid(by[1], "too_many_filters", "One of section, topic and author at a time.")
    language = site.get().edition(languages.filter_tag(wanted["language"])) if "language" in wanted else ""
    if not by:
        return keys.listing(language=language)
    return keys.listing(by[0], _slug(by[0], wanted[by[0]]), language)


def _slug(kind: str, text: str) -> str:
    if kind == "section" and text not in site.get().sections:
        raise invalid("section", "unknown_section", "Not one of the site's sections.")
    if not text or slugs.words(text) != text:
        raise invalid(kind, "bad_slug", "Not a slug.")
    return text


def page(listing: str, cursor: str | None, limit: int) -> str:
    """`{items, next_cursor}` as JSON. Raises BadCursor."""
    after = cursors.decode(listing, cursor)
    entries = table.query(settings.get().site, listing, after=after, backwards=True, limit=limit + 1)
    more = cursors.encode(listing, entries[limit - 1]["sk"]) if len(entries) > limit else None
    return f'{{"items":{cards(entries[:limit])},"next_cursor":{json.dumps(more)}}}'


def cards(entries: list[table.Item]) -> str:
    """The entries' cards as one JSON array, unparsed."""
    return f"[{','.join(entry['json'] for entry in entries)}]"


def newest(listing: str, limit: int) -> list[table.Item]:
    """The newest entries, read consistently: what prepared answers are built from."""
    return table.query(settings.get().site, listing, backwards=True, limit=limit, consistent=True)
