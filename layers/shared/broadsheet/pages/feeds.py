"""Feeds of the site, a section or a topic: RSS 2.0 and Atom by feedgenerator, JSON Feed 1.1, from one Query of a listing.

An entry's time of change is the article's `updated_at`, which moves only with what matters to who has read it already; a feed's
own is that of its newest entry. Nothing in it depends on when it is asked for, so an unchanged feed is a 304.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from broadsheet import clock, listings, site
from broadsheet.errors import Invalid, NothingPublished

from . import urls
from .cards import categories, name_of
from .urls import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .cards import Card

ENTRIES = 30
JSON_FEED = "https://jsonfeed.org/version/1.1"


def write(name: str, kind: str, slug: str, language: str) -> str:
    """`kind` is section, topic or empty for the site. Raises NothingPublished."""
    if name not in urls.FEEDS:
        raise NothingPublished
    cards = _cards(kind, slug, language)
    if kind == "topic" and not cards:
        raise NothingPublished
    return WRITERS[name](_about(name, kind, slug, language, cards), cards)


def _cards(kind: str, slug: str, language: str) -> list[Card]:
    wanted = {**({kind: slug} if kind else {}), "language": language}
    try:
        found: list[Card] = json.loads(listings.page(listings.named(wanted), None, ENTRIES))["items"]
    except Invalid:
        raise NothingPublished from None
    return found


def _about(name: str, kind: str, slug: str, language: str, cards: list[Card]) -> dict[str, str]:
    publication, links = site.get(), Links(language)
    whole = publication.text(publication.name, language)
    part = {
        "section": publication.section(slug, language)["name"] if kind else "",
        "topic": name_of("topic", slug, cards),
    }
    page = links.listing(kind, slug) if kind else links.front
    return {
        "title": f"{part[kind]} – {whole}" if kind else whole,
        "link": urls.absolute(page),
        "description": publication.text(publication.blurb, language),
        "language": language,
        "feed_url": urls.absolute(links.feed(name, page if kind else "")),
        "feed_copyright": publication.text(publication.copyright, language),
        "author_name": whole,
    }


def _rss(about: Mapping[str, str], cards: list[Card]) -> str:
    from .syndication import Rss

    return _xml(Rss(**about), cards)


def _atom(about: Mapping[str, str], cards: list[Card]) -> str:
    from .syndication import Atom

    return _xml(Atom(**about), cards)


def _xml(feed: Any, cards: list[Card]) -> str:
    for card in cards:
        url = urls.absolute(urls.article(card["slug"]))
        feed.add_item(
            title=card["headline"],
            link=url,
            description=escape(card["standfirst"] or "", quote=False),  # both formats say that it is HTML
            pubdate=clock.parse(card["published_at"]),
            updateddate=clock.parse(card["updated_at"]),
            unique_id=_id(card),
            unique_id_is_permalink=False,
            comments=f"{url}#comments",
            categories=categories(card),
            authors=[author["name"] for author in card["byline"]],
            picture={**card["image"], "url": urls.picture(card["image"]["url"])} if card["image"] else None,
        )
    text: str = feed.writeString("utf-8")
    return text


def _id(card: Card) -> str:
    """Stays when the headline, and with it the address, changes."""
    return f"urn:ulid:{card['id']}"


def _json(about: Mapping[str, str], cards: list[Card]) -> str:
    feed = {
        "version": JSON_FEED,
        "title": about["title"],
        "home_page_url": about["link"],
        "feed_url": about["feed_url"],
        "description": about["description"],
        "language": about["language"],
        "authors": [{"name": about["author_name"], "url": urls.absolute("/")}],
        "items": [_entry(card) for card in cards],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":"))


def _entry(card: Card) -> dict[str, Any]:
    image = card["image"]
    return {
        "id": _id(card),
        "url": urls.absolute(urls.article(card["slug"])),
        "title": card["headline"],
        **({"summary": card["standfirst"]} if card["standfirst"] else {}),
        "content_text": card["standfirst"] or card["headline"],
        "date_published": card["published_at"],
        "date_modified": card["updated_at"],
        "authors": [_author(author, card["language"]) for author in card["byline"]],
        "tags": categories(card),
        "language": card["language"],
        **({"image": urls.picture(image["url"])} if image else {}),
    }


def _author(author: Any, language: str) -> dict[str, str]:
    path = urls.author(author, language)
    return {"name": author["name"], **({"url": urls.absolute(path)} if path else {})}


WRITERS: Mapping[str, Callable[[Mapping[str, str], list[Card]], str]] = {
    "feed.rss": _rss,
    "feed.atom": _atom,
    "feed.json": _json,
}
