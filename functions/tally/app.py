"""Counts comments and reactions when they change."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, streams, tallying


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001
    return streams.together(event["Records"], lambda keys: tallying.count(keys, clock.now()))
