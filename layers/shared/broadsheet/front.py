"""The front: one prepared item a language, rebuilt from the listings whenever an article changes."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from . import clock, keys, listings, packing, prepared, settings, site, table
from .errors import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from .table import Item

LATEST = 12
IN_SECTION = 6
POPULAR = 5
"""Of each list of what is popular."""
PICKS = "picks"
MEMBERS: dict[prepared.Name, str] = {
    "most-read": "most_read",
    "trending": "trending",
    "most-discussed": "most_discussed",
}
"""What the front calls the lists."""


def read(language: str | None) -> str:
    """The prepared JSON; an empty front where nothing was published yet."""
    item = table.get(settings.get().site, keys.front(language))
    return packing.text_of(item) if item else _json({}, language, None)


def refresh(at: datetime) -> None:
    """Builds those that do not show what is picked and popular now; if one was left undone, whoever comes next does it."""
    store, there = settings.get().site, keys.front()["pk"]
    fronts = {item["sk"].partition("#")[2] or None: item for item in table.query(store, there, consistent=True)}
    for language in sorted({None, *site.get().languages, *fronts}, key=str):
        standing = fronts.get(language)
        if standing is None or standing.get("chosen") != _digest(_lists(language, at)):
            build(language, at)


def rebuild(at: datetime) -> None:
    """Builds them all, whatever they show."""
    store, there = settings.get().site, keys.front()["pk"]
    found = {item["sk"].partition("#")[2] for item in table.query(store, there, consistent=True, attributes=("sk",))}
    for language in sorted({"", *site.get().languages, *found}):
        build(language or None, at)


def build(language: str | None, at: datetime) -> None:
    """Prepares the front anew. Two builders at once: the one that read first gives way and reads again."""
    for _ in table.tries():
        store = settings.get().site
        standing = table.get(store, keys.front(language), consistent=True)
        revision = standing["revision"] if standing else 0
        names = [keys.listing(language=language or ""), *(_section(slug, language) for slug in site.get().sections)]
        entries = {name: listings.newest(name, IN_SECTION if place else LATEST) for place, name in enumerate(names)}
        lists = _lists(language, at)
        item = {
            **keys.front(language),
            "entity": "front",
            "v": 1,
            "revision": revision + 1,
            "chosen": _digest(lists),
            "json": _stored(entries, lists, language, at),
        }
        unmoved = "#revision = :revision" if standing else table.ABSENT
        try:
            table.write(table.put(store, item, unmoved, **({"revision": revision} if standing else {})))
        except table.Refused:
            continue
        return
    raise Unavailable


def _stored(entries: dict[str, list[Item]], lists: dict[str, str], language: str | None, at: datetime) -> str | bytes:
    """As an item holds it: packed, and with fewer cards where the longest of texts would not fit."""
    for at_most in (LATEST, LATEST // 2, LATEST // 4, 1, 0):
        cards = {name: listings.cards(newest[:at_most]) for name, newest in entries.items()}
        text = _json({**cards, **lists}, language, at)
        if stored := packing.stored(text):
            return stored
    raise AssertionError("what is picked and popular has a bound")


def picked(at: datetime) -> list[str]:
    """The editors' picks that have not ended, in the editors' order."""
    item = table.get(settings.get().site, keys.picks(), consistent=True)
    picks = item["items"] if item else []
    return [one["key"] for one in picks if one["until"] is None or one["until"] > clock.stamp(at)]


def _picks(language: str | None, at: datetime) -> str:
    """Cards of those picks that readers have, in one language or in all."""
    lasting = [keys.card(key) for key in picked(at)]
    found = table.batch_get(settings.get().site, lasting, consistent=True)
    cards = [found[key["pk"], key["sk"]] for key in lasting if (key["pk"], key["sk"]) in found]
    return listings.cards([card for card in cards if language is None or _edition(card) == language])


def _edition(card: Item) -> str:
    return site.get().edition(json.loads(card["json"])["language"])


def _lists(language: str | None, at: datetime) -> dict[str, str]:
    """The picks, and the first cards of each prepared list; those of a window of time by window."""
    found = prepared.first_cards(MEMBERS, POPULAR, language)
    return {PICKS: _picks(language, at), **{name: _by_window(lists) for name, lists in found.items()}}


def _digest(lists: dict[str, str]) -> bytes:
    return blake2b(json.dumps(lists).encode(), digest_size=8).digest()


def _by_window(lists: dict[str, str]) -> str:
    return lists.get("") or f"{{{','.join(f'{json.dumps(window)}:{cards}' for window, cards in lists.items())}}}"


def _section(slug: str, language: str | None) -> str:
    return keys.listing("section", slug, language or "")


def _json(cards: dict[str, str], language: str | None, at: datetime | None) -> str:
    publication = site.get()
    sections = ",".join(
        f"{json.dumps(publication.section(slug, language or publication.language), ensure_ascii=False)[:-1]},"
        f'"items":{cards.get(_section(slug, language), "[]")}}}'
        for slug in publication.sections
    )
    latest = cards.get(keys.listing(language=language or ""), "[]")
    built_at = json.dumps(clock.stamp(at) if at else None)
    picks = cards.get(PICKS, "[]")
    popular = ",".join(f'"{member}":{cards.get(name) or _nothing(name)}' for name, member in MEMBERS.items())
    return (
        f'{{"language":{json.dumps(language)},"picks":{picks},"latest":{latest},{popular},'
        f'"sections":[{sections}],"built_at":{built_at}}}'
    )


def _nothing(name: str) -> str:
    """What the front has of a list before the first pass."""
    return _by_window(dict.fromkeys(prepared.WINDOWS.get(name, ("",)), "[]"))
