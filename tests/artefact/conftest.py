"""What `sam build` made for this machine, and a way to invoke it as Lambda would."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from local import engine
from local.template import ROOT, Template, create_tables
from tools import build, emulator

from .mail_service import MailService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tools.emulator import Emulated, Runtime

BUILDS = ROOT / ".build" / "artefacts"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
"""That of the development environment, whose runtime client is compiled for it."""


LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a line for the end of the run, where it is printed whether or not all went well."""
    return request.config.stash.setdefault(LINES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(f"artefact: {line}")


@pytest.fixture(scope="session", autouse=True)
def _timed(say: Callable[[str], None]) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"the stage took {time.monotonic() - began:.1f} s")


@pytest.fixture(scope="session")
def built(say: Callable[[str], None]) -> Callable[[str, str], Path]:
    """Builds for a runtime and an architecture, once for the same sources, and tells how long it took."""

    def make(runtime: str, architecture: str) -> Path:
        began = time.monotonic()
        into = build.build(runtime, architecture, BUILDS / f"{runtime}-{architecture}" / "build")
        say(f"built for {runtime} on {architecture} in {time.monotonic() - began:.1f} s")
        return into

    return make


@pytest.fixture(scope="session")
def template() -> Template:
    return Template.load(parameters={"Stage": "artefact", "Cdn": "off"})


@pytest.fixture(scope="session")
def artefacts(built: Callable[[str, str], Path]) -> Path:
    return built(RUNTIME, emulator.architecture())


@pytest.fixture(scope="session")
def runtime(artefacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    python = build.interpreter(RUNTIME)
    assert python
    return emulator.Runtime(artefacts, python, emulator.bring(tmp_path_factory.mktemp("runtime")))


@pytest.fixture(scope="session")
def database(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[engine.Engine]:
    """An engine with the template's tables, empty."""
    data = tmp_path_factory.mktemp("data")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        held = runner.run(stack.enter_async_context(engine.lock(data)))
        started = runner.run(engine.start(data, held))
        stack.push_async_callback(started.stop)
        try:
            create_tables(engine.Clients.of(started.endpoint).database, template)
            yield started
        finally:
            runner.run(stack.aclose())


@pytest.fixture(scope="session")
def mail_service() -> Iterator[MailService]:
    with MailService() as service:
        yield service


@pytest.fixture(scope="session")
def invoke(
    runtime: Runtime,
    template: Template,
    database: engine.Engine,
    mail_service: MailService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str, str], Any]]:
    """Sends events/<function>/<event>.json to the function of that folder; it is started once and then stays warm."""
    logs = tmp_path_factory.mktemp("logs")
    functions = {function.folder.name: function for function in template.functions.values()}
    started: dict[str, Emulated] = {}
    reachable = {**database.environment(), "AWS_ENDPOINT_URL_SESV2": mail_service.endpoint}
    with ExitStack() as stack:

        def send(folder: str, event: str) -> Any:
            if folder not in started:
                context = emulator.running(runtime, functions[folder], reachable, logs / f"{folder}.log")
                started[folder] = stack.enter_context(context)
            path = ROOT / "events" / folder / f"{event}.json"
            return started[folder].invoke(json.loads(path.read_text("utf-8")))

        yield send
