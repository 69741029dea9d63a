"""What Lambda does with a batch of stream records: retries, partial failures, bisecting, giving up.

The one idea: a stack of stretches in stream order. The topmost is tried; what it leaves undone goes back on top, so no
record ever overtakes an earlier one. https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from .streams import Record
    from .triggers import StreamSource
    from .workers import Outcome

LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class Stretch:
    """Consecutive records, how often they failed as they are, and how often the first of them was tried."""

    records: Sequence[Record]
    failures: int = 0
    invocations: int = 0


@dataclass
class Delivery:
    source: StreamSource
    invoke: Callable[[Sequence[Record]], Awaitable[Outcome]]
    done: Callable[[Record], None]
    """Told the last record of each stretch that was dealt with, in order."""
    give_up: Callable[[Stretch], None]
    pause: float = 0.2
    """Seconds before the first retry; doubled for each further one."""

    async def deliver(self, batch: Sequence[Record]) -> None:
        """Returns when every record was processed or given up."""
        began = time.monotonic()
        stack = [Stretch(batch)]
        while stack:
            stretch = stack.pop()
            processed = _processed(stretch.records, await self.invoke(stretch.records), self.source.reports_failures)
            if processed:
                self.done(stretch.records[processed - 1])
            left = stretch.records[processed:]
            if processed and left:
                stack.append(Stretch(left))
            elif left:
                failed = Stretch(left, stretch.failures + 1, stretch.invocations + 1)
                stack += self._again(failed, time.monotonic() - began)
            if stack and stack[-1].failures:
                await asyncio.sleep(min(self.pause * 2 ** (stack[-1].failures - 1), LONGEST_PAUSE))

    def _again(self, failed: Stretch, seconds: float) -> list[Stretch]:
        """What to try next, the next one last, when not even the first record was processed."""
        if self.source.bisect and len(failed.records) > 1:
            # Halving does not use up a retry: what is left alone in the end has all of them.
            middle = len(failed.records) // 2
            return [Stretch(failed.records[middle:]), Stretch(failed.records[:middle], 0, failed.invocations)]
        spent = 0 <= self.source.retries < failed.failures
        too_old = 0 <= self.source.max_age < seconds
        if spent or too_old:
            self.give_up(failed)
            self.done(failed.records[-1])
            return []
        return [failed]


def _processed(records: Sequence[Record], outcome: Outcome, reports_failures: bool) -> int:
    """How many records from the front are done. An answer that cannot be understood means none."""
    if outcome.error is not None:
        return 0
    if not reports_failures or outcome.payload is None:
        return len(records)
    failures = outcome.payload.get("batchItemFailures", []) if isinstance(outcome.payload, dict) else ABSURD
    places = {record.sequence: place for place, record in enumerate(records)}
    try:
        return min((places[failure["itemIdentifier"]] for failure in failures or []), default=len(records))
    except (KeyError, TypeError):
        return 0


ABSURD: Any = [None]
