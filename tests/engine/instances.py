"""Function instances as separate processes, as Lambda has them: forked from one that has everything loaded.

`python -m tests.engine.instances` is the parent of them all; it never makes a call itself, so a child shares no
connection with anybody. A child can be told to stop before its first write until all have read, and to die at its nth
call: SIGKILL, nothing is cleaned up.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local import http_events, tether
from local.routes import Routes
from local.worker import Context
from tests.engine import sabotage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.template import Template

ROOT = Path(__file__).resolve().parent.parent.parent
WRITES = {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}
PATIENCE = 30.0
FUNCTIONS = (
    "newsroom",
    "login",
    "send_mail",
    "forget",
    "publish_due",
    "build_lists",
    "articles",
    "comments",
    "tally",
)
LATE = ("argon2", "zxcvbn", "jinja2", "markdown_it", "linkify_it")
"""What functions load when they need it; here once for all children."""


@dataclass(frozen=True)
class Run:
    """One invocation."""

    function: str
    """Its folder."""
    event: Any
    now: str = ""
    """What its clock says, where that is not the real time."""
    dies: str = ""
    """`before` or `after` its call number `call`; `lost` cuts the connection when that call was carried out."""
    call: int = 0
    waits: int = 0
    """The call before which it waits for the others, where that is not its first write."""


@dataclass(frozen=True)
class Outcome:
    answer: Any
    """What the handler returned; None for one that died."""
    calls: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def status(self) -> int:
        assert not self.error, self.error
        assert self.answer, "it died"
        return int(self.answer["statusCode"])

    @property
    def json(self) -> Any:
        assert self.answer, self.error or "it died"
        return json.loads(self.answer["body"])

    @property
    def died(self) -> bool:
        return self.answer is None and not self.error


def request(
    template: Template, method: str, path: str, send: Any = None, *, token: str, version: int | None = None, **more: Any
) -> Run:
    """The invocation that a client's request becomes. `now`, `dies` and `call` are the run's, all else are headers."""
    of_run = {name: more.pop(name) for name in ("now", "dies", "call", "waits") if name in more}
    headers = {"host": "news.example", "content-type": "application/json", "authorization": f"Bearer {token}"}
    headers |= {"if-match": f'"{version}"'} if version is not None else {}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    body = b"" if send is None else json.dumps(send).encode()
    asked = http_events.Request(method, path, "", list(headers.items()), body, "203.0.113.9", 443)
    matched = Routes(template).match(method, path)
    assert matched
    route, function, parameters = matched
    return Run(function.folder.name, http_events.event(asked, route, parameters), **of_run)


class Instances:
    """The tests' end: starts the parent process and sends it rounds of runs."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {name: value for name, value in environment.items() if name.endswith("_TABLE")}
        self.without: tuple[str, ...] = ()
        self._process = subprocess.Popen(
            tether.command(sys.executable, "-m", "tests.engine.instances"),
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'shared'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *runs: Run, meet: bool = False, in_turn: bool = False) -> list[Outcome]:
        """All at once, each in a process of its own.

        `meet`: nobody writes before everybody has read. `in_turn`: and then they go on one after the other.
        """
        order = {
            "environment": self.environment,
            "without": self.without,
            "runs": [asdict(run) for run in runs],
            "meet": meet or in_turn,
            "in_turn": in_turn,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the instances' parent has ended"
        return [Outcome(**outcome) for outcome in json.loads(line)]

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()


# ---------------------------------------------------------------- the parent process


@dataclass
class Child:
    pid: int
    tells: int
    """It is here that it says it is ready, then what came of it."""
    gate: int
    heard: bytes = b""
    ended: bool = False

    def ready(self) -> bool:
        return self.ended or bool(self.heard)

    def open_gate(self) -> None:
        with suppress(BrokenPipeError):  # it had nothing to write and is gone
            os.write(self.gate, b"!")


def main() -> None:
    from broadsheet import table

    told = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # functions log to standard output
    handlers = {name: _handler(name) for name in FUNCTIONS}
    table.client()
    for name in LATE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        children = [_fork(order, run, handlers) for run in order["runs"]]
        if order["in_turn"]:
            _listen(children, Child.ready)
            for child in children:
                child.open_gate()
                _listen([child], lambda one: one.ended)
        else:
            _listen(children, Child.ready)
            for child in children:
                child.open_gate()
            _listen(children, lambda one: one.ended)
        print(json.dumps([_outcome(child) for child in children]), file=told, flush=True)


def _handler(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"instance_{name}", ROOT / "functions" / name / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.handler


def _fork(order: dict[str, Any], run: dict[str, Any], handlers: dict[str, Any]) -> Child:
    (hears, tells), (waits, gate) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid:
        os.close(tells)
        os.close(waits)
        return Child(pid, hears, gate)
    try:
        os.write(tells, b"r" + json.dumps(_answer(order, Run(**run), handlers, tells, waits)).encode())
    finally:
        os._exit(0)


def _listen(children: list[Child], until: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while waiting := [child for child in children if not until(child)]:
        readable, _, _ = select.select(
            [child.tells for child in waiting], [], [], max(0.0, deadline - time.monotonic())
        )
        if not readable:
            for child in waiting:
                os.kill(child.pid, signal.SIGKILL)
        for child in waiting:
            if child.tells in readable:
                heard = os.read(child.tells, 1 << 20)
                child.heard += heard
                child.ended = not heard


def _outcome(child: Child) -> dict[str, Any]:
    os.close(child.tells)
    os.close(child.gate)
    _, status = os.waitpid(child.pid, 0)
    told = child.heard.lstrip(b"r")
    if not told:
        return {"answer": None, "error": "" if os.WIFSIGNALED(status) else "it ended without an answer"}
    return json.loads(told)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- a child


def _answer(order: dict[str, Any], run: Run, handlers: dict[str, Any], tells: int, waits: int) -> dict[str, Any]:
    from broadsheet import clock, passwords, settings, table

    os.environ.update(order["environment"])
    settings.get.cache_clear()
    passwords.MEMORY_KIB, passwords.PASSES = 8, 1
    if run.now:
        clock.now = lambda: datetime.fromisoformat(run.now)
    sabotage.take_away(order["without"], setattr)
    calls: list[str] = []
    _watch(table.client(), run, calls, order["meet"], tells, waits)
    context = Context(
        run.function, "512", f"arn:aws:lambda:eu-west-1:1:function:{run.function}", "test", time.time() + 60
    )
    try:
        return {"answer": handlers[run.function](run.event, context), "calls": calls}
    except Exception as error:
        return {"answer": None, "error": repr(error), "calls": calls}


def _watch(client: Any, run: Run, calls: list[str], meet: bool, tells: int, waits: int) -> None:
    """Stands at every call: to wait, to die, or to lose the answer."""
    if not meet:
        os.write(tells, b"r")
        os.read(waits, 1)

    def before(model: Any, **_: Any) -> None:
        first_write = model.name in WRITES and not set(calls) & WRITES
        if meet and (len(calls) + 1 == run.waits if run.waits else first_write):
            os.write(tells, b"r")
            os.read(waits, 1)
        calls.append(model.name)
        if (run.dies, run.call) == ("before", len(calls)):
            os.kill(os.getpid(), signal.SIGKILL)

    def after(**_: Any) -> None:
        if (run.dies, run.call) == ("after", len(calls)):
            os.kill(os.getpid(), signal.SIGKILL)

    client.meta.events.register("before-call.dynamodb", before)
    client.meta.events.register("after-call.dynamodb", after)
    if run.dies == "lost":
        lose(client, lambda: len(calls) == run.call)


def lose(client: Any, now: Any) -> list[str]:
    """Has the connection break when the engine has carried a call out but nobody has heard its answer, once."""
    from botocore.exceptions import ConnectionClosedError
    from botocore.httpsession import URLLib3Session

    lost: list[str] = []

    def before_send(request: Any, **_: Any) -> None:
        if not lost and now():
            lost.append(request.url)
            answer = URLLib3Session().send(request)
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=answer.status_code)

    client.meta.events.register("before-send.dynamodb", before_send)
    return lost


if __name__ == "__main__":
    main()
