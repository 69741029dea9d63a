"""`make sam-local`: the same template under `sam local start-api`, for machines with Docker.

The functions run in Lambda's own images there; the database is the local run's, reached from the containers. SAM runs no
streams and no schedules: those are `make run`'s.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import cloudformation, engine, knobs, seeding
from .engine import Clients
from .knobs import CannotRun
from .template import PATH, ROOT, Template, create_tables
from .workers import Launch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .knobs import Knobs

SAM = ROOT / ".tools" / "bin" / "sam"
FROM_CONTAINER = "host.docker.internal"
BUILD = ROOT / ".aws-sam" / "local"
RUNTIMES = range(11, 14)


def main() -> int:
    try:
        asyncio.run(_run(knobs.read(os.environ)))
    except CannotRun as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _run(settings: Knobs) -> None:
    bridge, sam = _bridge(), _sam()
    template = Template.load(PATH, settings.parameters)
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(engine.lock(settings.data))
        database = await engine.start(settings.data, held, host=bridge)
        stack.push_async_callback(database.stop)
        await asyncio.to_thread(create_tables, Clients.of(database.endpoint).database, template)
        environment = {**database.environment(), "THROTTLES": settings.throttles}
        await seeding.run(Launch(PATH, settings.parameters, environment), template, settings.seed, settings.data)
        variables = settings.data / "sam-environment.json"
        variables.write_text(json.dumps(container_environment(template, environment)), "utf-8")
        await asyncio.to_thread(_build_and_serve, sam, settings, environment, variables, bridge)


def _sam() -> str:
    found = str(SAM) if SAM.exists() else shutil.which("sam")
    if not found:
        raise CannotRun("the SAM CLI is not there; `make tools` installs it.")
    return found


def _bridge() -> str:
    """The address at which containers reach this machine. Raises CannotRun where Docker does not answer."""
    if not shutil.which("docker"):
        raise CannotRun("Docker is not installed, and sam local runs the functions in it; make run does without.")
    asked = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False)
    except subprocess.TimeoutExpired:
        raise CannotRun("Docker does not answer; is it running? make run does without it.") from None
    if answer.returncode:
        raise CannotRun("Docker is not reachable; is it running? make run does without it.")
    # Docker Desktop hands the machine's own loopback to its containers; on Linux they come over the bridge.
    return answer.stdout.strip() if platform.system() == "Linux" else "127.0.0.1"


def container_environment(template: Template, environment: Mapping[str, str]) -> dict[str, Any]:
    """What `--env-vars` wants: for each function, values for the variables that its template declares."""
    inside = {
        name: re.sub(r"://[^:/]+", f"://{FROM_CONTAINER}", value) if name.startswith("AWS_ENDPOINT") else value
        for name, value in environment.items()
    }
    return {name: {**function.environment, **inside} for name, function in template.functions.items()}


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """This machine's own interpreter and architecture, so that `sam build` needs nothing else."""
    minor = sys.version_info.minor if sys.version_info.minor in RUNTIMES else RUNTIMES[-1]
    architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    values = {**parameters, "Runtime": f"python3.{minor}", "Architecture": architecture}
    return [f"{name}={value}" for name, value in values.items()]


def declaring(document: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The template with these variables declared: SAM passes on no others, whatever `--env-vars` says."""
    function = document.setdefault("Globals", {}).setdefault("Function", {})
    variables = function.setdefault("Environment", {}).setdefault("Variables", {})
    for name in names:
        variables.setdefault(name, "")
    return document


def _build_and_serve(sam: str, settings: Knobs, environment: Mapping[str, str], variables: Path, bridge: str) -> None:
    given = ["--parameter-overrides", *overrides(settings.parameters)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {**os.environ, "SAM_CLI_TELEMETRY": "0", "PATH": path}
    build = [sam, "build", "--template", str(PATH), "--build-dir", str(BUILD), *given]
    if subprocess.run(build, env=own, check=False).returncode:
        raise CannotRun("sam build failed.")
    built = BUILD / "template.yaml"
    document = declaring(cloudformation.parse(built.read_text("utf-8")), environment)
    built.write_text(json.dumps(document, default=str), "utf-8")  # JSON is YAML
    serve = [sam, "local", "start-api", "--template", str(built), "--host", "127.0.0.1", "--port", str(settings.port)]
    serve += ["--env-vars", str(variables), "--warm-containers", "LAZY"]
    if bridge != "127.0.0.1":
        serve += ["--add-host", f"{FROM_CONTAINER}:{bridge}"]
    subprocess.run([*serve, *given], env=own, check=False)


if __name__ == "__main__":
    sys.exit(main())
