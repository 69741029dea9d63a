"""The build that is deployed when nothing is said: it cannot run here, but what was compiled can be looked at.

Where its interpreter is not on this machine, the wheels that the same requirements get for that runtime and architecture
are looked at instead, and the end of the run says so.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from local.template import ROOT
from tools import build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ELF_MACHINES = {"arm64": 183, "x86_64": 62}
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
GLIBC = "manylinux_2_28"
"""Amazon Linux 2023 has 2.34; this is the newest that wheels are commonly built for."""
COMPILED = {"pydantic_core", "nh3", "markupsafe", "_argon2_cffi_bindings", "_cffi_backend"}


@pytest.fixture(scope="module")
def defaults() -> dict[str, str]:
    return build.defaults()


@pytest.fixture(scope="module")
def packages(
    defaults: dict[str, str],
    built: Callable[[str, str], Path],
    say: Callable[[str], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    runtime, architecture = defaults["Runtime"], defaults["Architecture"]
    if build.interpreter(runtime):
        return built(runtime, architecture) / "DependenciesLayer" / "python"
    say(f"no {runtime} with pip on this machine: the default build is not made, its wheels are looked at")
    return wheels(runtime, architecture, tmp_path_factory.mktemp("wheels"))


def wheels(runtime: str, architecture: str, into: Path) -> Path:
    """What the requirements become for another interpreter and machine."""
    target = [
        "--python-version",
        runtime.removeprefix("python"),
        "--python-platform",
        f"{MACHINES[architecture]}-{GLIBC}",
    ]
    requirements = str(ROOT / "layers" / "dependencies" / "requirements.txt")
    command = [str(build.UV), "pip", "install", "--quiet", "--target", str(into), *target]
    command += ["--only-binary", ":all:", "--requirement", requirements]
    # With the system's certificates, and where those are none with uv's own: as `make setup` does.
    if subprocess.run([*command, "--system-certs"], cwd=ROOT, check=False, capture_output=True).returncode:
        subprocess.run(command, cwd=ROOT, check=True)
    return into


def test_what_is_compiled_is_for_the_default_runtime_and_architecture(packages: Path, defaults: dict[str, str]) -> None:
    check(packages, defaults["Runtime"], defaults["Architecture"])


def test_the_wheels_alone_tell_the_same(defaults: dict[str, str], tmp_path: Path) -> None:
    """The way taken where the interpreter is missing works too, whether or not it is taken here."""
    runtime, architecture = defaults["Runtime"], defaults["Architecture"]
    check(wheels(runtime, architecture, tmp_path), runtime, architecture)


def check(packages: Path, runtime: str, architecture: str) -> None:
    libraries = sorted(packages.rglob("*.so"))
    assert {path.relative_to(packages).parts[0].split(".")[0] for path in libraries} == COMPILED
    tag = f".cpython-{runtime.removeprefix('python').replace('.', '')}-{MACHINES[architecture]}-linux-gnu.so"
    for path in libraries:
        assert path.name.endswith((tag, ".abi3.so")), path.name
        assert elf_machine(path) == ELF_MACHINES[architecture], path.name


def elf_machine(path: Path) -> int:
    """`e_machine` of an ELF header, which is little-endian on both."""
    header = path.read_bytes()[:20]
    assert header[:4] == b"\x7fELF"
    return int.from_bytes(header[18:20], "little")
