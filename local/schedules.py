"""When a schedule is due: `rate(...)` and `cron(...)` as EventBridge reads them, in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from .cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
HORIZON_DAYS = 366 * 5


def following(expression: str) -> Callable[[datetime], datetime]:
    """Gives the first time after another. Raises TemplateError for what it does not understand."""
    if rate := RATE.fullmatch(expression):
        step = timedelta(seconds=int(rate[1]) * SECONDS[rate[2]])
        return lambda last: last + step
    if cron := CRON.fullmatch(expression):
        return Cron(*cron.groups()).after
    raise TemplateError(f"schedule {expression} is not understood")


class Cron:
    """Minutes, hours, days of the month, months, days of the week (SUN is 1) and years."""

    def __init__(self, minutes: str, hours: str, days: str, months: str, weekdays: str, years: str) -> None:
        self.minutes = sorted(_numbers(minutes, 0, 59))
        self.hours = sorted(_numbers(hours, 0, 23))
        self.days = _numbers(days, 1, 31)
        self.months = _numbers(months, 1, 12, MONTHS)
        self.weekdays = _numbers(weekdays, 1, 7, DAYS)
        self.years = _numbers(years, 1970, 2199)

    def after(self, last: datetime) -> datetime:
        earliest = last.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        for ahead in range(HORIZON_DAYS):
            day = earliest.replace(hour=0, minute=0) + timedelta(days=ahead)
            if not self._on(day):
                continue
            for hour in self.hours:
                for minute in self.minutes:
                    if (due := day.replace(hour=hour, minute=minute)) >= earliest:
                        return due
        raise TemplateError("a schedule is never due")

    def _on(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return day.year in self.years and day.month in self.months and day.day in self.days and weekday in self.weekdays


def _numbers(field: str, first: int, last: int, names: list[str] | None = None) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            low, high = first, last
        else:
            start, _, end = span.partition("-")
            low = _number(start, first, names)
            high = _number(end, first, names) if end else (last if step else low)
        if not first <= low <= high <= last:
            raise TemplateError(f"schedule field {field} is not understood")
        found |= set(range(low, high + 1, int(step or 1)))
    return found


def _number(text: str, first: int, names: list[str] | None) -> int:
    if names and text.upper() in names:
        return names.index(text.upper()) + first
    if not text.isdigit():
        raise TemplateError(f"schedule field {text} is not understood")
    return int(text)
