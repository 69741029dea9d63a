"""Carries stream records from the tables to the functions, as Lambda's event source mappings do.

The one idea: a consumer's place in the stream is written down only after a batch was dealt with, so whatever is killed in
between, every record is delivered, some of them twice. Consumers are woken when a function that may write to their table
has finished; otherwise they look every half second.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from . import durable, failures, filters, streams
from .console import say
from .delivery import Delivery, Stretch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .engine import Clients
    from .streams import Reader, Record
    from .template import Function, Template
    from .triggers import StreamSource
    from .workers import Outcome, Workers

IDLE = 0.5
"""Seconds between two looks when nobody wakes a consumer."""
BREATH = 0.02
"""Seconds between two looks at least."""
AFTER_ERROR = 1.0
FEWEST_READ = 100
MAX_PAYLOAD = 5 * 1024 * 1024
REMEMBERED = 500


class Pump:
    """All consumers of the template."""

    def __init__(self, template: Template, workers: Workers, clients: Clients, data: Path, pause: float = 0.2) -> None:
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.consumers = [
            Consumer(self, function, source, template.tables[source.table].physical_name, pause)
            for function in template.functions.values()
            for source in function.streams
        ]
        self.workers = workers
        self.clients = clients
        self.data = data
        self.invocations = 0
        self._writers = {consumer: template.writers(consumer.source.table) for consumer in self.consumers}
        workers.on_done.append(self._function_done)

    async def run(self) -> None:
        """Never returns."""
        async with asyncio.TaskGroup() as group:
            for consumer in self.consumers:
                group.create_task(consumer.run())

    async def settle(self) -> None:
        """Returns when every consumer has dealt with all that was written before, and with what came of it."""
        while True:
            before = self.invocations
            since = time.monotonic()
            for consumer in self.consumers:
                await consumer.idle(since)
            if self.invocations == before:
                return

    def _function_done(self, function: str) -> None:
        for consumer, writers in self._writers.items():
            if function in writers:
                consumer.nudge()


class Consumer:
    """One stream source of one function: a task for each shard, children after their parents."""

    def __init__(self, pump: Pump, function: Function, source: StreamSource, table: str, pause: float) -> None:
        self.pump = pump
        self.function = function
        self.source = source
        self.table = table
        self.name = f"{function.name}.{source.name}"
        self._pause = pause
        self._positions: dict[str, str] = {}
        self._closed: set[str] = set()
        self._shards: dict[str, ShardConsumer] = {}
        self._arn = ""

    async def run(self) -> None:
        while True:
            try:
                await self._consume()
            except* (ClientError, BotoCoreError, OSError) as errors:
                say(f"pump | {self.name}: {errors.exceptions[0]}; trying again")
            await asyncio.sleep(AFTER_ERROR)

    def nudge(self) -> None:
        for shard in self._shards.values():
            shard.woken.set()

    async def idle(self, since: float) -> None:
        """Returns after a look, begun later than `since`, that found nothing to do."""
        while not self._shards or any(shard.idle_at < since for shard in self._shards.values()):
            self.nudge()
            await asyncio.sleep(BREATH)

    async def _consume(self) -> None:
        """Until the stream ends, which is when its table is gone."""
        self._arn = await streams.stream_arn(self.pump.clients.database, self.table)
        self._load()
        async with asyncio.TaskGroup() as group:
            while True:
                known = await streams.shards(self.pump.clients.streams, self._arn)
                for shard in known:
                    waits = shard.parent in {each.name for each in known} and shard.parent not in self._closed
                    if shard.name not in self._shards and shard.name not in self._closed and not waits:
                        self._start(shard.name, group)
                if not self._shards:
                    return
                ended = [shard.ended.wait() for shard in self._shards.values()]
                await _first(ended)
                self._forget_closed()

    def _start(self, name: str, group: asyncio.TaskGroup) -> None:
        position = self._positions.get(name)
        new = position is None and not self.source.from_oldest
        reader = streams.Reader(self.pump.clients.streams, self._arn, name, position or streams.OLDEST)
        self._shards[name] = ShardConsumer(self, reader, self._pause)
        group.create_task(self._shards[name].run(skip=new))

    def _forget_closed(self) -> None:
        for name in [name for name, shard in self._shards.items() if shard.ended.is_set()]:
            del self._shards[name]
            self._closed.add(name)
        self._save()

    @property
    def _path(self) -> Path:
        return self.pump.data / "streams" / f"{self.name}.json"

    def _load(self) -> None:
        saved = durable.read(self._path, {})
        same = saved.get("stream") == self._arn
        self._positions = saved["positions"] if same else {}
        self._closed = set(saved["closed"]) if same else set()
        self._shards = {}

    def advance(self, shard: str, position: str) -> None:
        if self._positions.get(shard) != position:
            self._positions[shard] = position
            self._save()

    def _save(self) -> None:
        durable.write(self._path, {"stream": self._arn, "positions": self._positions, "closed": sorted(self._closed)})


class ShardConsumer:
    """Reads, filters, gathers and delivers the records of one shard."""

    def __init__(self, consumer: Consumer, reader: Reader, pause: float) -> None:
        self.consumer = consumer
        self.reader = reader
        self.woken = asyncio.Event()
        self.ended = asyncio.Event()
        self.idle_at = -1.0
        self._gathered: list[Record] = []
        self._since = 0.0
        self._delivery = Delivery(consumer.source, self._invoke, self._done, self._give_up, pause)

    async def run(self, *, skip: bool) -> None:
        """`skip` passes over what the stream holds already: a new consumer that starts at the latest record."""
        while skip and await self.reader.read(FEWEST_READ):
            self.consumer.advance(self.reader.shard, self.reader.position)
        while not self.reader.closed or self._gathered:
            looked = time.monotonic()
            self.woken.clear()
            found = await self._gather()
            if self._full():
                await self._deliver()
            elif not found:
                if not self._gathered:
                    self.consumer.advance(self.reader.shard, self.reader.position)
                    self.idle_at = looked
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), self._patience())
                await asyncio.sleep(BREATH)
        self.ended.set()

    async def _gather(self) -> int:
        """How many records were read, wanted or not."""
        source = self.consumer.source
        if self.reader.closed or len(self._gathered) >= source.batch_size:
            return 0
        records = await self.reader.read(max(source.batch_size, FEWEST_READ))
        wanted = [record for record in records if filters.wanted(source.filters, record.event)]
        if wanted and not self._gathered:
            self._since = time.monotonic()
        self._gathered += wanted
        return len(records)

    def _full(self) -> bool:
        source = self.consumer.source
        waited = time.monotonic() - self._since >= source.window or self.reader.closed
        return len(self._gathered) >= source.batch_size or (bool(self._gathered) and waited)

    def _patience(self) -> float:
        if not self._gathered:
            return IDLE
        return max(0.0, min(IDLE, self._since + self.consumer.source.window - time.monotonic()))

    async def _deliver(self) -> None:
        size = _within(self._gathered, self.consumer.source.batch_size)
        batch, self._gathered = self._gathered[:size], self._gathered[size:]
        self._since = time.monotonic()
        await self._delivery.deliver(batch)
        if not self._gathered:
            self.consumer.advance(self.reader.shard, self.reader.position)

    async def _invoke(self, records: Sequence[Record]) -> Outcome:
        pump, began = self.consumer.pump, time.monotonic()
        event = {"Records": [record.event for record in records]}
        outcome = await pump.workers.invoke(self.consumer.function.name, event)
        pump.invocations += 1
        pump.deliveries.append(
            {
                "consumer": self.consumer.name,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "milliseconds": round((time.monotonic() - began) * 1000),
                "records": [_in_short(record) for record in records],
                "answer": outcome.payload,
                "error": outcome.error and outcome.error["errorMessage"],
            }
        )
        return outcome

    def _done(self, record: Record) -> None:
        self.consumer.advance(self.reader.shard, record.sequence)

    def _give_up(self, stretch: Stretch) -> None:
        name, queue = self.consumer.name, self.consumer.source.failure_queue
        say(f"pump | {name}: given up {len(stretch.records)} record(s); see {queue or 'nowhere, there is no queue'}")
        if queue:
            failures.keep(self.consumer.pump.data, queue, _failure(self.consumer.function, self.reader, stretch))


async def _first(waits: list[Any]) -> None:
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _within(records: Sequence[Record], most: int) -> int:
    """How many records fit into one invocation; one always does."""
    size = 0
    for place, record in enumerate(records[:most]):
        size += len(json.dumps(record.event))
        if place and size > MAX_PAYLOAD:
            return place
    return min(len(records), most)


def _in_short(record: Record) -> dict[str, Any]:
    keys = record.event["dynamodb"]["Keys"]
    return {
        "event": record.event["eventName"],
        "keys": {name: next(iter(value.values())) for name, value in keys.items()},
        "sequence": record.sequence,
    }


def _failure(function: Function, reader: Reader, stretch: Stretch) -> dict[str, Any]:
    """What Lambda sends to a failure destination: where the records were, never the records."""
    first, last = stretch.records[0], stretch.records[-1]
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function.arn,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": stretch.invocations,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _stamp(time.time()),
        "DDBStreamBatchInfo": {
            "shardId": reader.shard,
            "startSequenceNumber": first.sequence,
            "endSequenceNumber": last.sequence,
            "approximateArrivalOfFirstRecord": _stamp(first.created),
            "approximateArrivalOfLastRecord": _stamp(last.created),
            "batchSize": len(stretch.records),
            "streamArn": reader.arn,
        },
    }


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
