"""The night's work: what changed near whom is looked at once more, shard by shard, in pieces that may come twice.

A mark is dropped once its article was looked at, so a piece that comes again finds less to do, and one that is lost is made up
for by the next night. An article that fails holds up no other: its mark stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from . import keys, pieces
from .errors import Unavailable
from .index import Index
from .observability import bug, count
from .ranking import showing
from .ranking.building import Contended

if TYPE_CHECKING:
    from datetime import datetime


class Piece(TypedDict):
    """What a message says: where to go on among the marks of a shard."""

    night: int
    after: str


MARKS = 20
"""Marks a message is good for: some 30 articles are near each, most of them to several."""


def begin() -> None:
    pieces.send([Piece(night=shard, after="") for shard in range(keys.MARK_SHARDS)])


def work(piece: Piece, at: datetime) -> None:
    """Raises Unavailable."""
    index = Index(at)
    marks = index.marks(piece["night"], piece["after"], MARKS)
    looked = showing.Looked(0, 0)
    try:
        looked = showing.look_again(index, marks)
    except (Contended, Unavailable):
        raise
    except Exception as error:  # one article's failure is that article's, whatever it is: the others are done alone
        bug("marks not looked at together", error)
        for mark in marks:
            try:
                showing.look_again(index, [mark])
            except Exception as own:
                bug("mark not looked at", own, article=mark.id)
    count("NearnessHealed", looked.healed)
    count("ListsReranked", looked.written)
    if len(marks) == MARKS:
        pieces.send([Piece(night=piece["night"], after=marks[-1].id)], pieces.PAUSE)
