"""Sends what the outbox holds, when a mail is written to it."""

from __future__ import annotations

from typing import Any

from broadsheet import clock, keys, mailing, streams


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001
    return streams.each(event["Records"], _deliver)


def _deliver(record: dict[str, Any]) -> None:
    mailing.deliver(keys.id_of(record["dynamodb"]["Keys"]["pk"]["S"]), clock.now())
