"""The template's linters, at once. What they may not complain about stands, with its reason, in .cfnlintrc, .checkov.yaml
and at the resource."""

from __future__ import annotations

import os
import subprocess
import sys

from .build import ROOT

TOOLS = ROOT / ".tools"
COMMANDS = (
    ["sam/bin/cfn-lint", "template.yaml"],
    ["sam/bin/sam", "validate", "--lint"],
    ["checkov/bin/checkov", "--config-file", ".checkov.yaml"],
)
OFFLINE = {
    "AWS_DEFAULT_REGION": "eu-west-1",  # any: `sam validate` wants one and asks nobody
    "AWS_EC2_METADATA_DISABLED": "true",
    "SAM_CLI_TELEMETRY": "0",
    "LOG_LEVEL": "CRITICAL",
}
UNREAD = "Parsing errors"
"""checkov is content with a template that it cannot read."""


def main() -> int:
    environment = {**os.environ, **OFFLINE}
    environment.pop("PYTHONPATH", None)
    started = [
        subprocess.Popen(
            [TOOLS / tool, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for tool, *arguments in COMMANDS
    ]
    failed = False
    for (tool, *_), process in zip(COMMANDS, started, strict=True):
        output, _ = process.communicate()
        if process.returncode or UNREAD in output:
            print(f"{tool}:\n{output}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
