"""Workers that take turns, one call of the store at a time, in an order that a test says; some are killed on the way.

Threads, of which only one ever runs: the same order gives the same run.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30.0
POOL = ThreadPoolExecutor(32)
"""Threads are used again: a search through thousands of runs makes as many workers."""


class Killed(BaseException):
    """Not an Exception: nothing in the code under test may catch it, as nothing catches the end of an instance."""


class Worker:
    """One piece of work, which waits for its turn before each of its calls."""

    def __init__(self, work: Callable[[], Any], dies_at: int | None = None, *, answered: bool = False) -> None:
        self.dies_at, self.answered = dies_at, answered
        self.calls, self.done, self.killed, self.ended = 0, False, False, False
        self.error: BaseException | None = None
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        POOL.submit(self._run, work)
        self._await()

    def _run(self, work: Callable[[], Any]) -> None:
        _here.worker = self
        try:
            work()
        except Killed:
            self.killed = True
        except BaseException as error:
            self.error = error
        finally:
            _here.worker = None
        self.done = True
        self._waits.release()

    def _await(self) -> None:
        """What it fails with is for `run` to raise, which leaves no other worker waiting."""
        if not self._waits.acquire(timeout=PATIENCE):
            raise TimeoutError

    def turn(self) -> None:
        """Lets it make one call, up to where it is about to make the next."""
        self._go.release()
        self._await()

    def end(self) -> None:
        """Kills it where it is."""
        self.ended = True
        self.turn()

    def call(self, work: Callable[[], Any]) -> Any:
        self._waits.release()
        self._go.acquire()
        self.calls += 1
        if self.ended:
            raise Killed
        dies = self.calls == self.dies_at
        if dies and not self.answered:
            raise Killed
        answer = work()
        if dies:
            raise Killed
        return answer


_here = threading.local()


def around(work: Callable[[], Any]) -> Any:
    """For the store: a call of a worker waits for its turn; one from elsewhere is made at once."""
    worker = getattr(_here, "worker", None)
    return worker.call(work) if worker else work()


def run(workers: list[Worker], order: Iterator[int], after_each: Callable[[], None]) -> None:
    """Until all are done or killed. `order` says who of those left is next."""
    try:
        while left := [worker for worker in workers if not worker.done]:
            left[next(order) % len(left)].turn()
            after_each()
    finally:
        for worker in workers:
            if not worker.done:
                worker.end()
    for worker in workers:
        if worker.error:
            raise worker.error
