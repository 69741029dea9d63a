"""Logs and metrics: ids and countable facts, never a person, a text, an address or a token."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    from aws_lambda_powertools import Logger

    return Logger()


def count(name: str, value: int = 1) -> None:
    """Adds to a metric of this function, written at once in CloudWatch's embedded format."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=name, unit=MetricUnit.Count, value=value):
        pass
