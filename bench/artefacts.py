"""Artefacts: their size, and a new instance's first invocation and warm ones under the Runtime Interface Emulator.

`python -m bench.artefacts`: each function with one of its events, on the real engine. The emulator's own "Init Duration"
means nothing; the first invocation is measured from outside, start of the interpreter included. Times are of this machine;
the ratios travel.
"""

from __future__ import annotations

import asyncio
import io
import json
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local import engine
from local.template import Template, create_tables
from tools import build, emulator

if TYPE_CHECKING:
    from local.template import Function

STARTS, WARM = 3, 50


async def main() -> None:
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    into = build.build(runtime, emulator.architecture(), build.ROOT / ".build" / "bench" / runtime)
    print(f"artefacts built for {runtime} on {emulator.architecture()}:  python -m bench.artefacts")
    for artefact in sorted(path for path in into.iterdir() if path.is_dir()):
        print(f"  {artefact.name:22} {_zipped(artefact) / 1e3:9.1f} kB zipped")
    with tempfile.TemporaryDirectory() as folder:
        async with engine.lock(Path(folder)) as held:
            database = await engine.start(Path(folder), held)
            try:
                await asyncio.to_thread(_invocations, Path(folder), into, runtime, database)
            finally:
                await database.stop()


def _invocations(folder: Path, into: Path, runtime: str, database: engine.Engine) -> None:
    template = Template.load()
    create_tables(engine.Clients.of(database.endpoint).database, template)
    python = build.interpreter(runtime)
    assert python
    lambda_runtime = emulator.Runtime(into, python, emulator.bring(folder / "brought"))
    print(f"first invocation (median of {STARTS} starts), warm ones (median of {WARM}), peak memory of the process:")
    for function in template.functions.values():
        first, warm, memory = _measured(lambda_runtime, function, database.environment(), folder)
        print(
            f"  {function.name:22} {first * 1e3:6.0f} ms  {warm * 1e3:6.1f} ms  x {first / warm:5.0f}  {memory:5.0f} MB"
        )


def _measured(
    runtime: emulator.Runtime, function: Function, others: dict[str, str], folder: Path
) -> tuple[float, float, float]:
    event, firsts, warm, memory = _event(function), [], [], 0.0
    for _ in range(STARTS):
        with emulator.running(runtime, function, others, folder / f"{function.name}.log") as emulated:
            firsts.append(_timed(emulated, event))
            warm = [_timed(emulated, event) for _ in range(WARM)]
            memory = _peak_memory(function.name)
    return statistics.median(firsts), statistics.median(warm), memory


def _event(function: Function) -> Any:
    folder = build.ROOT / "events" / function.folder.name
    return json.loads(sorted(folder.glob("*.json"))[0].read_text("utf-8"))


def _timed(emulated: emulator.Emulated, event: Any) -> float:
    began = time.perf_counter()
    emulated.invoke(event)
    return time.perf_counter() - began


def _peak_memory(name: str) -> float:
    """Megabytes of the runtime's process, found by the function's name in its environment."""
    peaks = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            environment = (status.parent / "environ").read_bytes().split(b"\0")
            command = (status.parent / "cmdline").read_bytes()
            if f"AWS_LAMBDA_FUNCTION_NAME={name}".encode() in environment and b"awslambdaric" in command:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
                if "python" in lines["Name"]:
                    peaks.append(int(lines["VmHWM"].split()[0]) / 1024)
        except (OSError, KeyError):
            continue
    return max(peaks, default=0.0)


def _zipped(folder: Path) -> int:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return packed.tell()


if __name__ == "__main__":
    asyncio.run(main())
