"""The browser of the tests: `CHROMIUM=`, one on PATH, or on Debian, as root, installed. Without one the tests fail and say how."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ON_A_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """Raises RuntimeError with what to do."""
    named = os.environ.get("CHROMIUM", "")
    if named and not shutil.which(named):
        raise RuntimeError(f"CHROMIUM={named} is no program.")
    found = named or _there()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update"], check=False, capture_output=True)
        subprocess.run(INSTALL, check=False, capture_output=True)
        found = _there()
    if not found:
        raise RuntimeError(
            f"no Chromium here: `sudo {' '.join(INSTALL)}` installs it on Debian; or CHROMIUM=/path/to/it"
        )
    return found


def _there() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), "")
    return found or (str(ON_A_MAC) if ON_A_MAC.exists() else "")
