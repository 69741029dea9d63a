"""Puts the local accounts and the demo newsroom in place, in a process that runs the shared code as a function would."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from .console import say
from .knobs import CannotRun
from .template import ROOT
from .workers import METRICS

if TYPE_CHECKING:
    from pathlib import Path

    from .template import Template
    from .workers import Launch


async def run(launch: Launch, template: Template, seed: str, data: Path) -> None:
    """`demo` or `none`; the accounts are there with either. Raises CannotRun."""
    function = template.functions["NewsroomFunction"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.demo.seed", seed, str(data)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
        env=launch.env(function),
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            if not line.startswith(METRICS):
                say(f"seed | {line.decode('utf-8', 'replace').rstrip()}")
        if await process.wait():
            raise CannotRun("the demo could not be put in place; SEED=none starts without it")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
