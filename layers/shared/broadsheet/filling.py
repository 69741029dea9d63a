"""What room is left in "You may also like", given to what is read most at this hour.

Popularity is one thing for the whole site and changes by the minute: it is put in as the lists are read, from one prepared item
that an instance remembers for a second or two, and copied into no article's lists. Only lists with room cost that look.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

from . import packing, prepared, site, slugs, whys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .table import Item

    Popular = Callable[[str], list["Card"]]
    """Gives what is read most, best first, of a language."""

POPULAR = "popular_now"
REMEMBERED = 2.0
END = '],"lists":'
"""What stands behind the cards of You may also like; inside a card it would have its quotes escaped."""


class Card(NamedTuple):
    """A card as it may fill a list."""

    key: str | None
    language: str
    json: str


def filled(item: Item, own: set[str], language: str, popular: Popular) -> str:
    """An article's two lists as JSON: as they are stored, and what is read most, in its language, as far as there is room.

    `own` are the keys of the article and of its translations.
    """
    text, room = packing.text_of(item), int(item.get("room", 0))
    if not room:
        return text
    never, tongue = own | set(item["never"]), _tongue(language)
    fits = [card.json for card in popular(language) if card.key not in never and _tongue(card.language) == tongue]
    if not fits:
        return text
    cards = ",".join(whys.with_reason(card, POPULAR, language) for card in fits[:room])
    head, _, tail = text.rpartition(END)
    return f"{head}{'' if head.endswith('[') else ','}{cards}{END}{tail}"


def _tongue(language: str) -> str:
    return language.partition("-")[0].lower()


# ---------------------------------------------------------------- what is read most, remembered

_memory: dict[str, tuple[float, list[Card]]] = {}


def popular(language: str) -> list[Card]:
    """Of one of the site's languages, or of all where it has no such."""
    listed = language if language in site.get().languages else ""
    now = time.monotonic()
    until, cards = _memory.get(listed, (0.0, []))
    if until <= now:
        items = json.loads(prepared.read(prepared.Listed("most-read", "1h", language=listed)))["items"]
        cards = cards_of(items)
        _memory[listed] = now + REMEMBERED, cards
    return cards


def cards_of(items: Iterable[dict[str, str]]) -> list[Card]:
    return [_card(card) for card in items]


def _card(card: dict[str, str]) -> Card:
    text = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    return Card(slugs.key_of(card["slug"]), card["language"], text)


def forget() -> None:
    """Empties the memory. For tests and measurements."""
    _memory.clear()
