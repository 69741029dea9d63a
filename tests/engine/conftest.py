"""The stage on the real engine: one dynoxide for the session, fresh tables for every test, and instances as processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from broadsheet import articles, reads, settings, table

from local import engine as engines
from local.guard import EVENT, SERVICES, Guard
from local.template import Template, create
from tests.engine import sabotage
from tests.engine.instances import Instances
from tests.meter import Meter
from tests.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.engine import Engine
    from tests.post import Post

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""In the tables' names, so that no two that run at once can ever mean the same ones."""
MEMORY, ROOM = Path("/dev/shm"), 1 << 30

hypothesis.settings.register_profile("gate", derandomize=True, database=None)
hypothesis.settings.register_profile("fuzz", max_examples=150, database=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


class NoMeter(Meter):
    """Threads share the client, so no call belongs to one request."""

    def attach(self, client: Any) -> None:
        pass


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The engine's folder: in memory where there is room, since no test here takes the engine's own disk away."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM or not os.access(MEMORY, os.W_OK):
        yield tmp_path_factory.mktemp("engine")
        return
    with tempfile.TemporaryDirectory(prefix="broadsheet-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def engine(environment: None, data: Path) -> Iterator[Engine]:
    """One for each process that runs tests: its port is any that is free, and its folder is its own."""
    with asyncio.Runner() as runner:
        held = AsyncExitStack()
        descriptor = runner.run(held.enter_async_context(engines.lock(data)))
        started = runner.run(engines.start(data, descriptor))
        assert started.name != "moto", "these tests need the engine itself: npm ci, or DYNAMODB_ENDPOINT"
        yield started
        runner.run(started.stop())
        runner.run(held.aclose())


@pytest.fixture(scope="session")
def clients(engine: Engine, post: Post) -> Iterator[dict[str, Any]]:
    """As `table.client` makes them, kept for the session; the streams' takes the engine's short sequence numbers."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in engine.environment().items():
            patch.setenv(name, value)
        local = engines.Clients.of(engine.endpoint)
        made = {service: table.client.__wrapped__(service) for service in SERVICES} | {"dynamodbstreams": local.streams}
    yield made
    for service in SERVICES:
        made[service].close()
    local.close()


@pytest.fixture(scope="session")
def parent(engine: Engine) -> Iterator[Instances]:
    started = Instances(engine.environment())
    yield started
    started.close()


@pytest.fixture
def stage(clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch, post: Post, tmp_path: Path) -> Iterator[Stage]:
    """Fresh tables, told apart by the stage in their names, and empty queues."""
    with new_stage(clients, monkeypatch) as stage:
        post.begin(stage.template, tmp_path / "post")
        stage.post = post
        yield stage


_stages = 0


class new_stage:  # noqa: N801  used as a function
    def __init__(self, clients: dict[str, Any], patch: pytest.MonkeyPatch) -> None:
        self.clients, self.patch = clients, patch

    def __enter__(self) -> Stage:
        global _stages  # noqa: PLW0603
        _stages += 1
        template = Template.load(parameters={"Stage": f"{WORKER}t{_stages}", "SiteOrigin": "https://news.example"})
        for function in ("BuildListsFunction", "NewsroomFunction"):
            for name, value in template.functions[function].environment.items():
                self.patch.setenv(name, value)
        self.patch.setattr(table, "client", lambda service="dynamodb": self.clients[service])
        settings.get.cache_clear()
        articles.forget()
        reads.forget()
        create(self.clients["dynamodb"], list(template.tables.values()))
        self.guard = Guard(template)
        for service in SERVICES:
            self.guard.attach(self.clients[service])
        return Stage(template, self.guard, NoMeter())

    def __exit__(self, *_: object) -> None:
        for service in SERVICES:
            self.clients[service].meta.events.unregister(EVENT, unique_id=f"guard-{id(self.guard)}")
        settings.get.cache_clear()


@pytest.fixture
def instances(stage: Stage, parent: Instances) -> Instances:
    """Functions in processes of their own, on this test's tables."""
    parent.environment = dict(stage.template.functions["NewsroomFunction"].environment)
    parent.without = ()
    return parent


@pytest.fixture
def taken_away(
    request: pytest.FixtureRequest, stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guards that this run of the test does without, here and in other processes."""
    sabotage.take_away(request.param, monkeypatch.setattr)
    instances.without = request.param
