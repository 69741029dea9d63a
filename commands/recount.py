"""Compares the numbers of discussions with the records they are kept of: `make recount [STACK= ARTICLE= REPAIR=yes]`.

Without a stack, those of the local run with this DATA. It only reads unless told to repair; it may run while people
comment. `docs/operations.md` says when to.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from broadsheet import clock, keys, recounting, settings, slugs, table

from .create_admin import Refusal, deployed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """1 where something was wrong and still is."""
    parser = argparse.ArgumentParser(prog="recount", description="Compares numbers with the records they are kept of.")
    parser.add_argument("--stack", help="name of the CloudFormation stack; the running local one without")
    parser.add_argument("--article", help="slug of one article; all of them without")
    parser.add_argument("--repair", action="store_true", help="counts what is late and corrects what drifted")
    given = parser.parse_args(arguments)
    try:
        os.environ.update(deployed(given.stack) if given.stack else _local())
        settings.get.cache_clear()
        return _recount(_wanted(given.article), repair=given.repair)
    except Refusal as refusal:
        print(f"recount: {refusal}", file=sys.stderr)
        return 1


def _local() -> Mapping[str, str]:
    from local import durable, knobs
    from local.create_admin import ENVIRONMENT

    environment: Mapping[str, str] | None = durable.read(knobs.read(os.environ).data / ENVIRONMENT, None)
    if environment is None:
        raise Refusal("nothing runs with this data; start it with `make run`, or name a STACK")
    return environment


def _wanted(slug: str | None) -> Iterable[str]:
    if slug is None:
        return _every_key()
    key = slugs.key_of(slug)
    if key is None:
        raise Refusal("that is not an article's slug")
    return [key]


def _every_key() -> Iterator[str]:
    """A scan of the whole table: this is no request."""
    scan = table.client().get_paginator("scan")
    discussions = {"FilterExpression": "sk = :sk", "ExpressionAttributeValues": {":sk": {"S": keys.DISCUSSION}}}
    for page in scan.paginate(TableName=settings.get().site, ProjectionExpression="pk, sk", **discussions):
        yield from (keys.id_of(item["pk"]["S"]) for item in page["Items"])


def _recount(wanted: Iterable[str], *, repair: bool) -> int:
    articles = late = wrong = 0
    for key in wanted:
        report = recounting.article(key, clock.now(), repair=repair)
        articles, late, wrong = articles + 1, late + report.late, wrong + len(report.drift)
        for drift in report.drift:
            print(f"{key}: {drift.name} at {' '.join(drift.key)} is {drift.kept}, should be {drift.right}")
    print(
        f"{articles} discussions: {late} sources {'were' if repair else 'are'} not counted, {wrong} numbers are wrong."
    )
    return 1 if wrong or (late and not repair) else 0


if __name__ == "__main__":
    sys.exit(main())
