"""Two workers for each function, one invocation at a time each, as Lambda runs instances.

The one idea: a slot is held for exactly one invocation. What is in the slot afterwards is either a worker fit for the next
one or nothing, so a crash, a timeout or an edit is dealt with by whoever takes the slot next. Callers wait their turn;
Lambda would start more instances instead.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import frames
from .console import say
from .template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .sources import Sources
    from .template import Function, Template

INSTANCES = 2
MAX_WAITING = 10_000
INIT_SECONDS = 30.0
MAX_LINE = 64 * 1024
TIMED_OUT = "Sandbox.Timedout"
TOO_MANY = "TooManyRequestsException"
METRICS = b'{"_aws"'
"""How a line of CloudWatch's embedded metrics begins: written for CloudWatch, not for a console."""


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: a payload, or an error in Lambda's shape."""

    payload: Any = None
    error: Mapping[str, Any] | None = None

    @property
    def error_type(self) -> str:
        return str(self.error["errorType"]) if self.error else ""


@dataclass
class Launch:
    """How workers are started: the template they read and the environment they all have."""

    path: Path
    parameters: Mapping[str, str]
    environment: Mapping[str, str]

    def argv(self, function: Function) -> list[str]:
        return [sys.executable, "-m", "local.worker", function.name, str(self.path), json.dumps(dict(self.parameters))]

    def env(self, function: Function) -> dict[str, str]:
        """The function's variables and what Lambda adds; nothing of the caller's own AWS set-up."""
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(self.path.parent / "layers" / "shared"))),
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # bytecode is told apart by whole seconds, and edits come faster
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "LAMBDA_TASK_ROOT": str(function.folder),
            **function.environment,
            **self.environment,
        }


class Worker:
    """A running process and the version of the files it was started from."""

    def __init__(self, function: Function, process: asyncio.subprocess.Process, version: tuple[int, ...]) -> None:
        self.function = function
        self.version = version
        self._process = process
        self._lines = asyncio.create_task(self._relay())

    @classmethod
    async def start(cls, function: Function, launch: Launch, version: tuple[int, ...]) -> Worker:
        pipe = asyncio.subprocess.PIPE
        # A session of its own: Ctrl-C goes to the main process alone, which then stops its workers in order.
        process = await asyncio.create_subprocess_exec(
            *launch.argv(function),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=ROOT,
            env=launch.env(function),
            start_new_session=True,
        )
        return cls(function, process, version)

    async def ready(self) -> Mapping[str, Any] | None:
        """The error that starting came to, if any."""
        greeting = await self._receive(INIT_SECONDS)
        return greeting.get("error")

    async def invoke(self, event: Any) -> Outcome:
        request_id = str(uuid.uuid4())
        limit = self.function.timeout
        request = frames.pack({"id": request_id, "deadline": time.time() + limit, "event": event})
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(request)
            await self._process.stdin.drain()
        except ConnectionError:
            return Outcome(error=_lambda_error("Runtime.ExitError", "the worker has ended", request_id))
        answer = await self._receive(limit, request_id)
        return Outcome(answer.get("payload"), answer.get("error"))

    async def _receive(self, seconds: float, request_id: str = "") -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                message: dict[str, Any] = await frames.receive(self._process.stdout)
                return message
        except TimeoutError:
            await self.kill()
            text = f"Task timed out after {seconds:.2f} seconds"
            return {"error": _lambda_error(TIMED_OUT, text, request_id)}
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.kill()
            text = f"the worker ended without an answer (exit status {self._process.returncode})"
            return {"error": _lambda_error("Runtime.ExitError", text, request_id)}

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def kill(self) -> None:
        """Ends the process and what it may have started, and waits for that."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await asyncio.wait([self._lines], timeout=0.5)
        self._lines.cancel()

    async def _relay(self) -> None:
        """The function's own lines, with its name in front."""
        assert self._process.stderr is not None
        rest = b""
        while chunk := await self._process.stderr.read(MAX_LINE):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                if line and not line.startswith(METRICS):
                    say(f"{self.function.folder.name} | {line.decode('utf-8', 'replace')}")


class Pool:
    """The workers of one function."""

    def __init__(self, function: Function, launch: Launch, sources: Sources, on_done: Callable[[str], None]) -> None:
        self.function = function
        self.counts: Counter[str] = Counter()
        self._launch = launch
        self._sources = sources
        self._on_done = on_done
        self._waiting = 0
        self._living: set[Worker] = set()
        # Last in, first out: the worker used last is warm, and a second one starts only when the first is busy.
        self._slots: asyncio.LifoQueue[Worker | None] = asyncio.LifoQueue()
        for _ in range(INSTANCES):
            self._slots.put_nowait(None)

    async def invoke(self, event: Any) -> Outcome:
        if self._waiting >= MAX_WAITING:
            return Outcome(error=_lambda_error(TOO_MANY, f"{MAX_WAITING} invocations wait already", ""))
        self._waiting += 1
        try:
            worker = await self._slots.get()
        finally:
            self._waiting -= 1
        fit: Worker | None = None
        try:
            worker, error = await self._fresh(worker)
            outcome = Outcome(error=error) if error else await worker.invoke(event)
            fit = worker if worker.alive else None
        finally:
            # Not reached whole when the caller was cancelled in between: its worker may still be answering, and goes.
            if fit is None and worker is not None:
                self._discard(worker)
            self._slots.put_nowait(fit)
        self.counts["errors" if outcome.error else "answers"] += 1
        self._on_done(self.function.name)
        return outcome

    async def warm(self) -> Mapping[str, Any] | None:
        """Starts one worker ahead of its first invocation. Answers the error that came to, if any."""
        worker, error = await self._fresh(await self._slots.get())
        self._slots.put_nowait(None if error else worker)
        return error

    async def stop(self) -> None:
        await asyncio.gather(*(worker.kill() for worker in list(self._living)))
        self._living.clear()

    @property
    def running(self) -> int:
        return sum(worker.alive for worker in self._living)

    async def _fresh(self, worker: Worker | None) -> tuple[Worker, Mapping[str, Any] | None]:
        """A worker made of the files as they are now."""
        version = self._sources.version(self.function.folder)
        if worker and worker.alive and worker.version == version:
            return worker, None
        if worker:
            self._discard(worker)
        worker = await Worker.start(self.function, self._launch, version)
        self._living.add(worker)
        error: Mapping[str, Any] | None = None
        ready = False
        try:
            error = await worker.ready()
            ready = error is None
        finally:
            if not ready:
                self._discard(worker)
        if error:
            name, trace = self.function.folder.name, "".join(error["stackTrace"])
            say(f"{name} | does not start: {error['errorType']}: {error['errorMessage']}\n{trace}")
        return worker, error

    def _discard(self, worker: Worker) -> None:
        self._living.discard(worker)
        _keep(asyncio.create_task(worker.kill()))


@dataclass
class Workers:
    """All pools. `on_done` is told the name of each function that has finished an invocation."""

    template: Template
    launch: Launch
    sources: Sources
    on_done: list[Callable[[str], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pools = {
            name: Pool(function, self.launch, self.sources, self._done)
            for name, function in self.template.functions.items()
        }

    async def invoke(self, function: str, event: Any) -> Outcome:
        return await self.pools[function].invoke(event)

    async def warm(self) -> dict[str, Mapping[str, Any]]:
        """One worker of each function, as many at a time as there are processors; the errors by function."""
        turns = asyncio.Semaphore(os.cpu_count() or 1)

        async def one(pool: Pool) -> Mapping[str, Any] | None:
            async with turns:
                return await pool.warm()

        errors = await asyncio.gather(*(one(pool) for pool in self.pools.values()))
        return {name: error for name, error in zip(self.pools, errors, strict=True) if error}

    async def stop(self) -> None:
        await asyncio.gather(*(pool.stop() for pool in self.pools.values()))

    def _done(self, function: str) -> None:
        for tell in self.on_done:
            tell(function)


_ending: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    """The event loop holds tasks weakly; this one has to finish."""
    _ending.add(task)
    task.add_done_callback(_ending.discard)


def _lambda_error(kind: str, message: str, request_id: str) -> dict[str, Any]:
    return {"errorType": kind, "errorMessage": message, "requestId": request_id, "stackTrace": []}
