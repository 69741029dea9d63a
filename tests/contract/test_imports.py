"""What each part may import: readers pay for nothing that only writers need, and nothing can fail at import."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from local.template import ROOT, Template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTIONS = sorted(Template.load().functions)
READERS = {
    "articles",
    "clock",
    "cursors",
    "discussions",
    "errors",
    "filling",
    "front",
    "http",
    "keys",
    "languages",
    "listings",
    "observability",
    "packing",
    "prepared",
    "settings",
    "site",
    "slugs",
    "table",
    "threads",
    "whys",
}
"""All of broadsheet that the readers' function loads. It grows by decision only."""
LATE = {"argon2", "linkify_it", "markdown_it", "jinja2", "zxcvbn"}
"""Loaded by the request that needs them."""
WRITERS_PACKAGES = ("pydantic", "pydantic_core", "nh3", "ulid", "cryptography", *LATE)
NOBODYS = ("boto3", "local", "tests", "contract", "moto", "yaml")
PROBE = """
import importlib.util, json, os, sys
import botocore.session

app, root = sys.argv[1:]
asked, clients = [], []
read, create = os._Environ.__getitem__, botocore.session.Session.create_client

def note(environment, name):
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith("<frozen"):  # Mapping.get and os.getenv
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(root) and "site-packages" not in frame.f_code.co_filename:
        asked.append(name)
    return read(environment, name)

os._Environ.__getitem__ = note
botocore.session.Session.create_client = lambda *given, **named: clients.append(given) or create(*given, **named)
spec = importlib.util.spec_from_file_location("app", app)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
assert callable(module.handler)
print(json.dumps({"modules": sorted(sys.modules), "clients": len(clients), "environment": asked}))
"""
"""Notes what is read from the environment by our own code; packages may look for what they like."""


@cache
def imported(function: str) -> Any:
    """What a fresh process with no environment at all has after importing a function."""
    app = Template.load().functions[function].folder / "app.py"
    path = os.pathsep.join([str(ROOT / "layers" / "shared"), *(each for each in sys.path if "site-packages" in each)])
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {path.split(os.pathsep)!r}\n{PROBE}"]
    done = subprocess.run(
        [*command, str(app), str(ROOT)], env={}, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def of_broadsheet(function: str) -> set[str]:
    return {name.partition(".")[2] for name in imported(function)["modules"] if name.startswith("broadsheet.")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_function_needs_no_environment_and_makes_no_client(function: str) -> None:
    assert imported(function)["clients"] == 0
    assert imported(function)["environment"] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_loads_what_is_never_deployed(function: str) -> None:
    loaded = {name.partition(".")[0] for name in imported(function)["modules"]}
    assert not loaded & set(NOBODYS)


def test_readers_load_exactly_this_of_broadsheet_and_no_writers_package() -> None:
    assert of_broadsheet("ArticlesFunction") == READERS
    loaded = {name.partition(".")[0] for name in imported("ArticlesFunction")["modules"]}
    assert not loaded & set(WRITERS_PACKAGES)


@pytest.mark.parametrize("function", ["BuildListsFunction", "TallyFunction"])
def test_what_builds_and_counts_loads_no_writers_package_but_that_of_ids(function: str) -> None:
    loaded = {name.partition(".")[0] for name in imported(function)["modules"]}
    assert loaded & set(WRITERS_PACKAGES) == {"ulid"}


def test_the_beacon_loads_no_writers_package() -> None:
    loaded = {name.partition(".")[0] for name in imported("ReadsFunction")["modules"]}
    assert not loaded & set(WRITERS_PACKAGES)


AT_ONCE = {"PagesFunction": {"jinja2"}}
"""What every request of a function needs."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_large_waits_until_somebody_needs_it(function: str) -> None:
    loaded = {name.partition(".")[0] for name in imported(function)["modules"]}
    assert LATE & loaded == AT_ONCE.get(function, set())


def test_pages_load_no_writers_package_and_no_feed_writer_unasked() -> None:
    loaded = {name.partition(".")[0] for name in imported("PagesFunction")["modules"]}
    assert loaded & {*WRITERS_PACKAGES, "feedgenerator", "babel"} == AT_ONCE["PagesFunction"]


def test_only_table_knows_botocore() -> None:
    knowing = {path.name for path in _sources() if {"botocore", "boto3"} & set(_imports(path))}
    assert knowing == {"table.py"}


def test_functions_import_broadsheet_and_packages_only() -> None:
    packages = {"aws_lambda_powertools"}
    for path in (ROOT / "functions").rglob("*.py"):
        strangers = set(_imports(path)) - packages - {"broadsheet"} - sys.stdlib_module_names
        assert not strangers, f"{path.parent.name} imports {strangers}"


def test_broadsheet_imports_nothing_that_is_not_deployed() -> None:
    packages = {
        "aws_lambda_powertools",
        "argon2",
        "botocore",
        "feedgenerator",
        "jinja2",
        "markdown_it",
        "markupsafe",
        "nh3",
        "pydantic",
        "pydantic_core",
        "ulid",
        "zxcvbn",
    }
    for path in (ROOT / "layers" / "shared" / "broadsheet").rglob("*.py"):
        strangers = set(_imports(path)) - packages - {"broadsheet"} - sys.stdlib_module_names
        assert not strangers, f"{path.name} imports {strangers}"


def _sources() -> Iterator[Path]:
    for folder in ("functions", "layers/shared"):
        yield from (ROOT / folder).rglob("*.py")


def _imports(path: Path) -> Iterator[str]:
    """First names of absolute imports, wherever in the file they stand."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]
