"""The gate: every stage in turn, each with its time. `make test` and CI call this and nothing else.

`python -m tests.gate [stage ...]`; the first failure ends it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m"]
PYTEST = [*PYTHON, "pytest"]
EACH_CORE = ["-n", "2", "--dist", "worksteal"]
STAGES: dict[str, tuple[float, list[list[str]]]] = {
    "lint": (
        2,
        [
            [*PYTHON, "ruff", "check", "--quiet", "."],
            [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
            [*PYTHON, "mypy"],
            ["make", "--no-print-directory", "lint-template"],
        ],
    ),
    "functional": (3, [[*PYTEST, *EACH_CORE, "tests/unit", "tests/functional", "tests/contract"]]),
    "engine": (3, [[*PYTEST, *EACH_CORE, "--durations=5", "tests/engine"]]),
    "artefact": (3, [[*PYTEST, "tests/artefact"]]),
    "browser": (3, [[*PYTEST, *EACH_CORE, "--durations=5", "tests/browser"]]),
}
"""Minutes each may take on two cores, and its commands."""


def main(wanted: list[str]) -> int:
    began, lines, failed = time.monotonic(), [], False
    for name in wanted or STAGES:
        minutes, commands = STAGES[name]
        print(f"\n== {name}", flush=True)
        since = time.monotonic()
        failed = any(subprocess.run(command, cwd=ROOT, check=False).returncode for command in commands)
        lines.append(f"{name:12}{time.monotonic() - since:7.1f} s of {minutes * 60:.0f}{'   FAILED' if failed else ''}")
        if failed:
            break
    total = time.monotonic() - began
    print("\n== times", *lines, f"{'all':12}{total:7.1f} s of 900", sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
