"""The stage for tests through the handlers: moto in this process, tables and roles from `template.yaml`."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import hypothesis
import pytest
from broadsheet import articles, clock, passwords, reads, settings, table
from moto import mock_aws

from local.guard import SERVICES, Guard
from local.template import Template, create_tables

from . import answers, budgets, direct_moto, quick_moto, site
from .mailbox import Outbound
from .meter import Meter
from .post import Post
from .stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

ORIGIN = "https://news.example"
REGION = "eu-west-1"

hypothesis.settings.register_profile("gate", derandomize=True, deadline=None, max_examples=60, database=None)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=3000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


@pytest.fixture(scope="session")
def template() -> Template:
    return Template.load(parameters={"Stage": "test", "SiteOrigin": ORIGIN})


@pytest.fixture(scope="session")
def guard(template: Template) -> Guard:
    return Guard(template)


@pytest.fixture(scope="session", autouse=True)
def environment(template: Template) -> Iterator[None]:
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "POWERTOOLS_DEV": "false",
        "THROTTLES": "on",
        **template.functions["BuildListsFunction"].environment,
        **template.functions["NewsroomFunction"].environment,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, str(value))
        yield


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Real argon2id at its lowest cost; the real cost is measured in bench/."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "MEMORY_KIB", 8)
        patch.setattr(passwords, "PASSES", 1)
        yield


@pytest.fixture(scope="session")
def outbound() -> Outbound:
    """The one way out of this process for mail; it begins empty with each stage."""
    way = Outbound()
    way.everywhere()
    return way


@pytest.fixture(scope="session")
def post() -> Post:
    """Queues and the bus; they begin empty with each stage."""
    way = Post()
    way.everywhere()
    return way


@pytest.fixture(scope="session")
def clients(outbound: Outbound, post: Post) -> Callable[..., Any]:
    """Botocore's clients, made once: making one takes longer than most tests. They speak to moto and nobody else."""

    make = table.client.__wrapped__

    @cache
    def made(service: str) -> Any:
        client = make(service)
        direct_moto.attach(client)
        return client

    return lambda service="dynamodb": made(service)


@pytest.fixture(scope="session")
def tables(template: Template, clients: Callable[..., Any]) -> dict[str, Any]:
    """The tables as they are made, as moto holds them: each stage begins with a copy."""
    with mock_aws():
        create_tables(clients(), template)
        return quick_moto.tables(REGION)


@pytest.fixture(scope="session")
def ways(outbound: Outbound, post: Post, clients: Callable[..., Any], tables: dict[str, Any]) -> Ways:
    return Ways(outbound, post, clients, tables)


class Ways(NamedTuple):
    """Out of this process; none of them leaves the machine."""

    outbound: Outbound
    post: Post
    clients: Callable[..., Any]
    tables: dict[str, Any]


@contextmanager
def raised(template: Template, guard: Guard, ways: Ways, folder: Path) -> Iterator[Stage]:
    """A stage with empty tables and queues."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        quick_moto.quicken(patch)
        patch.setattr(table, "client", ways.clients)
        settings.get.cache_clear()
        articles.forget()
        reads.forget()
        quick_moto.begin_with(ways.tables, REGION)
        meter = Meter()
        meter.attach(table.client())
        for service in SERVICES:
            guard.attach(table.client(service))
        ways.outbound.empty()
        ways.post.begin(template, folder)
        judges = (answers.documented, site.sound, budgets.within_calls)
        yield Stage(template, guard, meter, ways.outbound, ways.post, judges=judges)
        meter.detach(table.client())


@pytest.fixture
def stage(template: Template, guard: Guard, ways: Ways, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with raised(template, guard, ways, tmp_path_factory.mktemp("post")) as made:
        yield made


@pytest.fixture(scope="module")
def shared_stage(
    template: Template, guard: Guard, ways: Ways, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """For a module of tests that leave nothing behind and use no other."""
    with raised(template, guard, ways, tmp_path_factory.mktemp("post")) as made:
        yield made


class Clock:
    """The time as tests turn it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock(clock.now())
    monkeypatch.setattr(clock, "now", turned)
    return turned
