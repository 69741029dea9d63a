"""The front: one prepared item a language, rebuilt from the listings whenever an article changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import clock, keys, listings, settings, site, table
from .errors import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

LATEST = 12
IN_SECTION = 6
PICKS = "picks"


def read(language: str | None) -> str:
    """The prepared JSON; an empty front where nothing was published yet."""
    item = table.get(settings.get().site, keys.front(language))
    return item["json"] if item else _json({}, language, None)


def build_all(at: datetime) -> None:
    """In every language of the site, and the whole one."""
    for language in (None, *site.get().languages):
        build(language, at)


def build(language: str | None, at: datetime) -> None:
    """Prepares the front anew. Two builders at once: the one that read first gives way and reads again."""
    for _ in table.tries():
        store = settings.get().site
        standing = table.get(store, keys.front(language), consistent=True)
        revision = standing["revision"] if standing else 0
        names = [keys.listing(language=language or ""), *(_section(slug, language) for slug in site.get().sections)]
        cards = {
            name: listings.cards(listings.newest(name, IN_SECTION if place else LATEST))
            for place, name in enumerate(names)
        }
        item = {
            **keys.front(language),
            "entity": "front",
            "v": 1,
            "revision": revision + 1,
            "json": _json({**cards, PICKS: _picks(at)}, language, at),
        }
        unmoved = "#revision = :revision" if standing else table.ABSENT
        try:
            table.write(table.put(store, item, unmoved, **({"revision": revision} if standing else {})))
        except table.Refused:
            continue
        return
    raise Unavailable


def _picks(at: datetime) -> str:
    """Cards of the editors' picks that readers have and that have not ended, in the editors' order."""
    item = table.get(settings.get().site, keys.picks(), consistent=True)
    lasting = [
        one["key"] for one in (item["items"] if item else []) if one["until"] is None or one["until"] > clock.stamp(at)
    ]
    found = table.batch_get(settings.get().site, [keys.card(key) for key in lasting], consistent=True)
    return listings.cards(
        [found[key["pk"], key["sk"]] for key in map(keys.card, lasting) if (key["pk"], key["sk"]) in found]
    )


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
    return f'{{"language":{json.dumps(language)},"picks":{picks},"latest":{latest},"sections":[{sections}],"built_at":{built_at}}}'
