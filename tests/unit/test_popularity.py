"""Windows of time are made of spans that fill them exactly, and trending is a rise above an article's own past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from broadsheet.ranking import popularity
from hypothesis import given
from hypothesis import strategies as st

LENGTHS = {"1h": timedelta(hours=1), "24h": timedelta(days=1), "7d": timedelta(days=7)}
ends = st.integers(0, 12 * 24 * 400).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * popularity.SLOT)


@given(st.sampled_from(popularity.WINDOWS), ends)
def test_the_spans_of_a_window_are_as_long_as_it_is(window: popularity.Window, until: datetime) -> None:
    """The newest has begun and runs: what of it is still to come, is in the oldest by its part."""
    unit, weights = popularity.UNITS[window], popularity.spans(window, until)
    names = list(weights)
    assert sorted(names, reverse=True) == names
    assert popularity.slot(until - popularity.SLOT).startswith(names[0])
    began = datetime.fromisoformat(names[0] if len(names[0]) != len("2026-03-01T09") else f"{names[0]}:00")
    ran = until.replace(tzinfo=None) - began
    older = sum(weight for name, weight in weights.items() if name != names[0]) * unit.length
    assert abs(ran + older - LENGTHS[window]) < timedelta(seconds=1)


@given(ends)
def test_five_minutes_are_part_of_their_hour_and_that_of_its_day(at: datetime) -> None:
    slot = popularity.slot(at + timedelta(minutes=4, seconds=59))
    assert slot == popularity.slot(at)
    assert slot in popularity.parts(slot[:13])
    assert slot[:13] in popularity.parts(slot[:10])
    assert (len(popularity.parts(slot[:13])), len(popularity.parts(slot[:10]))) == (12, 24)


def test_the_most_come_first_ties_are_broken_and_nothing_read_is_not_listed() -> None:
    assert popularity.most({"a": 1, "b": 3, "c": 3, "d": 0, "e": -1}, 9) == ["c", "b", "a"]
    assert popularity.most({"a": 1, "b": 2}, 1) == ["b"]
    assert popularity.most({}, 5) == []


@pytest.mark.parametrize(
    ("lately", "day", "rises"),
    [
        ({}, {}, []),
        ({}, {"a": 100}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 50, "b": 50}, {"a": 1_200, "b": 1_200}, []),
        ({"a": 50, "b": 500}, {"a": 1_200, "b": 12_000}, []),
        ({"a": 50, "b": 500, "c": 500}, {"a": 1_200, "b": 12_000, "c": 510}, ["c"]),
        ({"a": 900, "b": 1, "c": 1, "d": 1}, {"a": 900, "b": 30, "c": 30, "d": 30}, ["a"]),
        # twice as busy as the day before: nothing rises by itself
        ({"a": 100, "b": 1_000}, {"a": 1_250, "b": 12_500}, []),
    ],
)
def test_trending_is_a_rise_above_the_own_past(
    lately: dict[str, float], day: dict[str, float], rises: list[str]
) -> None:
    assert popularity.trending(lately, day, 10) == rises


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 1_000), max_size=12), st.integers(1, 5)
)
def test_trending_lists_each_that_was_read_once_at_most(lately: dict[str, int], limit: int) -> None:
    found = popularity.trending(lately, {name: 2 * n for name, n in lately.items()}, limit)
    assert len(found) == len(set(found)) <= limit
    assert set(found) <= {name for name, n in lately.items() if n}
