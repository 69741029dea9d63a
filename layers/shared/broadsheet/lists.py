"""The two lists of each article, kept in step with what is published, corrected, withdrawn and pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .index import Index
from .ranking import building, showing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def follow(key: str, at: datetime) -> None:
    """Makes the index agree with an article as it is now, and marks the lists that this touches."""
    building.settle(Index(at), key)


def choose_marked(at: datetime) -> None:
    """Chooses the marked lists anew, until none is marked."""
    index = Index(at)
    while showing.work_off(index) == showing.MOST_MARKS:
        pass


def choose(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: their readers went on to something else."""
    index = Index(at)
    for key in keys:
        showing.show(index, key)


def rebuild(key: str, at: datetime) -> None:
    """Looks again for what is near an article, and chooses its lists anew."""
    index = Index(at)
    building.settle(index, key)
    building.heal(index, [key])
    showing.show(index, key, anew=True)


def by_night(at: datetime) -> None:
    """Ranks anew where neighbourhoods changed since the last night."""
    index = Index(at)
    while showing.by_night(index):
        pass
