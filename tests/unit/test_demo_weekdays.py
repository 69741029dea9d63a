"""The demo's weekdays are those of the day on which it is seeded, and nothing else in its texts moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local.demo import manuscripts, weekdays

THURSDAY = datetime(2026, 1, 1, tzinfo=UTC)


def test_on_the_day_they_were_written_texts_are_as_they_were_written() -> None:
    for text in manuscripts.read():
        assert weekdays.moved(text.given, THURSDAY) == text.given
        assert weekdays.moved(text.body, THURSDAY) == text.body


def test_a_day_later_each_weekday_is_the_next() -> None:
    later = THURSDAY + timedelta(days=1)
    said = {"text": ["On Sundays and on Monday", {"es": "el domingo y el lunes"}], "width": 3}
    assert weekdays.moved(said, later) == {
        "text": ["On Mondays and on Tuesday", {"es": "el lunes y el martes"}],
        "width": 3,
    }
    assert weekdays.moved("every weekday in Mondayville", later) == "every weekday in Mondayville"


def test_no_headline_names_a_weekday() -> None:
    """By its headline a seed that was killed finds what it began, on whichever day."""
    for text in manuscripts.read():
        assert not weekdays.NAMED.search(text.headline), text.name
