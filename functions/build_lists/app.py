"""Prepares what readers will ask for, when an article changed: the front in every language it touches."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, edge, front
from broadsheet.changes import Change, changes


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001
    seen, unreadable = changes(event["Records"])
    _purge([change for change in seen if change.comes_or_goes])
    for language in sorted({None, *(change.language for change in seen)}, key=str):
        front.build(language, clock.now())
    return {"batchItemFailures": [{"itemIdentifier": number} for number in unreadable]}


def _purge(turned: list[Change]) -> None:
    if turned:
        edge.purge({change.slug for change in turned}, since=turned[-1].sequence_number)
