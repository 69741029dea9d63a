"""local/schedules.py: rate and cron."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.cloudformation import TemplateError
from local.schedules import following

NOON = datetime(2026, 2, 27, 12, 0, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("expression", "next_time"),
    [
        ("rate(1 minute)", "2026-02-27 12:01:30"),
        ("rate(5 minutes)", "2026-02-27 12:05:30"),
        ("rate(2 hours)", "2026-02-27 14:00:30"),
        ("rate(1 day)", "2026-02-28 12:00:30"),
        ("cron(0 3 * * ? *)", "2026-02-28 03:00:00"),
        ("cron(0/15 * * * ? *)", "2026-02-27 12:15:00"),
        ("cron(5,50 12-13 * * ? *)", "2026-02-27 12:05:00"),
        ("cron(0 12 * * ? *)", "2026-02-28 12:00:00"),
        ("cron(0 3 1 * ? *)", "2026-03-01 03:00:00"),
        ("cron(30 18 ? * MON-FRI *)", "2026-02-27 18:30:00"),
        ("cron(0 0 ? * 1 *)", "2026-03-01 00:00:00"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29 00:00:00"),
    ],
)
def test_the_next_time(expression: str, next_time: str) -> None:
    assert following(expression)(NOON) == datetime.fromisoformat(next_time).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(5 weeks)",
        "every minute",
        "cron(0 3 * *)",
        "cron(61 * * * ? *)",
        "cron(x * * * ? *)",
        "cron(0 0 ? * FRI#2 *)",
    ],
)
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(TemplateError, match="not understood"):
        following(expression)


def test_a_day_that_never_comes_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(TemplateError, match="never due"):
        following("cron(0 0 31 2 ? *)")(NOON)
