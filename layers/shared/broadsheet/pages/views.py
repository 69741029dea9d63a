"""What each page shows: the same answers that `/v1` gives, read once, arranged for a reader.

Calls of DynamoDB: the front one, a listing two, an article three (its collection, the first page of its discussion, the front
for what stands beside it). Texts and forms none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from broadsheet import filling, front, languages, listings, site, whys
from broadsheet.errors import BadCursor, Invalid, NothingPublished, Unavailable, Withdrawn

from . import bodies, discussion, documents, linked_data, render, urls
from .cards import name_of
from .render import Head
from .urls import Links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from broadsheet.articles import Article
    from broadsheet.errors import Problem

    from .cards import Card

FORMS = ("login", "register", "verify", "reset", "account")
ON_A_PAGE = 24
"""Cards of a listing."""
SECONDS, BELOW = 3, 2
"""Cards on the front beside the lead, and below it."""
PICKS, LATEST, OF_A_SECTION = 4, 6, 4
"""And further down."""
LEAST_LATEST = 2
"""Before any stand below the lead."""
IN_SIDEBAR, REPEATED = 5, 3
"""Cards of each list there, and of one whose cards are all on the page already."""
RELATED, NEAR = 6, 3
"""Cards of "More about" and what is like it together, and of "You may also like"; and of what is only like it."""


def language_named(tag: str) -> str:
    """One of the site's other languages, as it stands in paths. Raises NothingPublished."""
    if tag not in site.get().languages or tag == site.get().language:
        raise NothingPublished
    return tag


def home(language: str) -> str:
    whole = _front(language)
    unshown = _Unshown()
    lead = unshown.take([*whole["picks"], *whole["latest"]], 1)
    picks = unshown.take(whole["picks"], PICKS)
    seconds = unshown.take(whole["latest"], SECONDS)
    below = unshown.take(whole["latest"], BELOW) if unshown.left(whole["latest"]) >= BELOW + LEAST_LATEST else []
    latest = unshown.take(whole["latest"], LATEST, by=2)
    rows = [_row(section, unshown.take(section["items"], OF_A_SECTION)) for section in whole["sections"]]
    return render.html(
        "front.html",
        language,
        _head_of_front(language),
        lead=lead,
        seconds=seconds,
        second_pictured=next((card["id"] for card in seconds if card["image"]), None),
        below=below,
        picks=picks,
        latest=latest,
        popular=_popular(whole),
        rows=[row for row in rows if row],
    )


def _head_of_front(language: str) -> Head:
    publication = site.get()
    everywhere = {tag: Links(tag).front for tag in publication.languages}
    return Head(
        title=publication.text(publication.name, language),
        path=Links(language).front,
        description=publication.text(publication.blurb, language),
        alternates=everywhere,
        switch=everywhere,
        data=linked_data.front(language),
    )


def _row(section: Mapping[str, Any], cards: list[Card]) -> dict[str, Any] | None:
    """A section's on the front: the newest that has a picture, where one has, and the others by their headlines."""
    if not cards:
        return None
    feature = next((card for card in cards if card["image"]), cards[0])
    return {**section, "feature": feature, "briefs": [card for card in cards if card is not feature]}


def listing(kind: str, slug: str, language: str, query: Mapping[str, str]) -> str:
    """A section, topic or author in one language. Raises NothingPublished for a topic or author nobody wrote about, BadCursor."""
    if kind == "section" and slug not in site.get().sections:
        raise NothingPublished
    page = _page(kind, slug, language, query.get("cursor"))
    cards = page["items"]
    if not cards and query.get("cursor"):
        raise BadCursor
    if not cards and kind != "section":
        raise NothingPublished
    name = site.get().section(slug, language)["name"] if kind == "section" else name_of(kind, slug, cards)
    path, begun = Links(language).listing(kind, slug), bool(query.get("cursor"))
    everywhere = {tag: Links(tag).listing(kind, slug) for tag in site.get().languages} if kind == "section" else {}
    head = Head(
        title=name,
        path=path,
        alternates={} if begun else everywhere,
        switch=everywhere,
        feeds=path if kind != "author" else "",
        feeds_of=name if kind != "author" else "",
        listed=not begun,
        data=() if begun else linked_data.listing(kind, name, path, cards, language),
    )
    more = f"{path}?cursor={page['next_cursor']}" if page["next_cursor"] else None
    beside = _beside_listing(_front(language), cards)
    return render.html(
        "listing.html", language, head, kind=kind, slug=slug, cards=cards, more=more, begun=begun, **beside
    )


def _beside_listing(whole: Any, cards: list[Card]) -> dict[str, list[Card]]:
    """The newest of the whole paper stands there even where it is in the listing."""
    latest = whole["latest"][:IN_SIDEBAR]
    picks = _Unshown([*cards, *latest]).take(whole["picks"], IN_SIDEBAR)
    return {"popular": _popular(whole), "picks": picks, "latest": latest}


def _page(kind: str, slug: str, language: str, cursor: str | None) -> Any:
    """Raises NothingPublished for what is no slug, BadCursor for what is no place in the listing."""
    wanted = {kind: slug, "language": language}
    try:
        return json.loads(listings.page(listings.named(wanted), cursor, ON_A_PAGE))
    except Invalid:
        raise NothingPublished from None


class Sidebar:
    """What stands beside an article: the front in its language, read once however much of it is shown.

    A page of the replies to one comment has spent its calls on them, and nothing stands beside it. Nor does it where the front
    is throttled: one item is beside every article of a language, and none is to be lost for it.
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        self._fronts: dict[str, Any] = {}
        self.missing = False
        """Whether it could not be had."""
        self._empty = discussion.below(query) is not None

    def front(self, language: str) -> Any:
        if self._empty or self.missing:
            return {"picks": [], "latest": [], "most_read": {"1h": []}}
        if language not in self._fronts:
            try:
                self._fronts[language] = _front(language)
            except Unavailable:
                self.missing = True
                return self.front(language)
        return self._fronts[language]

    def popular(self, language: str, window: str) -> list[filling.Card]:
        return filling.cards_of(self.front(site.get().nearest(language))["most_read"].get(window, []))


def article(found: Article, query: Mapping[str, str], sidebar: Sidebar) -> str:
    """Raises NothingPublished and BadCursor for a place in its discussion that is none."""
    given = json.loads(found.json)
    language = site.get().nearest(given["language"])
    thread = discussion.show(found.discussion, query, found.json)
    whole = sidebar.front(language)
    related = _related(given)
    unshown = _Unshown([given, *related["about"], *related["near"], *related["like"]])
    return render.html(
        "article.html",
        language,
        _head_of_article(given, thread, language),
        article=given,
        body=bodies.shown(given["body_html"], language, pictured=bool(given["image"])),
        related=related,
        thread=thread,
        reactions=site.get().comments.reactions,
        picks=unshown.take_or_repeat(whole["picks"], IN_SIDEBAR, given),
        latest=unshown.take_or_repeat(whole["latest"], IN_SIDEBAR, given),
    )


def _head_of_article(given: Any, thread: discussion.Shown, language: str) -> Head:
    path = urls.article(given["slug"])
    translated = {each["language"]: urls.article(each["slug"]) for each in given["alternates"]}
    return Head(
        title=given["headline"],
        path=path,
        description=given["standfirst"] or "",
        alternates={given["language"]: path, **translated} if translated and not thread.begun else {},
        switch=_editions(given["language"], translated),
        language=given["language"],
        feeds=Links(language).section(given["section"]["slug"]),
        feeds_of=site.get().section(given["section"]["slug"], language)["name"],
        kind="article",
        image=given["image"],
        times={"published_time": given["published_at"], "modified_time": given["updated_at"]},
        listed=not thread.begun,
        data=() if thread.begun else linked_data.article(given, thread, language),
    )


def _editions(own: str, translated: Mapping[str, str]) -> dict[str, str]:
    """Where it is to be read in the site's languages: of several in one language's edition one, of its own none."""
    speaks, edition = site.get().speaks, site.get().edition
    return {edition(tag): path for tag, path in translated.items() if speaks(tag) and edition(tag) != edition(own)}


def _related(given: Any) -> dict[str, list[Card]]:
    """The lists as a page shows them: what stands below "More about" its topic is about it, the others are called alike."""
    about = [card for card in given["more_about"] if _about(given, card)][:RELATED]
    near = [card for card in given["more_about"] if not _about(given, card)][: min(NEAR, RELATED - len(about))]
    return {"about": about, "near": near, "like": given["you_may_also_like"][:RELATED]}


def _about(given: Any, card: Card) -> bool:
    """Of its story or topic, or put there by editors; where it has no topic, of its section."""
    return card["why"] in whys.ABOUT or (given["topic"] is None and card["section"] == given["section"])


def named(name: str, language: str) -> str:
    """A form, or a text of the publisher's. Raises NothingPublished."""
    return _form(name, language) if name in FORMS else _document(name, language)


def _document(name: str, language: str) -> str:
    found = documents.read(name, language)
    everywhere = {tag: Links(tag).named(name) for tag in site.get().languages}
    written = {tag: path for tag, path in everywhere.items() if documents.read(name, tag).language == tag}
    head = Head(title=found.title, path=Links(language).named(name), alternates=written, switch=everywhere)
    return render.html("document.html", language, head, document=found)


def _form(name: str, language: str) -> str:
    """A page to log in on, and the like: the browser fills in and sends what is in it."""
    everywhere = {tag: Links(tag).named(name) for tag in site.get().languages}
    head = Head(title="", path=Links(language).named(name), switch=everywhere, listed=False)
    return render.html(f"{name}.html", language, head)


def problem(told: Problem, path: str) -> str:
    """A page that says what is wrong, in the language of the path, or of the article that was there."""
    first = languages.canonical(path.split("/")[1] if path.count("/") else "")
    language = site.get().nearest(told.language if isinstance(told, Withdrawn) else first or site.get().language)
    return render.html("problem.html", language, Head(title="", path="", listed=False), status=told.status)


# ---------------------------------------------------------------- what stands beside


class _Unshown:
    """Takes cards that were not shown on this page yet."""

    def __init__(self, shown: Iterable[Card] = ()) -> None:
        self.shown = {card["id"] for card in shown}

    def take(self, cards: Iterable[Card], at_most: int, by: int = 1) -> list[Card]:
        """Where they stand `by` so many, full rows from two on: what would stand alone below them is left for later."""
        new = list({card["id"]: card for card in cards if card["id"] not in self.shown}.values())[:at_most]
        taken = new[: len(new) - len(new) % by] if len(new) >= 2 * by else new
        self.shown |= {card["id"] for card in taken}
        return taken

    def left(self, cards: Iterable[Card]) -> int:
        return len({card["id"] for card in cards} - self.shown)

    def take_or_repeat(self, cards: list[Card], at_most: int, this: Card) -> list[Card]:
        """In a small paper all may be on the page already: then they stand there again, for what they are called here."""
        return self.take(cards, at_most) or [card for card in cards if card["id"] != this["id"]][:REPEATED]


def _front(language: str) -> Any:
    return json.loads(front.read(language))


def _popular(whole: Any) -> list[Card]:
    return _first_of(whole["most_read"], "24h", "7d", "1h")


def _first_of(lists: Mapping[str, list[Card]], *windows: str) -> list[Card]:
    """The first window in which there is enough to tell, or the one with most."""
    there = [lists.get(window, []) for window in windows]
    return next((cards for cards in there if len(cards) >= IN_SIDEBAR), max(there, key=len))[:IN_SIDEBAR]
