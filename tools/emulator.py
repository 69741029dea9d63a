"""A built function under AWS's Runtime Interface Emulator, without Docker.

The one idea: only what Lambda's runtime brings (the runtime client, botocore and what they need) comes from the development
environment, by links in a folder of its own; the interpreter starts without site-packages, so that everything else has to be
in the function or in a layer, or is missed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .build import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.template import Function

BROUGHT_BY_LAMBDA = ("awslambdaric", "botocore")
LAYERS = ("DependenciesLayer", "SharedLayer")
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
PATIENCE = 20.0


def architecture() -> str:
    """This machine's, as the template calls it."""
    return MACHINES[platform.machine().lower()]


def emulator() -> Path:
    """The emulator that comes with the SAM CLI."""
    found = sorted(
        (ROOT / ".tools" / "sam").glob(f"lib/*/site-packages/samcli/local/rapid/aws-lambda-rie-{architecture()}")
    )
    if not found:
        raise FileNotFoundError("the Runtime Interface Emulator comes with the SAM CLI; `make tools` installs it")
    if not os.access(found[0], os.X_OK):
        found[0].chmod(0o755)
    return found[0]


@dataclass(frozen=True)
class Runtime:
    """How Lambda would start functions: the interpreter, and what is on its path beside the function."""

    artefacts: Path
    python: Path
    brought: Path
    """A folder that `bring` made."""

    def command(self, *arguments: str) -> list[str]:
        return [str(self.python), "-S", "-s", *arguments]

    def environment(self, function: Function, others: Mapping[str, str]) -> dict[str, str]:
        """What a function sees on Lambda. `others` lead it to a database."""
        task = self.artefacts / function.name
        path = [task, *(self.artefacts / layer / "python" for layer in LAYERS), self.brought]
        return {
            **function.environment,
            **others,
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "PYTHONDONTWRITEBYTECODE": "1",  # /opt and /var/task are read-only
            "LAMBDA_TASK_ROOT": str(task),
            "LAMBDA_RUNTIME_DIR": str(self.brought),
            "_HANDLER": function.handler,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "TZ": ":UTC",
        }


def bring(into: Path) -> Path:
    """Links in `into` to the packages that Lambda's runtime has, and to nothing else."""
    into.mkdir(parents=True, exist_ok=True)
    for name in _with_requirements(BROUGHT_BY_LAMBDA):
        for file in importlib.metadata.files(name) or []:
            top = file.parts[0]
            if top not in {"..", "__pycache__"} and not (into / top).exists():
                (into / top).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / top)
    return into


def _with_requirements(names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            required = importlib.metadata.requires(name) or []
            waiting += [re.split(r"[^\w.-]", each)[0] for each in required if "extra ==" not in each]
    return found


@dataclass
class Emulated:
    """A function that can be invoked."""

    url: str
    log: Path

    def invoke(self, event: Any) -> Any:
        request = urllib.request.Request(self.url, json.dumps(event).encode(), method="POST")  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read())


@contextmanager
def running(runtime: Runtime, function: Function, others: Mapping[str, str], log: Path) -> Iterator[Emulated]:
    """The function, listening. Its first invocation starts the interpreter, as a new instance does."""
    front, back = _free_port(), _free_port()
    addresses = [
        "--runtime-interface-emulator-address",
        f"127.0.0.1:{front}",
        "--runtime-api-address",
        f"127.0.0.1:{back}",
    ]
    start = runtime.command("-m", "awslambdaric", function.handler)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(emulator()), "--log-level", "error", *addresses, *start],
            env=runtime.environment(function, others),
            cwd=runtime.artefacts / function.name,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _listening(front, process, log)
        yield Emulated(f"http://127.0.0.1:{front}/2015-03-31/functions/function/invocations", log)
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the emulator does not listen:\n{log.read_text('utf-8', 'replace')}") from None
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
