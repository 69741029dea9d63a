"""Prepares what readers will ask for, when an article changed: the front, and the two lists of all articles it touches."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, edge, front, keys, lists, streams
from broadsheet.changes import Change, changes


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001
    seen, _ = changes(event["Records"])
    _purge([change for change in seen if change.comes_or_goes])
    for language in sorted({None, *(change.language for change in seen)}, key=str):
        front.build(language, clock.now())
    answer = streams.each(event["Records"], _follow)
    lists.choose_marked(clock.now())
    return answer


def _follow(record: dict[str, Any]) -> None:
    lists.follow(keys.id_of(record["dynamodb"]["Keys"]["pk"]["S"]), clock.now())


def _purge(turned: list[Change]) -> None:
    if turned:
        edge.purge({change.slug for change in turned}, since=turned[-1].sequence_number)
