"""Several threads, held together so that a race is certain, or let through call by call in an order that is given."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from typing import TYPE_CHECKING, Any

from broadsheet import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pytest
    from broadsheet.table import Write

WRITES = {"transact_write_items", "put_item", "update_item", "delete_item"}
PATIENCE = 30.0


def at_once(patch: pytest.MonkeyPatch, *works: Callable[[], Any]) -> list[Any]:
    """What each work returned or raised; none writes before all have read and are about to."""
    barrier, mine, call = threading.Barrier(len(works)), threading.local(), table._call

    def meeting(operation: str, **request: Any) -> Any:
        if operation in WRITES and not getattr(mine, "met", False):
            mine.met = True
            barrier.wait(PATIENCE)
        return call(operation, **request)

    def outcome(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            return error

    with patch.context() as patched, ThreadPoolExecutor(len(works)) as pool:
        patched.setattr(table, "_call", meeting)
        return list(pool.map(outcome, works))


def in_turns(patch: pytest.MonkeyPatch, order: Iterable[int], *works: Callable[[], Any]) -> list[Any]:
    """What each work returned or raised; before each call to DynamoDB all wait, and `order` says who goes on.

    Where it ends, the first of those that wait goes on. The same order gives the same race again.
    """
    turns, mine, call = _Turns(iter(order), len(works)), threading.local(), table._call

    def waiting(operation: str, **request: Any) -> Any:
        if hasattr(mine, "number"):
            turns.take(mine.number)
        return call(operation, **request)

    def outcome(number: int) -> Any:
        mine.number = number
        try:
            return works[number]()
        except Exception as error:
            return error
        finally:
            turns.leave()

    with patch.context() as patched, ThreadPoolExecutor(len(works)) as pool:
        patched.setattr(table, "_call", waiting)
        return list(pool.map(outcome, range(len(works))))


class _Turns:
    def __init__(self, order: Iterator[int], works: int) -> None:
        self.order, self.working = order, works
        self.waiting: set[int] = set()
        self.next: int | None = None
        self.changed = threading.Condition()

    def take(self, number: int) -> None:
        with self.changed:
            self.waiting.add(number)
            self._choose()
            assert self.changed.wait_for(lambda: self.next == number, PATIENCE)
            self.waiting.discard(number)
            self.next = None

    def leave(self) -> None:
        with self.changed:
            self.working -= 1
            self._choose()

    def _choose(self) -> None:
        """When all who still work are waiting, one of them goes on."""
        if self.waiting and len(self.waiting) == self.working:
            ready = sorted(self.waiting)
            self.next = ready[next(self.order, 0) % len(ready)]
            self.changed.notify_all()


class Ended(BaseException):
    """An instance that is no more: nothing catches it."""


def meanwhile(
    patch: pytest.MonkeyPatch, comes: Callable[[Write], bool], others: Callable[[], Any], *, dies: bool = False
) -> None:
    """Lets others do something in the moment before the first write that is such a one, when all is read for it.

    `dies`: whoever makes that write makes it, and nothing after it.
    """
    write = table.write
    told: list[Write] = []

    def interrupted(operation: Write) -> None:
        if not comes(operation) or told:
            write(operation)
            return
        told.append(operation)
        Context().run(others)  # they are nobody's part
        with suppress(table.Refused if dies else ()):
            write(operation)
        if dies:
            raise Ended

    patch.setattr(table, "write", interrupted)
