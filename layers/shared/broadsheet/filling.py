"""What room is left in "You may also like", given to what is read most at this hour.

Popularity is one thing for the whole site and changes by the minute: it is put in as the lists are read, from one prepared item
that an instance remembers for a second or two, and copied into no article's lists. Only lists with room cost that look. Where
an hour has too little, as at night, a list that is still short looks at the day, and then at the week.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

from . import packing, prepared, site, slugs, whys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .table import Item

    Popular = Callable[[str, str], list["Card"]]
    """Gives what is read most in a window of time, best first, of a language."""

POPULAR = "popular_now"
REMEMBERED = 2.0
WINDOWS = ("1h", "24h", "7d")
ENOUGH = 5
"""Entries that make a list. Only a shorter one looks beyond the hour."""
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
    fits = _fitting(own | set(item["never"]), language, popular, ENOUGH - len(item["chosen"]["you_may_also_like"]))
    if not fits:
        return text
    cards = ",".join(whys.with_reason(card, POPULAR, language) for card in fits[:room])
    head, _, tail = text.rpartition(END)
    return f"{head}{'' if head.endswith('[') else ','}{cards}{END}{tail}"


def _fitting(never: set[str], language: str, popular: Popular, wanted: int) -> list[str]:
    """The cards of what is read most this hour; if these are fewer than wanted, then those of the day, and of the week."""
    tongue, fits = _tongue(language), dict[str | None, str]()
    for window in WINDOWS:
        for card in popular(language, window):
            if card.key not in never and _tongue(card.language) == tongue:
                fits.setdefault(card.key, card.json)
        if len(fits) >= wanted:
            break
    return list(fits.values())


def _tongue(language: str) -> str:
    return language.partition("-")[0].lower()


# ---------------------------------------------------------------- what is read most, remembered

_memory: dict[prepared.Listed, tuple[float, list[Card]]] = {}


def popular(language: str, window: str) -> list[Card]:
    """Of one of the site's languages, or of all where it has no such."""
    listed = prepared.Listed("most-read", window, language=language if language in site.get().languages else "")
    now = time.monotonic()
    until, cards = _memory.get(listed, (0.0, []))
    if until <= now:
        cards = cards_of(json.loads(prepared.read(listed))["items"])
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
