"""Logs and metrics: ids and countable facts, never a person, a text, an address or a token."""

from __future__ import annotations

import traceback
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    from aws_lambda_powertools import Logger

    return Logger()


def bug(message: str, error: Exception, **extra: str) -> None:
    """An ERROR with the way to where it happened. What an exception says of it may quote a person, so it is not written."""
    response = getattr(error, "response", None)
    code = response["Error"]["Code"] if isinstance(response, dict) and "Error" in response else ""
    trace = traceback.format_list(traceback.extract_tb(error.__traceback__))
    facts = {"error": type(error).__name__, "error_code": code, "trace": "".join(trace)}
    logger().error(message, extra={**facts, **extra})


def count(name: str, value: int = 1) -> None:
    """Adds to a metric of this function, written at once in CloudWatch's embedded format."""
    _metric(name, "Count", value)


def measure(name: str, seconds: float) -> None:
    """How long something took."""
    _metric(name, "Seconds", seconds)


def _metric(name: str, unit: str, value: float) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=name, unit=MetricUnit(unit), value=value):
        pass
