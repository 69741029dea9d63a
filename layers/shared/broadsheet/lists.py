"""The two lists of each article, kept in step with what is published, corrected, withdrawn, pinned and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .errors import Unavailable
from .index import Index
from .observability import bug
from .ranking import building, showing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

T = TypeVar("T")
R = TypeVar("R")


def follow(changed: Iterable[str], at: datetime) -> None:
    """Makes the index agree with these articles as they are now, and chooses all lists that this touches."""
    index = Index(at)
    touched: set[str] = set()
    for key in changed:
        settled = building.settle(index, key)
        touched |= settled.changed | settled.beside
    showing.show(index, touched)


def choose(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: their editors want something else."""
    showing.show(Index(at), keys)


def choose_read(keys: Iterable[str], at: datetime) -> None:
    """Chooses the lists of these articles anew: their readers went on to something else. What fails is logged and left."""
    index = Index(at)
    for _ in together(sorted(set(keys)), lambda some: showing.show(index, some)):
        pass


def rebuild(key: str, at: datetime) -> None:
    """Looks again for what is near an article, and chooses its lists, and those of whoever has other neighbours by it."""
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
        for thing in things:
            try:
                yield do([thing])
            except (building.Contended, Unavailable):
                raise
            except Exception as own:
                bug("lists failed", own, of=str(thing))
