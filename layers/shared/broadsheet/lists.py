"""The two lists of each article, kept in step with what is published, corrected, withdrawn, pinned and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from . import pieces
from .errors import Unavailable
from .index import Index
from .observability import bug
from .ranking import building, showing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 1_000
"""Lists that are chosen with a change: some twenty seconds of work."""
A_PIECE = 50
"""Lists that one message asks for: what a change touches beyond those."""


def follow(changed: Iterable[str], at: datetime) -> None:
    """Makes the index agree with these articles as they are now, and chooses all lists that this touches.

    Where one article stands in very many lists, most of these are chosen by messages of their own. A list that cannot be
    chosen is logged and holds up no other; one of these articles that cannot raises.
    """
    index, its = Index(at), sorted(set(changed))
    touched: set[str] = set()
    for key in its:
        settled = building.settle(index, key)
        touched |= settled.changed | settled.beside
    around = sorted(touched.difference(its))
    _show(index, its, around[:AT_ONCE])
    rest = around[AT_ONCE:]
    pieces.send([{"choose": rest[start : start + A_PIECE]} for start in range(0, len(rest), A_PIECE)])


def _show(index: Index, its: Sequence[str], around: Sequence[str]) -> None:
    try:
        showing.show(index, [*its, *around])
    except (building.Contended, Unavailable):
        raise
    except Exception as error:  # whichever it was, those tried alone say it
        bug("lists failed together", error)
        for _ in _alone(around, lambda some: showing.show(index, some)):
            pass
        showing.show(index, its)


def choose(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: their editors want something else."""
    showing.show(Index(at), keys)


def choose_around(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: what is around them changed. What fails is logged and left."""
    index = Index(at)
    for _ in together(sorted(set(keys)), lambda some: showing.show(index, some)):
        pass


def rebuild(key: str, at: datetime) -> None:
    """Looks again for what is near an article, and chooses its lists, and those of whoever has other neighbours by it.

    For one article of many that are all rebuilt; `follow` is for one alone.
    """
    index = Index(at)
    showing.show(index, building.settle(index, key).changed)


def together(things: Sequence[T], do: Callable[[Sequence[T]], R]) -> Iterator[R]:
    """All at once; where that fails, each on its own, so that what is wrong with one article holds up no other.

    Raises Contended and Unavailable, which are nobody's fault and pass.
    """
    try:
        yield do(things)
    except (building.Contended, Unavailable):
        raise
    except Exception as error:  # whichever it was, those tried alone say it
        bug("lists failed together", error)
        yield from _alone(things, do)


def _alone(things: Sequence[T], do: Callable[[Sequence[T]], R]) -> Iterator[R]:
    for thing in things:
        try:
            yield do([thing])
        except (building.Contended, Unavailable):
            raise
        except Exception as error:  # this one's failure is this one's
            bug("lists failed", error, of=str(thing))
