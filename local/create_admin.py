"""Creates an administrator of the running local system: `make admin EMAIL= NAME=`, with the DATA of that run."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from . import durable, knobs

if TYPE_CHECKING:
    from collections.abc import Sequence

ENVIRONMENT = "environment.json"
"""In the data folder: how the system that runs there reaches its tables."""


def main(arguments: Sequence[str] | None = None) -> int:
    from commands import create_admin

    parser = argparse.ArgumentParser(prog="create_admin", description="Creates a local administrator.")
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", required=True)
    given = parser.parse_args(arguments)
    environment = durable.read(knobs.read(os.environ).data / ENVIRONMENT, None)
    if environment is None:
        print("create_admin: nothing runs with this data; start it with `make run`, or name a STACK", file=sys.stderr)
        return 1
    os.environ.update(environment)
    try:
        print(create_admin.create(given.email, given.name))
    except create_admin.Refusal as refusal:
        print(f"create_admin: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
