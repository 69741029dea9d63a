"""Messages on their way to functions, a file each: from before their sender is answered until after their receiver is done.

The one idea: whatever is killed in between, every message is delivered, some of them twice. Who had taken one when all was
killed is gone, so after a restart what was taken waits like everything else, without any pause.
"""

from __future__ import annotations

import asyncio
import heapq
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from . import durable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from .workers import Outcome

LONGEST_WAIT = 5.0
"""Seconds: a laptop that was asleep notices the time soon after it wakes."""


@dataclass(frozen=True)
class Message:
    """Times are seconds since 1970."""

    id: str
    body: Any
    sent_at: float
    due_at: float
    tries: int = 0
    """Deliveries, the one under way among them."""
    first_at: float = 0.0
    """When it was first delivered."""


class Messages:
    """Those of one queue, in the order in which they fall due."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._order = count()
        self._waiting: list[tuple[float, int, Message]] = []
        self._taken: set[str] = set()
        self._more = asyncio.Event()
        kept = (durable.read(path, None) for path in folder.glob("*.json"))
        for message in sorted((Message(**each) for each in kept if each), key=lambda each: each.sent_at):
            self._wait(message)

    def __len__(self) -> int:
        """Waiting, delayed or just being delivered."""
        return len(self._waiting) + len(self._taken)

    @property
    def taken(self) -> int:
        return len(self._taken)

    def add(self, body: Any, delay: float = 0) -> Message:
        """On the disk when this returns. `delay` in seconds."""
        now = time.time()
        message = Message(str(uuid.uuid4()), body, now, now + delay)
        self._keep(message)
        self._wait(message)
        return message

    def take(self, most: int) -> list[Message]:
        """What is due, nobody else's until it is `done` or comes `again`."""
        now = time.time()
        found: list[Message] = []
        while self._waiting and len(found) < most and self._waiting[0][0] <= now:
            _, _, message = heapq.heappop(self._waiting)
            message = replace(message, tries=message.tries + 1, first_at=message.first_at or now)
            self._keep(message)
            self._taken.add(message.id)
            found.append(message)
        return found

    def done(self, message: Message) -> None:
        self._path(message).unlink(missing_ok=True)
        self._taken.discard(message.id)

    def again(self, message: Message, pause: float) -> None:
        """To be taken once more after so many seconds."""
        self._taken.discard(message.id)
        self._wait(replace(message, due_at=time.time() + pause))

    async def wait(self) -> None:
        """Returns when something may be due, at the latest after a few seconds."""
        self._more.clear()
        due = self._waiting[0][0] - time.time() if self._waiting else LONGEST_WAIT
        with suppress(TimeoutError):
            await asyncio.wait_for(self._more.wait(), max(0.0, min(due, LONGEST_WAIT)))

    def _wait(self, message: Message) -> None:
        heapq.heappush(self._waiting, (message.due_at, next(self._order), message))
        self._more.set()

    def _keep(self, message: Message) -> None:
        durable.write(self._path(message), asdict(message))

    def _path(self, message: Message) -> Path:
        return self._folder / f"{message.id}.json"


@dataclass(frozen=True)
class Subscription:
    """What a function gets of a queue or of the bus, and what its answers mean there."""

    name: str
    source: str
    """What the messages come from: the name of a queue, or of a rule with its function's."""
    function: str
    messages: Messages
    batch_size: int
    at_once: int | None
    """How many batches at a time; None where nothing but the instances limits it."""
    longest_pause: float
    """Seconds until a message that failed is delivered again, at most."""
    event: Callable[[Sequence[Message]], Any]
    failed: Callable[[Sequence[Message], Outcome], Collection[str]]
    """Ids of those that were not dealt with."""
    gives_up: Callable[[Message, Outcome], bool]
    """Whether a message that failed is not delivered again; then it is kept where what was given up is kept."""
