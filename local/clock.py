"""Ticks the schedules of the template by the wall clock.

A tick missed while nothing ran fires once at the start; a function that is still at it is not started again beside itself.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import durable
from .cloudformation import ACCOUNT, REGION
from .console import say
from .schedules import following

if TYPE_CHECKING:
    from pathlib import Path

    from .template import Function, Template
    from .triggers import Schedule
    from .workers import Outcome, Workers

LONGEST_SLEEP = 5.0
"""Seconds: a laptop that was asleep notices the time soon after it wakes."""


class Clock:
    def __init__(self, template: Template, workers: Workers, data: Path) -> None:
        self._workers = workers
        self._path = data / "schedules.json"
        self._last: dict[str, float] = durable.read(self._path, {})
        self._schedules = [
            (function, schedule) for function in template.functions.values() for schedule in function.schedules
        ]
        self._turns = {_name(function, schedule): asyncio.Lock() for function, schedule in self._schedules}

    async def run(self) -> None:
        """Never returns."""
        async with asyncio.TaskGroup() as group:
            for function, schedule in self._schedules:
                group.create_task(self._keep(function, schedule))

    async def tick(self, function_name: str) -> list[Outcome]:
        """Runs the schedules of a function now."""
        return [
            await self._fire(function, schedule, datetime.now(UTC))
            for function, schedule in self._schedules
            if function.name == function_name
        ]

    async def _keep(self, function: Function, schedule: Schedule) -> None:
        after = following(schedule.expression)
        name = _name(function, schedule)
        while True:
            last = self._last.get(name)
            due = after(datetime.fromtimestamp(last, UTC)) if last else datetime.now(UTC)
            while (wait := due.timestamp() - datetime.now(UTC).timestamp()) > 0:
                await asyncio.sleep(min(wait, LONGEST_SLEEP))
            await self._fire(function, schedule, _newest(due, after))

    async def _fire(self, function: Function, schedule: Schedule, due: datetime) -> Outcome:
        name = _name(function, schedule)
        async with self._turns[name]:
            outcome = await self._workers.invoke(function.name, _event(name, schedule, due))
        if outcome.error:
            say(f"clock | {name}: {outcome.error['errorType']}: {outcome.error['errorMessage']}")
        self._last[name] = max(due.timestamp(), self._last.get(name, 0.0))
        durable.write(self._path, self._last)
        return outcome


def _newest(due: datetime, after: Any) -> datetime:
    """The latest time not in the future: ticks missed in a row are one."""
    now = datetime.now(UTC)
    while (later := after(due)) <= now:
        due = later
    return due


def _name(function: Function, schedule: Schedule) -> str:
    return f"{function.name}{schedule.name}"


def _event(name: str, schedule: Schedule, due: datetime) -> Any:
    if schedule.input is not None:
        return schedule.input
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"],
        "detail": {},
    }
