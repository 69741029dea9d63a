"""`sam build`, and what it leaves undone: compiled templates and bytecode.

`python -m tools.build [Runtime=python3.12] [Architecture=x86_64]` builds what template.yaml's defaults say, or what is given,
into .aws-sam/build, where `sam deploy` finds it. An artefact follows from its sources: while they stay, it stays.

The templates of the reader's site become Python modules here, so that no instance has to read and compile them.

Lambda's file system is read-only, so what arrives without `.pyc` files is compiled again in every new instance, which doubles
its start-up. They are compiled here by the runtime's own interpreter and marked as never to be checked against the source:
the same sources give the same files, whatever the clock says, and an unchanged layer is not uploaded again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.pages import render

from local import cloudformation

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / ".aws-sam" / "build"
SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
UV = ROOT / ".venv" / "bin" / "uv"
SOURCES = ("template.yaml", "functions", "layers", "tools/build.py", "tools/sam.txt")
STAMP = ".sources"
"""Inside the folder that `sam build` empties: its absence says that bytecode is missing too."""
MOUNTS = {"Layer": "/opt", "Function": "/var/task"}
"""Where Lambda puts an artefact, by the end of its logical id."""


class BuildError(Exception):
    """One sentence for the person at the keyboard."""


def defaults() -> dict[str, str]:
    """Runtime and architecture as the template has them."""
    declared = cloudformation.parse((ROOT / "template.yaml").read_text("utf-8"))["Parameters"]
    return {name: str(declared[name]["Default"]) for name in ("Runtime", "Architecture")}


def build(runtime: str, architecture: str, into: Path = INTO) -> Path:
    """The folder with every function and layer. Builds nothing when the sources are those of last time."""
    stamp, sources = into / STAMP, f"{runtime} {architecture} {digest()}"
    if stamp.exists() and stamp.read_text("utf-8") == sources:
        return into
    python = interpreter(runtime)
    if python is None:
        version = runtime.removeprefix("python")
        raise BuildError(
            f"{runtime} needs Python {version} with pip to build, and there is none here; Runtime=... takes another"
        )
    _sam_build(python, runtime, architecture, into)
    render.compile_into(into / "SharedLayer" / "python" / "broadsheet" / "pages" / "compiled")
    for folder in sorted(into.iterdir()):
        for kind, mount in MOUNTS.items():
            if folder.name.endswith(kind):
                _compile(python, folder, mount)
    stamp.write_text(sources, "utf-8")
    return into


def digest() -> str:
    """Of everything that goes into an artefact."""
    found = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(f"{file.relative_to(ROOT)}\0".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def interpreter(runtime: str) -> Path | None:
    """A real interpreter of that version which has pip; never a shim, which `sam build` cannot use."""
    version = runtime.removeprefix("python")
    return next((real for each in _candidates(version) if (real := _real(each, version))), None)


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    yield Path(sys.base_prefix) / "bin" / name
    yield from (Path(folder) / name for folder in os.get_exec_path())
    pyenv = _output("pyenv", "root") or str(Path.home() / ".pyenv")
    yield from sorted(Path(pyenv).glob(f"versions/{version}*/bin/{name}"))
    if found := _output(str(UV), "python", "find", "--offline", "--no-python-downloads", version):
        yield Path(found)


def _real(candidate: Path, version: str) -> Path | None:
    if not candidate.exists():
        return None
    asked = "import pip, sys; print('%d.%d' % sys.version_info[:2], sys.executable)"
    is_version, _, executable = _output(str(candidate), "-I", "-c", asked).partition(" ")
    real = Path(executable).parent / f"python{version}"
    return real if is_version == version and real.exists() else None


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _sam_build(python: Path, runtime: str, architecture: str, into: Path) -> None:
    if not SAM.exists():
        raise BuildError("the SAM CLI is not installed; `make tools` does it")
    given = [f"Runtime={runtime}", f"Architecture={architecture}"]
    command = [str(SAM), "build", "--build-dir", str(into), "--parameter-overrides", *given]
    environment = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}
    environment.pop("PYTHONPATH", None)
    shutil.rmtree(into, ignore_errors=True)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"sam build failed:\n{done.stdout}{done.stderr}")


def _compile(python: Path, folder: Path, mount: str) -> None:
    """Paths in tracebacks are those on Lambda."""
    how = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", mount]
    subprocess.run([str(python), "-I", "-m", "compileall", *how, str(folder)], check=True)


def main(arguments: list[str]) -> int:
    known = defaults()
    given = dict(each.partition("=")[::2] for each in arguments)
    if unknown := set(given) - set(known):
        print(f"not a parameter of the build: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = {**known, **given}
    try:
        into = build(chosen["Runtime"], chosen["Architecture"])
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    print(f"built for {chosen['Runtime']} on {chosen['Architecture']} in {into.relative_to(ROOT)}")
    if chosen != known:
        print(
            "deploy it with the same: sam deploy --parameter-overrides", *(f"{name}={chosen[name]}" for name in known)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
