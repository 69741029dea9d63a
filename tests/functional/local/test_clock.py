"""Schedules of throwaway functions."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from local import durable
from local.clock import Clock

from .throwaway import Throwaway, eventually, run

if TYPE_CHECKING:
    from pathlib import Path

    from local.workers import Workers

RESOURCES = """
Ticked:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/ticked
    Timeout: 30
    Environment: {{Variables: {{FOLDER: {folder}}}}}
    Policies: []
    Events: {{Often: {{Type: Schedule, Properties: {{Schedule: rate(1 minute){more}}}}}}}
"""
KEEPS = """
import json, os, pathlib, time

FOLDER = pathlib.Path(os.environ["FOLDER"])

def handler(event, context):
    with (FOLDER / "ticks").open("a") as file:
        file.write(json.dumps(event) + "\\n")
    while (FOLDER / "closed").exists():
        time.sleep(0.005)
    if (FOLDER / "broken").exists():
        raise RuntimeError("no")
"""


def ticks(folder: Path) -> list[Any]:
    path = folder / "ticks"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def staged(throwaway: Throwaway, more: str = "") -> tuple[Clock, Workers]:
    throwaway.function("ticked", KEEPS)
    template = throwaway.template(RESOURCES.format(folder=throwaway.folder, more=more))
    workers = throwaway.workers(template)
    return Clock(template, workers, throwaway.data), workers


def last(throwaway: Throwaway) -> float:
    return float(durable.read(throwaway.data / "schedules.json", {}).get("TickedOften", 0))


def test_ticks_missed_while_nothing_ran_fire_once_at_the_start(throwaway: Throwaway) -> None:
    async def test() -> None:
        durable.write(throwaway.data / "schedules.json", {"TickedOften": time.time() - 3600})
        clock, workers = staged(throwaway)
        task = asyncio.create_task(clock.run())
        await eventually(lambda: time.time() - last(throwaway) < 61)
        await clock.tick("Ticked")
        task.cancel()
        await asyncio.wait([task])
        await workers.stop()
        assert len(ticks(throwaway.folder)) == 2

    run(test)


def test_a_schedule_that_is_not_due_waits(throwaway: Throwaway) -> None:
    async def test() -> None:
        durable.write(throwaway.data / "schedules.json", {"TickedOften": time.time() - 1})
        clock, workers = staged(throwaway)
        task = asyncio.create_task(clock.run())
        await clock.tick("Ticked")
        task.cancel()
        await asyncio.wait([task])
        await workers.stop()
        assert len(ticks(throwaway.folder)) == 1

    run(test)


def test_an_event_is_eventbridges_or_what_the_template_says(throwaway: Throwaway) -> None:
    async def test() -> None:
        clock, workers = staged(throwaway)
        await clock.tick("Ticked")
        await workers.stop()
        clock, workers = staged(throwaway, """, Input: '{"all": true}'""")
        await clock.tick("Ticked")
        await workers.stop()

    run(test)
    scheduled, given = ticks(throwaway.folder)
    assert given == {"all": True}
    assert scheduled.pop("id")
    at = datetime.strptime(scheduled.pop("time"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert scheduled == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/TickedOften"],
        "detail": {},
    }


def test_a_function_still_at_it_is_not_started_beside_itself(throwaway: Throwaway) -> None:
    async def test() -> None:
        (throwaway.folder / "closed").touch()
        clock, workers = staged(throwaway)
        runs = [asyncio.create_task(clock.tick("Ticked")) for _ in range(3)]
        await eventually(lambda: ticks(throwaway.folder))
        assert workers.pools["Ticked"].running == 1
        (throwaway.folder / "closed").unlink()
        await asyncio.gather(*runs)
        assert workers.pools["Ticked"].running == 1
        await workers.stop()
        assert len(ticks(throwaway.folder)) == 3

    run(test)


def test_a_tick_that_fails_does_not_stop_the_clock(throwaway: Throwaway) -> None:
    async def test() -> None:
        (throwaway.folder / "broken").touch()
        clock, workers = staged(throwaway)
        task = asyncio.create_task(clock.run())
        await eventually(lambda: last(throwaway))
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
        await workers.stop()

    run(test)
