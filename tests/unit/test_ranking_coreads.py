"""What readers go on to: counts fade, few readers are doubted, and the moment counts."""

from __future__ import annotations

import pytest
from broadsheet.ranking.coreads import DAY, NOW, Counts, Site, added, faded, loosely, next_reads, step, strongest


def site(**reads: tuple[float, float]) -> Site:
    return Site.of(reads)


def first(pairs: Counts, where: Site) -> str:
    return next_reads("here", pairs, where)[0][0]


def test_counts_halve_and_are_forgotten() -> None:
    counts = {"a": (8.0, 8.0), "b": (0.0, 0.03)}
    assert faded(counts, NOW)["a"][0] == pytest.approx(4)
    assert faded(counts, DAY) == {"a": (pytest.approx(0, abs=1e-9), pytest.approx(4))}


def test_fading_twice_is_fading_once() -> None:
    counts = {"a": (8.0, 8.0)}
    twice = faded(faded(counts, 700), 1700)["a"]
    assert twice == pytest.approx(faded(counts, 2400)["a"])


def test_adding_in_parts_is_adding_at_once() -> None:
    seen = [("a", step()), ("b", loosely()), ("a", step(2))]
    assert added(added({}, seen[:1]), seen[1:]) == added({}, seen) == {"a": (3.0, 3.0), "b": (0.0, 0.3)}


def test_what_rises_now_is_kept_before_what_was_high_yesterday() -> None:
    counts = {"rising": (3.0, 3.0), "gone": (0.0, 20.0), "small": (1.0, 1.0)}
    assert set(strongest(counts, 1)) == {"gone"}
    assert set(strongest(counts | {"rising": (6.0, 6.0)}, 1)) == {"rising"}


def test_a_step_outweighs_having_been_read_at_some_time() -> None:
    pairs = added({}, [("stepped", step(3)), ("loose", loosely(3))])
    assert first(pairs, site(here=(9, 9), stepped=(5, 5), loose=(5, 5))) == "stepped"


def test_few_readers_do_not_outweigh_what_is_to_be_expected() -> None:
    """One reader's step to something else does not beat what dozens went on to; ten of them at the moment do."""
    where = site(here=(50, 200), usual=(50, 200), odd=(1, 1))
    usual = ("usual", (0.5, 60.0))
    assert first(dict([usual, ("odd", step(1))]), where) == "usual"
    assert first(dict([usual, ("odd", step(60))]), where) == "odd"


def test_what_everybody_reads_at_the_moment_comes_first_among_equals() -> None:
    pairs = {"hot": (0.0, 5.0), "cold": (0.0, 5.0)}
    assert first(pairs, site(here=(1, 1), hot=(40, 60), cold=(0.1, 60))) == "hot"


def test_an_article_is_never_its_own_next_and_ties_are_broken_by_name() -> None:
    pairs = {"here": (9.0, 9.0), "b": (1.0, 1.0), "a": (1.0, 1.0)}
    assert [name for name, _ in next_reads("here", pairs, site(a=(1, 1), b=(1, 1)))] == ["a", "b"]
    assert next_reads("here", {}, site()) == []
