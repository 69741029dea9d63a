"""What the cards of a listing tell of it, and each of itself, wherever they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Card = dict[str, Any]
"""As `/v1/articles` gives it."""


def name_of(kind: str, slug: str, cards: Iterable[Card]) -> str:
    """How the newest article that has it writes a `topic`'s or `author`'s name."""
    for card in cards:
        named = card["byline"] if kind == "author" else [card["topic"] or {}]
        for one in named:
            if one.get("slug") == slug:
                return str(one["name"])
    return slug


def categories(card: Card) -> list[str]:
    """Names of its section and topic."""
    return [card["section"]["name"], *([card["topic"]["name"]] if card["topic"] else [])]
