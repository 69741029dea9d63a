"""`python -m local`: the whole system on one port of this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import uvicorn

from . import accounts, console, engine, gateway, knobs, seeding, tether
from .clock import Clock
from .console import say
from .engine import Clients, Engine, EngineError
from .pump import Pump
from .sources import Sources
from .template import PATH, ROOT, Template, create_tables
from .workers import Launch, Workers

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from .knobs import Knobs

BACKLOG = 4096
GRACE = 3
"""Seconds that requests under way have to end after Ctrl-C."""


def main() -> int:
    if "MAKELEVEL" in os.environ:
        tether.to_parent(signal.SIGTERM)  # a killed `make run` stops what it started
    console.start()
    try:
        settings = knobs.read(os.environ)
        asyncio.run(_until_stopped(settings))
    except (knobs.KnobError, EngineError, seeding.SeedError) as error:
        say(f"broadsheet: {error}")
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


def _cancel_once(task: asyncio.Task[None]) -> Any:
    def cancel() -> None:
        if not task.cancelling():
            task.cancel()

    return cancel


async def _run(settings: Knobs) -> None:
    _raise_file_limit()
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(_port(settings.port))
        held = await engine.lock(settings.data)
        stack.callback(os.close, held)
        template = Template.load(PATH, settings.parameters)
        database = await engine.start(settings.data, held)
        stack.push_async_callback(database.stop)
        clients = Clients.of(database.endpoint)
        await asyncio.to_thread(create_tables, clients.database, template)
        environment = {**database.environment(), "THROTTLES": settings.throttles}
        launch = Launch(PATH, settings.parameters, environment)
        workers = Workers(template, launch, Sources(ROOT / "layers" / "shared"))
        stack.push_async_callback(workers.stop)
        system = _system(settings, template, workers, clients, database)
        _introduce(system, database)
        await asyncio.gather(workers.warm(), seeding.run(launch, template, settings.seed, settings.data))
        await _serve(system, listener, database)


def _system(
    settings: Knobs, template: Template, workers: Workers, clients: Clients, database: Engine
) -> gateway.System:
    return gateway.System(
        template=template,
        workers=workers,
        pump=Pump(template, workers, clients, settings.data),
        clock=Clock(template, workers, settings.data),
        data=settings.data,
        port=settings.port,
        engine=database.name,
        accounts=tuple((accounts.address(role), role) for role in accounts.PEOPLE),
        password=accounts.PASSWORD,
    )


@contextmanager
def _port(port: int) -> Iterator[socket.socket]:
    """Ours from the start, so that nothing is begun for a port that is taken; it listens only once all is ready."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise EngineError(_taken(port, error)) from None
        yield listener


def _taken(port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"port {port} may not be used by an ordinary user; choose another: PORT=8000"
    return f"port {port} is taken by another program; stop that, or choose another: PORT={port + 1}"


class _Server(uvicorn.Server):
    """Signals are this module's business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(system: gateway.System, listener: socket.socket, database: Engine) -> None:
    """Until cancelled, or until a part of the system ends that never should."""
    config = uvicorn.Config(
        gateway.application(system),
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="off",
        backlog=BACKLOG,
        h11_max_incomplete_event_size=64 * 1024,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    others = [asyncio.create_task(part) for part in _parts(system, server, database)]
    try:
        await asyncio.wait([serving, *others[:-1]], return_when=asyncio.FIRST_COMPLETED)
        _explain([serving, *others], system.port)
    finally:
        say("stopping")
        server.should_exit = True
        await asyncio.wait([serving], timeout=GRACE + 2)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _parts(system: gateway.System, server: _Server, database: Engine) -> list[Coroutine[Any, Any, None]]:
    return [system.pump.run(), system.clock.run(), database.ended(), _announce(system, server)]


async def _announce(system: gateway.System, server: _Server) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    say(f"ready on {system.origin}")


def _explain(tasks: list[asyncio.Task[None]], port: int) -> None:
    for task in tasks:
        if task.done() and (error := task.exception()):
            raise EngineError(_taken(port, error)) if isinstance(error, OSError) else error
    raise EngineError("the database has ended by itself; see engine.log in the data folder")


def _introduce(system: gateway.System, database: Engine) -> None:
    kept = f"data in {system.data}" if database.keeps else "NOTHING IS KEPT when it stops: no dynoxide on this machine"
    say(f"Broadsheet, whole, on this machine. Database: {database.name}; {kept}.")
    say(f"  what runs, mail, events   {system.origin}/_local")
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
