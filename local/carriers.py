"""Carries messages and events to the functions that want them, as Lambda does for queues and for rules.

The one idea: what a batch is, what its answer means and when to give up are the queue's or the bus's matter; a carrier
takes what is due, has it delivered, and either lets it go or takes it again after a pause.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import failures
from .bus import Bus
from .console import say
from .queues import Queues
from .workers import INSTANCES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .messages import Message, Subscription
    from .template import Template
    from .workers import Outcome, Workers

BREATH = 0.02
LONGEST_PAUSE = 10.0
REMEMBERED = 500


class Carriers:
    """One for each queue and rule that wakes a function."""

    def __init__(self, template: Template, workers: Workers, data: Path, pause: float = 0.2) -> None:
        """`pause`: seconds until what failed is delivered again; doubled for each further try."""
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.invocations = 0
        queues, bus = Queues(template, data), Bus(template, data)
        self.services = {"AmazonSQS": queues.answer, "AWSEvents": bus.answer}
        self.subscriptions = [*queues.subscriptions(), *bus.subscriptions()]
        self._template = template
        self._workers = workers
        self._data = data
        self._pause = pause

    async def run(self) -> None:
        """Never returns."""
        async with asyncio.TaskGroup() as group:
            for subscription in self.subscriptions:
                group.create_task(self._carry_all(subscription))

    async def settle(self) -> None:
        """Returns when nothing waits, nothing is delayed and nothing is under way."""
        while any(len(subscription.messages) for subscription in self.subscriptions):
            await asyncio.sleep(BREATH)

    def lengths(self) -> dict[str, dict[str, int]]:
        """Of each queue and rule: what waits, and what is just being delivered. A queue nobody reads only fills."""
        kept = failures.kept(self._data)
        found = {name: {"waiting": len(kept.get(name, [])), "under_way": 0} for name in self._template.queues}
        for each in self.subscriptions:
            under_way = each.messages.taken
            found[each.source] = {"waiting": len(each.messages) - under_way, "under_way": under_way}
        return found

    async def _carry_all(self, subscription: Subscription) -> None:
        turns = asyncio.Semaphore(min(subscription.at_once or INSTANCES, INSTANCES))
        async with asyncio.TaskGroup() as group:
            while True:
                await turns.acquire()
                while not (batch := subscription.messages.take(subscription.batch_size)):
                    await subscription.messages.wait()
                group.create_task(self._carry(subscription, batch)).add_done_callback(lambda _: turns.release())

    async def _carry(self, subscription: Subscription, batch: Sequence[Message]) -> None:
        outcome = await self._invoke(subscription, batch)
        failed = subscription.failed(batch, outcome)
        for message in batch:
            if message.id in failed and not self._given_up(subscription, message, outcome):
                pause = min(self._pause * 2 ** (message.tries - 1), subscription.longest_pause, LONGEST_PAUSE)
                subscription.messages.again(message, pause)
            else:
                subscription.messages.done(message)

    async def _invoke(self, subscription: Subscription, batch: Sequence[Message]) -> Outcome:
        began = time.monotonic()
        outcome = await self._workers.invoke(subscription.function, subscription.event(batch))
        self.invocations += 1
        self.deliveries.append(
            {
                "consumer": subscription.name,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "milliseconds": round((time.monotonic() - began) * 1000),
                "messages": [message.id for message in batch],
                "answer": outcome.payload,
                "error": outcome.error and outcome.error["errorMessage"],
            }
        )
        return outcome

    def _given_up(self, subscription: Subscription, message: Message, outcome: Outcome) -> bool:
        given_up = subscription.gives_up(message, outcome)
        if given_up:
            say(f"carriers | {subscription.name}: given up message {message.id} after {message.tries} tries")
        return given_up
