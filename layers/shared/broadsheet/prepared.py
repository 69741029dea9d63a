"""Prepared lists as readers get them: one GetItem, with the cards inside. How they come about is in `popular`."""

from __future__ import annotations

import json
from hashlib import blake2b
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from . import clock, keys, packing, settings, site, table
from .errors import NothingPublished, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from .keys import Key
    from .table import Item

Name = Literal["most-read", "trending", "most-discussed", "picks"]
NAMES: tuple[Name, ...] = get_args(Name)
WINDOWS: Mapping[str, tuple[str, ...]] = {"most-read": ("1h", "24h", "7d"), "most-discussed": ("24h", "7d")}
"""Of the lists that are made of a window of time."""
USUAL = "24h"
"""The window that is meant where none is said."""
LISTED = 20


class Card(NamedTuple):
    """What is kept of an article in a list."""

    json: str
    group: str | None
    """Its translations have the same. No reader is told."""


class Listed(NamedTuple):
    """One list: of a window where it has one, of a section or in a language where it is not the whole site's."""

    name: Name
    window: str = ""
    section: str = ""
    language: str = ""

    @property
    def key(self) -> Key:
        return keys.prepared("#".join(part for part in (self.name, self.window) if part), self.section, self.language)


def named(name: str, query: Mapping[str, str]) -> Listed:
    """The list that a request names. Raises NothingPublished, Invalid."""
    if name not in NAMES:
        raise NothingPublished
    windows, window, section = WINDOWS.get(name, ()), query.get("window"), query.get("section")
    if window is not None and window not in windows:
        known = f"One of {', '.join(windows)}." if windows else "This list has no windows."
        raise invalid("window", "unknown_value", known)
    if section is not None and section not in site.get().sections:
        raise invalid("section", "unknown_section", "Not one of the site's sections.")
    return Listed(name, window or (USUAL if windows else ""), section or "")


def read(wanted: Listed) -> str:
    """`{items, next_cursor, built_at}` as JSON; an empty list where none was prepared yet."""
    item = table.get(settings.get().site, wanted.key)
    return packing.text_of(item) if item else _json([], None)


def cards(wanted: Listed) -> list[tuple[dict[str, str], str | None]]:
    """The cards of a list, and the group of each."""
    item = table.get(settings.get().site, wanted.key)
    items = json.loads(packing.text_of(item))["items"] if item else []
    return list(zip_longest(items, item.get("groups", ()) if item else ()))


def first_cards(names: Iterable[Name], at_most: int, language: str | None) -> dict[Name, dict[str, str]]:
    """The first cards of the site's lists as JSON arrays, by name and window; of one language, or of all."""
    lists = [Listed(name, window, language=language or "") for name in names for window in WINDOWS.get(name, ("",))]
    found = table.batch_get(settings.get().site, [one.key for one in lists], consistent=True)
    shown: dict[Name, dict[str, str]] = {}
    for one in lists:
        item = found.get((one.key["pk"], one.key["sk"]))
        cards = json.loads(packing.text_of(item))["items"][:at_most] if item else []
        shown.setdefault(one.name, {})[one.window] = json.dumps(cards, ensure_ascii=False, separators=(",", ":"))
    return shown


def differs(cards: Sequence[Card], standing: Item | None) -> bool:
    return _digest(cards) != (standing["digest"] if standing else _digest([]))


def keep(one: Listed, cards: Sequence[Card], standing: Item | None, at: datetime) -> bool:
    """Stores a list in the place of what stood there; False where another builder was faster."""
    text = _json(cards, at)
    item = {**one.key, "entity": "prepared", "v": 1, "digest": _digest(cards), "groups": [card.group for card in cards]}
    item["json"] = packing.stored(text)
    unmoved, seen = ("#digest = :seen", {"seen": standing["digest"]}) if standing else (table.ABSENT, {})
    try:
        table.write(table.put(settings.get().site, item, unmoved, **seen))
    except table.Refused:
        return False
    return True


def _digest(cards: Sequence[Card]) -> bytes:
    return blake2b("\n".join(f"{card.group} {card.json}" for card in cards).encode(), digest_size=8).digest()


def _json(cards: Iterable[Card], at: datetime | None) -> str:
    built_at = json.dumps(clock.stamp(at) if at else None)
    return f'{{"items":[{",".join(card.json for card in cards)}],"next_cursor":null,"built_at":{built_at}}}'
