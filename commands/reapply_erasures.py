"""Erases again whoever a restore of Accounts brought back: `make reapply-erasures STACK= [ACCOUNTS= MONTHS=]`.

The one idea: the log of erasures stands on the Desk, which is not restored with Accounts. `docs/operations.md` says when to
run this. It may be repeated; where nobody came back it changes nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

from broadsheet import clock, erasure, settings

from .create_admin import Refusal, deployed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

REACH = 3
"""Months that 35 days of backups can touch."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="reapply_erasures", description="Erases again who a restore brought back.")
    parser.add_argument("--stack", required=True, help="name of the CloudFormation stack")
    parser.add_argument("--accounts", help="the restored table, while it is not yet the stack's own")
    parser.add_argument("--months", type=_positive, default=REACH, help="how many of the log's months to read")
    given = parser.parse_args(arguments)
    try:
        os.environ.update(deployed(given.stack))
    except Refusal as refusal:
        print(f"reapply_erasures: {refusal}", file=sys.stderr)
        return 1
    if given.accounts:
        os.environ["ACCOUNTS_TABLE"] = given.accounts
    settings.get.cache_clear()
    return _reapply(given.months, clock.now())


def _reapply(months: int, at: datetime) -> int:
    """Prints how many are gone again; 1 where somebody stays."""
    done = [erasure.reapply(month, at) for month in _months(months, at)]
    stay = [account for _, kept in done for account in kept]
    print(f"{sum(len(gone) for gone, _ in done)} erased again.")
    for account in stay:
        print(f"reapply_erasures: {account} stays, the last administrator: create another, repeat", file=sys.stderr)
    return 1 if stay else 0


def _months(count: int, at: datetime) -> Iterator[str]:
    """The last months, this one first: `2026-03`."""
    day = at.replace(day=1)
    for _ in range(count):
        yield clock.stamp(day)[:7]
        day = (day - timedelta(days=1)).replace(day=1)


def _positive(text: str) -> int:
    if not (text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError("a number of months, 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
