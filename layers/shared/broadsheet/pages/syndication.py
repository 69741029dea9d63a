"""RSS 2.0 and Atom as feedgenerator writes them, with what it leaves out: several authors, pictures, and a time for
an empty feed.

Imported by the request that wants a feed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from feedgenerator import Atom1Feed, Rss201rev2Feed

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed: a time of its own would make each answer another."""
DUBLIN_CORE = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}
MEDIA = {"xmlns:media": "http://search.yahoo.com/mrss/"}
"""https://www.rssboard.org/media-rss. An RSS enclosure would have to say how many bytes a picture has."""


class Rss(Rss201rev2Feed):  # type: ignore[misc]
    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else BEGINNING

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.addQuickElement("dc:creator", name, DUBLIN_CORE)
        _add_picture(handler, item["picture"])


class Atom(Atom1Feed):  # type: ignore[misc]
    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else BEGINNING

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(handler, item)
        for name in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")
        _add_picture(handler, item["picture"])


def _add_picture(handler: Any, picture: Any) -> None:
    if not picture:
        return
    size = {name: str(picture[name]) for name in ("width", "height") if picture[name]}
    handler.startElement("media:content", {**MEDIA, "url": picture["url"], "medium": "image", **size})
    for name, told in (
        ("media:description", picture["caption"] or picture["alt"]),
        ("media:credit", picture["credit"]),
    ):
        if told:
            handler.addQuickElement(name, told)
    handler.endElement("media:content")
