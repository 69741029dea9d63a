"""The dependencies layer is what the lock says: one list of dependencies, not two."""

from __future__ import annotations

import shutil
import subprocess

from local.template import ROOT

RUNTIME_BRINGS = ("boto3", "botocore", "s3transfer", "urllib3", "python-dateutil", "six")
EXPORTED = ROOT / "layers" / "dependencies" / "requirements.txt"


def test_the_layers_requirements_are_those_of_the_lock() -> None:
    uv = shutil.which("uv", path=str(ROOT / ".venv" / "bin")) or "uv"
    export = [
        "export",
        "--quiet",
        "--frozen",
        "--offline",
        "--no-dev",
        "--no-emit-project",
        "--no-annotate",
        "--no-header",
    ]
    done = subprocess.run([uv, *export], cwd=ROOT, capture_output=True, text=True, check=True)
    assert EXPORTED.read_text("utf-8") == done.stdout, "out of date: make layers/dependencies/requirements.txt"


def test_the_layer_leaves_to_the_runtime_what_the_runtime_brings() -> None:
    names = {line.split("==")[0] for line in EXPORTED.read_text("utf-8").splitlines() if "==" in line}
    assert not names & set(RUNTIME_BRINGS)
