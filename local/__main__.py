"""`python -m local`: the whole system on one port of this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from . import accounts, aws_json, console, durable, engine, gateway, knobs, mail, seeding, server, tether
from .carriers import Carriers
from .clock import Clock
from .console import say
from .create_admin import ENVIRONMENT
from .engine import Clients
from .knobs import CannotRun
from .pump import Pump
from .sources import Sources
from .template import PATH, ROOT, Template, create_tables
from .workers import Launch, Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from .engine import Engine
    from .knobs import Knobs

PREPARING = 15.0
"""Seconds that consumers have before the first request to prepare what was seeded or left over."""


def main() -> int:
    if "MAKELEVEL" in os.environ:
        tether.to_parent(signal.SIGTERM)  # a killed `make run` stops what it started
    console.start()
    try:
        asyncio.run(_until_stopped(knobs.read(os.environ)))
    except CannotRun as reason:
        say(f"broadsheet: {reason}")
        return 1
    finally:
        console.flush()
    return 0


async def _until_stopped(settings: Knobs) -> None:
    """Ctrl-C and SIGTERM end the run in order, at whatever stage it is."""
    running = asyncio.create_task(_run(settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _cancel_once(running))
    with suppress(asyncio.CancelledError):
        await running


def _cancel_once(task: asyncio.Task[None]) -> Callable[[], None]:
    def cancel() -> None:
        if not task.cancelling():
            say("stopping")
            task.cancel()

    return cancel


async def _run(settings: Knobs) -> None:
    _raise_file_limit()
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(server.reserved(settings.port))
        held = await stack.enter_async_context(engine.lock(settings.data))
        template = Template.load(PATH, settings.parameters)
        database = await engine.start(settings.data, held)
        stack.push_async_callback(database.stop)
        clients = Clients.of(database.endpoint)
        await asyncio.to_thread(create_tables, clients.database, template)
        launch = Launch(PATH, settings.parameters, _environment(settings, database))
        durable.write(
            settings.data / ENVIRONMENT, {**template.functions["LoginFunction"].environment, **launch.environment}
        )
        workers = Workers(template, launch, Sources(ROOT / "layers" / "shared"))
        stack.push_async_callback(workers.stop)
        system = _system(settings, workers, clients, database)
        _introduce(system, database)
        await asyncio.gather(workers.warm(), seeding.run(launch, template, settings.seed, settings.data))
        parts = await stack.enter_async_context(_working(_watch(database, settings.data), system.pump.run()))
        with suppress(TimeoutError):
            await asyncio.wait_for(system.pump.settle(), PREPARING)
        serving = await stack.enter_async_context(server.serving(gateway.application(system), listener))
        # Not before there is somebody to answer: what a message or a schedule has a function send comes here.
        carriers = await stack.enter_async_context(_working(system.carriers.run(), system.clock.run()))
        say(f"ready on {system.origin}")
        await _until_one_ends([*parts, serving, *carriers])


def _environment(settings: Knobs, database: Engine) -> dict[str, str]:
    """What all functions have beside their own variables: where they find what stands in for AWS."""
    return {
        **database.environment(),
        **mail.endpoint(settings.origin),
        **aws_json.endpoints(settings.origin),
        "THROTTLES": settings.throttles,
    }


def _system(settings: Knobs, workers: Workers, clients: Clients, database: Engine) -> gateway.System:
    return gateway.System(
        template=workers.template,
        workers=workers,
        pump=Pump(workers.template, workers, clients, settings.data),
        carriers=Carriers(workers.template, workers, settings.data),
        clock=Clock(workers.template, workers, settings.data),
        data=settings.data,
        port=settings.port,
        engine=database.name,
        accounts=tuple((accounts.address(role), role) for role in accounts.PEOPLE),
        password=accounts.PASSWORD,
    )


@asynccontextmanager
async def _working(*works: Coroutine[None, None, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    parts = [asyncio.create_task(work) for work in works]
    try:
        yield parts
    finally:
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


async def _watch(database: Engine, data: Path) -> None:
    await database.ended()
    raise CannotRun(f"the database has ended by itself; see {data / 'engine.log'}")


async def _until_one_ends(parts: list[asyncio.Task[None]]) -> None:
    """None of them should; the first that does ends the run with its reason."""
    done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
    for part in parts:
        if part in done:
            part.result()


def _introduce(system: gateway.System, database: Engine) -> None:
    kept = (
        f"data in {system.data}"
        if database.keeps
        else "NOTHING IS KEPT when it stops (there is no dynoxide here; npm would bring it)"
    )
    say(f"Broadsheet, whole, on this machine. Database: {database.name}; {kept}.")
    say(f"  the newspaper             {system.origin}/")
    say(f"  what runs, events         {system.origin}/_local")
    say(f"  mail, shown and not sent  {system.origin}/_local/mail")
    say(f"  the HTTP interface        {system.origin}/docs")
    say(f"  accounts                  {', '.join(address for address, _ in system.accounts)}")
    say(f"  their password            {system.password}")


def _raise_file_limit() -> None:
    """A flood of connections is answered, not refused."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    sys.exit(main())
