"""A throwaway system for tests of the local run: a small template, functions of a few lines, a real database."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from local import aws_json, engine, gateway, server
from local.carriers import Carriers
from local.clock import Clock
from local.engine import Clients
from local.pump import Pump
from local.sources import Sources
from local.template import Template, create_tables
from local.workers import Launch, Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
HEAD = """
Parameters: {Stage: {Type: String, Default: local}}
Globals: {Function: {Handler: app.handler, Timeout: 5}}
Resources:
"""


@dataclass
class Throwaway:
    """Files of a system under a folder of its own."""

    folder: Path

    def function(self, name: str, source: str) -> Path:
        """Writes functions/<name>/app.py."""
        path = self.folder / "functions" / name / "app.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), "utf-8")
        return path

    def template(self, resources: str) -> Template:
        text = HEAD + dedent(resources).replace("\n", "\n  ")
        (self.folder / "template.yaml").write_text(text, "utf-8")
        return Template.load(self.folder / "template.yaml")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def workers(self, template: Template, environment: dict[str, str] | None = None) -> Workers:
        launch = Launch(self.folder / "template.yaml", {"Stage": "local"}, environment or {})
        return Workers(template, launch, Sources(self.folder / "layers" / "shared"))


@dataclass
class Running:
    """The parts of a running stage."""

    workers: Workers
    clients: Clients
    pump: Pump
    carriers: Carriers
    clock: Clock
    template: Template

    def put(self, table: str, pk: str, sk: str = "-", **texts: str) -> None:
        item = {"pk": {"S": pk}, "sk": {"S": sk}, **{name: {"S": text} for name, text in texts.items()}}
        self.clients.database.put_item(TableName=self.template.tables[table].physical_name, Item=item)


@asynccontextmanager
async def running(
    files: Throwaway, template: Template, pause: float = 0.01, origin: str = ""
) -> AsyncIterator[Running]:
    """Database, workers, and a pump, carriers and a clock that are not started; all gone afterwards.

    `origin` is where functions find what stands in for AWS.
    """
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(engine.lock(files.data))
        database = await engine.start(files.data, held, {"PATH": ""})
        stack.push_async_callback(database.stop)
        clients = Clients.of(database.endpoint)
        stack.callback(clients.close)
        await asyncio.to_thread(create_tables, clients.database, template)
        workers = files.workers(template, {**database.environment(), **aws_json.endpoints(origin)})
        stack.push_async_callback(workers.stop)
        pump = Pump(template, workers, clients, files.data, pause)
        carriers = Carriers(template, workers, files.data, pause)
        yield Running(workers, clients, pump, carriers, Clock(template, workers, files.data), template)


@asynccontextmanager
async def pumping(parts: Running) -> AsyncIterator[None]:
    """Streams are carried inside, and messages and events."""
    tasks = [asyncio.create_task(part.run()) for part in (parts.pump, parts.carriers)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def eventually(condition: Callable[[], Any]) -> Any:
    """What the condition answers as soon as that is true."""
    async with asyncio.timeout(PATIENCE):
        while not (found := condition()):
            await asyncio.sleep(0.01)
        return found


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for given, value in self.headers if given.lower() == name), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Site:
    """A gateway that listens."""

    port: int

    def __call__(
        self, method: str, path: str, body: bytes | None = None, headers: list[tuple[str, str]] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        given = headers or []
        try:
            connection.putrequest(method, path, skip_host=any(name.lower() == "host" for name, _ in given))
            for name, value in given:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()


@contextmanager
def site(files: Throwaway, template: Template) -> Iterator[Site]:
    """The gateway in a thread of its own, with a database behind it."""
    port = engine.free_port()
    up, down = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    async def run() -> None:
        origin = f"http://127.0.0.1:{port}"
        async with AsyncExitStack() as held, running(files, template, origin=origin) as parts:
            listener = held.enter_context(server.reserved(port))
            system = gateway.System(
                template,
                parts.workers,
                parts.pump,
                parts.carriers,
                parts.clock,
                files.data,
                port,
                "a test's",
                (("a@b.example", "editor"),),
            )
            async with pumping(parts), server.serving(gateway.application(system), listener):
                up.set()
                await asyncio.to_thread(down.wait)

    def thread() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failures.append(error)
        finally:
            up.set()

    background = threading.Thread(target=thread)
    background.start()
    try:
        assert up.wait(PATIENCE)
        if not failures:
            yield Site(port)
    finally:
        down.set()
        background.join(PATIENCE)
    if failures:
        raise failures[0]


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Runs a coroutine test to its end."""

    async def limited() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(limited())


def wait_until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
    return found
