"""The night's work: what changed near whom is looked at once more, shard by shard, in pieces that may come twice.

A mark is dropped once its article was looked at, so a piece that comes again finds less to do, and one that is lost is made up
for by the next night. An article that fails holds up no other: its mark stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from . import keys, lists, pieces
from .index import Index
from .observability import count
from .ranking import showing

if TYPE_CHECKING:
    from datetime import datetime


class Piece(TypedDict):
    """What a message says: where to go on among the marks of a shard."""

    night: int
    after: str


MARKS = 20
"""Marks a message is good for: some 30 articles are near each, most of them to several."""


def begin() -> None:
    """Raises Unavailable."""
    pieces.send([Piece(night=shard, after="") for shard in range(keys.MARK_SHARDS)])


def work(piece: Piece, at: datetime) -> None:
    """Raises Contended, Unavailable."""
    index = Index(at)
    marks = index.marks(piece["night"], piece["after"], MARKS)
    looked = list(lists.together(marks, lambda some: showing.look_again(index, some)))
    count("NearnessHealed", sum(one.healed for one in looked))
    count("ListsReranked", sum(one.written for one in looked))
    if len(marks) == MARKS:
        pieces.send([Piece(night=piece["night"], after=marks[-1].id)], pieces.PAUSE)
