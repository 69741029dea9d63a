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
    Entry = tuple[str, dict[str, str]]
    """The list a card stands in, and the card."""

POPULAR = "popular_now"
PICK = "editors_pick"
ALSO = "you_may_also_like"
REMEMBERED = 2.0
WINDOWS = ("1h", "24h", "7d")
ENOUGH = 5
"""Entries that make a list, and a page. Only a shorter list looks beyond the hour, only a shorter page to other languages."""
END = '],"lists":'
"""What stands behind the cards of You may also like; inside a card it would have its quotes escaped."""


class Card(NamedTuple):
    """A card as it may fill a list."""

    key: str | None
    language: str
    json: str
    group: str | None = None
    """Its translations have the same, where that is known."""


def filled(item: Item, own: set[str], language: str, popular: Popular) -> str:
    """An article's two lists as JSON: as they are stored, and what is read most, in its language, as far as there is room.

    `own` are the keys of the article and of its translations. What stands there in other languages gives way as far as the
    page has enough without it. Of two translations of one another only one is put in, and none of what stands there.
    """
    text, room = packing.text_of(item), int(item.get("room", 0))
    if not room:
        return text
    foreign = _foreign(text, language) if sum(map(len, item["chosen"].values())) <= ENOUGH else []
    liked = len(item["chosen"][ALSO]) - sum(name == ALSO for name, _ in foreign)
    fits = _fitting(own | set(item["never"]), language, popular, ENOUGH - liked)[:room]
    if not fits:
        return text
    cards = [whys.with_reason(card, POPULAR, language) for card in fits]
    if foreign:
        return _given_way(text, foreign, cards)
    head, _, tail = text.rpartition(END)
    return f"{head}{'' if head.endswith('[') else ','}{','.join(cards)}{END}{tail}"


def _foreign(text: str, language: str) -> list[Entry]:
    """What stands in lists in other languages, in order, but for editors' pins: with more than ENOUGH entries, nothing."""
    lists, tongue = json.loads(text), _tongue(language)
    entries = [(name, card) for name in whys.LISTS for card in lists[name]]
    return [(name, card) for name, card in entries if card["why"] != PICK and _tongue(card["language"]) != tongue]


def _given_way(text: str, foreign: list[Entry], cards: list[str]) -> str:
    """The lists with the cards put in, and behind them as much of what is foreign as is missing to ENOUGH."""
    lists = json.loads(text)
    own = {name: [card for card in lists[name] if (name, card) not in foreign] for name in whys.LISTS}
    own[ALSO] += map(json.loads, cards)
    for name, card in foreign[: max(0, ENOUGH - sum(map(len, own.values())))]:
        own[name].append(card)
    return json.dumps({**lists, **own}, ensure_ascii=False, separators=(",", ":"))


def _fitting(never: set[str], language: str, popular: Popular, wanted: int) -> list[str]:
    """The cards of what is read most this hour; if these are fewer than wanted, then those of the day, and of the week."""
    tongue, seen, fits = _tongue(language), set(never), list[str]()
    for window in WINDOWS:
        for card in popular(language, window):
            names = {name for name in (card.key, card.group) if name}
            if not names & seen and _tongue(card.language) == tongue:
                seen |= names
                fits.append(card.json)
        if len(fits) >= wanted:
            break
    return fits


def _tongue(language: str) -> str:
    return language.partition("-")[0].lower()


# ---------------------------------------------------------------- what is read most, remembered

_memory: dict[prepared.Listed, tuple[float, list[Card]]] = {}


def popular(language: str, window: str) -> list[Card]:
    """Of one of the site's languages, or of all where it has no such."""
    spoken = site.get().nearest(language) if site.get().speaks(language) else ""
    listed = prepared.Listed("most-read", window, language=spoken)
    now = time.monotonic()
    until, cards = _memory.get(listed, (0.0, []))
    if until <= now:
        cards = [_card(card, group) for card, group in prepared.cards(listed)]
        _memory[listed] = now + REMEMBERED, cards
    return cards


def cards_of(items: Iterable[dict[str, str]]) -> list[Card]:
    return [_card(card) for card in items]


def _card(card: dict[str, str], group: str | None = None) -> Card:
    text = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    return Card(slugs.key_of(card["slug"]), card["language"], text, group)


def forget() -> None:
    """Empties the memory. For tests and measurements."""
    _memory.clear()
