"""The listening end: a port taken early, served once all behind it is ready, and let go in order."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from .knobs import CannotRun

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp

HOST = "127.0.0.1"
BACKLOG = 4096
"""Connections that may wait to be accepted: a flood is answered late, not refused."""
GRACE = 3
"""Seconds that requests under way have to end in."""


@contextmanager
def reserved(port: int) -> Iterator[socket.socket]:
    """The port, ours but not listening yet. Raises CannotRun."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except PermissionError:
            raise CannotRun(f"port {port} is not for ordinary users; choose another: PORT=8000") from None
        except OSError:
            raise _taken(port) from None
        yield listener


def _taken(port: int) -> CannotRun:
    return CannotRun(f"port {port} is taken by another program; stop that, or choose another: PORT={port + 1}")


class _Server(uvicorn.Server):
    """Signals are the main module's business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Inside, requests are answered. The task ends only if serving does. Raises CannotRun."""
    config = uvicorn.Config(
        app,
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
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                # Between taking the port and listening on it, another program may have been faster.
                raise _taken(listener.getsockname()[1]) from task.exception()
            await asyncio.sleep(0.01)
        yield task
    finally:
        server.should_exit = True
        await asyncio.wait([task], timeout=GRACE + 2)
