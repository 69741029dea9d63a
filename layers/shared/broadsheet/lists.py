"""The two lists of each article, kept in step with what is published, corrected, withdrawn, pinned and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .index import Index
from .ranking import building, showing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def follow(changed: Iterable[str], at: datetime) -> None:
    """Makes the index agree with these articles as they are now, and chooses all lists that this touches."""
    index = Index(at)
    touched: set[str] = set()
    for key in changed:
        settled = building.settle(index, key)
        touched |= settled.changed | settled.beside
    showing.show(index, touched)


def choose(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: their readers went on to something else, or their editors want something."""
    showing.show(Index(at), keys)


def rebuild(key: str, at: datetime) -> None:
    """Looks again for what is near an article, and chooses its lists, and those of whoever has other neighbours by it."""
    index = Index(at)
    showing.show(index, building.settle(index, key).changed)
