"""`python -m bench` (`make bench`): all measurements, one after the other."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = ("startup", "warm_read", "reads", "login", "artefacts")

for name in MEASUREMENTS:
    subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)
    print()
