"""Sitemaps: one a month from the listing of what is newest, an index of them, and what news crawlers want of the last two days.

https://www.sitemaps.org/protocol.html, https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from broadsheet import clock, keys, languages, settings, site, table
from broadsheet.errors import NothingPublished

from . import documents, render, urls
from .urls import Links

if TYPE_CHECKING:
    from collections.abc import Iterator

    Card = dict[str, Any]
    Entry = tuple[str, str | None]
    """A path, and when what is there changed."""

MONTH = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))\.xml", re.ASCII)
MOST = 20_000
"""Articles of a month: half of what a sitemap may hold."""
LARGEST = 4_500_000
"""Bytes of addresses: a function may answer six millions with all that is around them."""
AROUND = 100
"""Bytes around a path: the elements, the site's origin, the time."""
MOST_NEWS = 1_000
NEWS = timedelta(days=2)
LAST = "~"
"""Behind every id in a sort key."""


def index() -> str:
    """The months since the first article, newest first, and the site's own pages."""
    months = list(_months())
    return render.text(
        "sitemap-index.xml", paths=["/sitemaps/site.xml", *(f"/sitemaps/{month}.xml" for month in months)]
    )


def one(name: str) -> str:
    """`site.xml`, or a month: `2026-03.xml`. Raises NothingPublished for a month that the index does not name.

    One in which nothing was published has the front alone: the protocol knows no empty sitemap.
    """
    if name == "site.xml":
        return render.text("sitemap.xml", entries=[(path, None) for path in _own_pages()])
    match = MONTH.fullmatch(name)
    if match is None:
        raise NothingPublished
    cards = _cards(match[1], f"{match[1]}-{LAST}", MOST)
    if not cards and match[1] not in _months():
        raise NothingPublished
    found = _fitting([(urls.article(card["slug"]), card["updated_at"]) for card in cards])
    return render.text("sitemap.xml", entries=found or [("/", None)])


def _fitting(entries: list[Entry]) -> list[Entry]:
    """The first ones, as many as one answer holds."""
    size = 0
    for place, (path, _) in enumerate(entries):
        size += len(path) + AROUND
        if size > LARGEST:
            return entries[:place]
    return entries


def news() -> str:
    """Like a month's, it has the front alone where there is nothing."""
    now = clock.now()
    cards = _cards(clock.stamp(now - NEWS), f"{clock.stamp(now)}{LAST}", MOST_NEWS)
    if not cards:
        return render.text("sitemap.xml", entries=[("/", None)])
    entries = [(card, _news_language(card["language"])) for card in cards]
    return render.text("sitemap-news.xml", entries=entries, name=site.get().text(site.get().name, site.get().language))


def _news_language(tag: str) -> str:
    """As news sitemaps name one: without region or script, but for the two that Chinese is written in."""
    if tag.partition("-")[0] == "zh":
        return "zh-tw" if "zh-Hant" in languages.parents(tag) else "zh-cn"
    return tag.partition("-")[0]


def _cards(since: str, until: str, at_most: int) -> list[Card]:
    """Of articles first published between two times, newest first."""
    found = table.query(settings.get().site, keys.listing(), between=(since, until), backwards=True, limit=at_most)
    return [json.loads(entry["json"]) for entry in found]


def _months() -> Iterator[str]:
    """From this month back to that of the first article."""
    first = table.query(settings.get().site, keys.listing(), limit=1)
    if first:
        month = clock.now().astimezone(UTC)
        while (name := month.strftime("%Y-%m")) >= first[0]["sk"][:7]:
            yield name
            month = datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(days=1)


def _own_pages() -> Iterator[str]:
    publication = site.get()
    for language in publication.languages:
        links = Links(language)
        yield links.front
        yield from (links.section(slug) for slug in publication.sections)
        yield from (links.named(text.name) for text in documents.listed(language) if text.language == language)
