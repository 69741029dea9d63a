"""What is in an artefact, and what must not be."""

from __future__ import annotations

import re
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.pages import render

from local.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.template import Template
    from tools.emulator import Runtime

LOCAL_ONLY = (b"broadsheet.example", b"/_local")
"""The domain of the accounts with a known password, and the doors of the local run."""
COMPILED = "broadsheet/pages/compiled/"
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)")


def contents(folder: Path) -> set[str]:
    """Files by their path, but for bytecode."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


def sources(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*.py")) if path.is_file())


def test_a_function_holds_only_its_own_code(artefacts: Path, template: Template) -> None:
    for function in template.functions.values():
        assert contents(artefacts / function.name) == contents(function.folder)


def test_the_shared_layer_holds_only_the_package(artefacts: Path) -> None:
    layer = artefacts / "SharedLayer" / "python"
    assert {path.name for path in layer.iterdir()} == {"broadsheet"}
    made = {path for path in contents(layer) if path.startswith(COMPILED)}
    assert contents(layer) - made == contents(ROOT / "layers" / "shared")
    assert len(made) == len(list(render.TEMPLATES.iterdir())), "each template is compiled, and nothing else is"
    assert (layer / "broadsheet" / "site.json").exists()


def test_the_dependencies_layer_holds_what_is_pinned_and_no_sdk(artefacts: Path) -> None:
    layer = artefacts / "DependenciesLayer" / "python"
    lines = (ROOT / "layers" / "dependencies" / "requirements.txt").read_text("utf-8").splitlines()
    pinned = {f"{found[1]}-{found[2]}".replace("-", "_").lower() for line in lines if (found := PINNED.match(line))}
    installed = {path.name.removesuffix(".dist-info").replace("-", "_").lower() for path in layer.glob("*.dist-info")}
    assert installed == pinned
    assert not {path.name for path in layer.iterdir()} & {"boto3", "botocore", "s3transfer", "awscrt"}


def test_nothing_of_the_local_run_is_deployed(artefacts: Path) -> None:
    for path in artefacts.rglob("*"):
        assert path.name not in {"local", "demo"}, path
        if path.is_file() and path.name != "template.yaml":
            content = path.read_bytes()
            assert not [word for word in LOCAL_ONLY if word in content], path


def test_every_module_has_bytecode_that_is_never_checked_against_its_source(runtime: Runtime) -> None:
    """PEP 552: flags 0b01 in the second word. A check would cost a read and a hash of each source at every start."""
    tag = f"cpython-{runtime.python.name.removeprefix('python').replace('.', '')}"
    for path in sources(runtime.artefacts):
        here = Path(cache_from_source(str(path)))
        compiled = here.with_name(re.sub(r"cpython-\d+", tag, here.name))
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 1, path


def test_the_same_sources_are_built_once(built: Callable[[str, str], Path], artefacts: Path) -> None:
    before = (artefacts / "template.yaml").stat().st_mtime_ns
    runtime, architecture = artefacts.parent.name.split("-")
    assert built(runtime, architecture) == artefacts
    assert (artefacts / "template.yaml").stat().st_mtime_ns == before
