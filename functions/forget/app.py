"""Removes what an erased account left, when its erasure is written down."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, erasure, keys, streams


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001
    return streams.each(event["Records"], _forget)


def _forget(record: dict[str, Any]) -> None:
    erasure.forget(keys.id_of(record["dynamodb"]["Keys"]["pk"]["S"]), clock.now())
