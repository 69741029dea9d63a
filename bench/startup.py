"""Start-up: processor time of a fresh interpreter that loads a function and makes its client, over boto3's client alone.

`python -m bench.startup`
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from local.template import Template

RUNS = 15
LEAVE = "import os; os._exit(0)"
"""An instance is frozen, not ended: what the interpreter does at its end is left out of both."""
BASE = f"import boto3; boto3.client('dynamodb', region_name='eu-west-1'); {LEAVE}"
LOAD = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from broadsheet import table
table.client()
{LEAVE}
"""
AIMS = {"ArticlesFunction": 1.15, "PagesFunction": 1.3}
AIM = 1.7


def main() -> None:
    template = Template.load()
    environment = {
        **os.environ,
        **template.functions["ArticlesFunction"].environment,
        "PYTHONPATH": str(template.root / "layers" / "shared"),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    commands = {"boto3.client": [sys.executable, "-c", BASE]}
    for function in template.functions.values():
        commands[function.name] = [sys.executable, "-c", LOAD, str(Path(function.folder) / "app.py")]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, command in commands.items():
            taken = _processor_time(command, environment)
            if turn:  # the first turn writes .pyc files
                times[name].append(taken)
    base = statistics.median(times["boto3.client"])
    print(f"start-up, median processor time of {RUNS} runs, alternating:  python -m bench.startup")
    for name, measured in times.items():
        aim = f"aim <= {AIMS.get(name, AIM)}" if name in template.functions else ""
        median = statistics.median(measured)
        print(f"  {name:22} {median * 1000:6.0f} ms  x {median / base:4.2f}  {aim}")


def _processor_time(command: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


if __name__ == "__main__":
    main()
