"""Prepares what readers will ask for: when an article changed, and when a rebuild is asked for."""

from __future__ import annotations

import json
from typing import Any

from broadsheet import clock, edge, front, rebuilding, streams
from broadsheet.changes import Change, changes


def handler(event: dict[str, Any], context: Any) -> Any:  # noqa: ARG001
    match event:
        case {"Records": [{"messageId": _}, *_] as messages}:
            return streams.each(messages, _work_off)
        case {"Records": records}:
            return _rebuild_front(records)
        case {"detail-type": rebuilding.REQUESTED, "detail": asked}:
            return rebuilding.begin(asked, clock.now())
    raise ValueError("an event of no known kind")


def _rebuild_front(records: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """In every language that the changes touch."""
    seen, unreadable = changes(records)
    _purge([change for change in seen if change.comes_or_goes])
    for language in sorted({None, *(change.language for change in seen)}, key=str):
        front.build(language, clock.now())
    return {"batchItemFailures": [{"itemIdentifier": number} for number in unreadable]}


def _purge(turned: list[Change]) -> None:
    if turned:
        edge.purge({change.slug for change in turned}, since=turned[-1].sequence_number)


def _work_off(message: dict[str, Any]) -> None:
    rebuilding.work(message["messageId"], json.loads(message["body"]), clock.now(), _rebuild)


def _rebuild(key: str) -> None:
    """The two lists of one article."""
