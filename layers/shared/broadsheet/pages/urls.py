"""Addresses of pages. The site's own language has none in its paths, the others begin theirs with their tag.

An article's address has no language: it is in one. Absolute addresses come from configuration, never from a request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from broadsheet import settings, site

if TYPE_CHECKING:
    from collections.abc import Mapping

FEEDS = {"feed.rss": "application/rss+xml", "feed.atom": "application/atom+xml", "feed.json": "application/feed+json"}

FEED_NAMES = {"feed.rss": "RSS", "feed.atom": "Atom", "feed.json": "JSON Feed"}

ICONS = ("favicon.ico", "apple-touch-icon.png")
"""What is asked for by name, whether or not a page says so."""
MANIFEST = "site.webmanifest"


@dataclass(frozen=True)
class Links:
    """Paths of pages in one language."""

    language: str

    @property
    def prefix(self) -> str:
        return "" if self.language == site.get().language else f"/{self.language}"

    @property
    def front(self) -> str:
        return self.prefix or "/"

    def listing(self, kind: str, slug: str) -> str:
        """Of a `section`, `topic` or `author`."""
        return f"{self.prefix}/{kind}s/{quote(slug)}"

    def section(self, slug: str) -> str:
        return self.listing("section", slug)

    def topic(self, slug: str) -> str:
        return self.listing("topic", slug)

    def author(self, slug: str) -> str:
        return self.listing("author", slug)

    def named(self, name: str) -> str:
        """Of a form or a text: `login`, `about`."""
        return f"{self.prefix}/{name}"

    def feed(self, name: str, below: str = "") -> str:
        """`below` is the path of what it is the feed of."""
        return f"{(below or self.front).rstrip('/')}/{name}"

    def article(self, slug: str) -> str:
        return article(slug)


def author(named: Mapping[str, str], language: str) -> str | None:
    """Of the articles of an author in an article's language, where the site has that and the author a listing."""
    slug = named.get("slug")
    return Links(site.get().nearest(language)).author(slug) if slug and site.get().speaks(language) else None


def article(slug: str) -> str:
    return f"/articles/{quote(slug)}"


def picture(url: str) -> str:
    """Where whoever is not on the site finds a picture, as a URI: one that lies on it has only a path."""
    return quote(absolute(url) if url.startswith("/") else url, safe="%/:=&?~#+!$,;'@()*[]")


def picture_widths(url: str) -> str:
    """A picture's `srcset`; empty without a service that makes other widths, and for a drawing, which is good at each."""
    pictures, whole = site.get().pages.pictures, picture(url)
    if not pictures.service or whole.partition("?")[0].lower().endswith(".svg"):
        return ""
    given = pictures.service.replace("{escaped}", quote(whole, "")).replace("{url}", whole)
    made = [(given.replace("{width}", str(width)), width) for width in pictures.widths]
    return ", ".join(f"{re.sub(',$', '%2C', address)} {width}w" for address, width in made)  # a comma would end it


def absolute(path: str) -> str:
    return f"{settings.get().site_origin}{path}"
