"""What readers go on to: counts fade, few readers are doubted, and the moment counts."""

from __future__ import annotations

import pytest
from broadsheet.ranking.coreads import DAY, NOW, Count, Counts, Site, added, faded, loosely, next_reads, step, strongest


def site(**reads: tuple[float, float]) -> Site:
    return Site.of({key: (now, day, 0.0) for key, (now, day) in reads.items()})


def pair(now: float, day: float) -> Count:
    """A pair with steps and nothing else."""
    return now, day, day


def first(pairs: Counts, where: Site) -> str:
    return next_reads("here", pairs, where)[0][0]


def test_counts_halve_and_are_forgotten() -> None:
    counts = {"a": (8.0, 8.0, 6.0), "b": (0.0, 0.03, 0.0)}
    assert faded(counts, NOW)["a"][0] == pytest.approx(4)
    assert faded(counts, DAY) == {"a": (pytest.approx(0, abs=1e-9), pytest.approx(4), pytest.approx(3))}


def test_fading_twice_is_fading_once() -> None:
    counts = {"a": (8.0, 8.0, 6.0)}
    twice = faded(faded(counts, 700), 1700)["a"]
    assert twice == pytest.approx(faded(counts, 2400)["a"])


def test_adding_in_parts_is_adding_at_once() -> None:
    seen = [("a", step()), ("b", loosely()), ("a", step(2))]
    assert added(added({}, seen[:1]), seen[1:]) == added({}, seen) == {"a": (3.0, 3.0, 3.0), "b": (0.0, 0.3, 0.0)}


def test_what_rises_now_is_kept_before_what_was_high_yesterday() -> None:
    counts = {"rising": pair(3, 3), "gone": pair(0, 20), "small": pair(1, 1)}
    assert set(strongest(counts, 1)) == {"gone"}
    assert set(strongest(counts | {"rising": pair(6, 6)}, 1)) == {"rising"}


def test_a_step_outweighs_having_been_read_at_some_time() -> None:
    pairs = added({}, [("stepped", step(3)), ("loose", step(1)), ("loose", loosely(2))])
    assert first(pairs, site(here=(9, 9), stepped=(5, 5), loose=(5, 5))) == "stepped"


def test_few_readers_do_not_outweigh_what_is_to_be_expected() -> None:
    """One reader's step to something else does not beat what dozens went on to; ten of them at the moment do."""
    where = site(here=(50, 200), usual=(50, 200), odd=(1, 1))
    usual = ("usual", pair(0.5, 60))
    assert first(dict([usual, ("odd", step(1))]), where) == "usual"
    assert first(dict([usual, ("odd", step(60))]), where) == "odd"


def test_what_everybody_reads_at_the_moment_comes_first_among_equals() -> None:
    pairs = {"hot": pair(0, 5), "cold": pair(0, 5)}
    assert first(pairs, site(here=(1, 1), hot=(40, 60), cold=(0.1, 60))) == "hot"


def test_an_article_is_never_its_own_next_and_ties_are_broken_by_name() -> None:
    pairs = {"here": pair(9, 9), "b": pair(1, 1), "a": pair(1, 1)}
    assert [name for name, _ in next_reads("here", pairs, site(a=(1, 1), b=(1, 1)))] == ["a", "b"]
    assert next_reads("here", {}, site()) == []


def test_only_after_a_step_somebody_went_on_and_what_is_loose_adds_to_the_score_alone() -> None:
    where = site(a=(1, 1), b=(1, 1), before=(9, 9))
    pairs = added({}, [("a", step()), ("b", step()), ("before", loosely(40))])
    assert [name for name, _ in next_reads("here", pairs, where)] == ["a", "b"]
    pairs = added(pairs, [("b", loosely(9))])
    assert [name for name, _ in next_reads("here", pairs, where)] == ["b", "a"]


def test_a_step_is_forgotten_though_the_two_are_read_together_still() -> None:
    pairs = added({}, [("a", step())])
    for _ in range(7):
        pairs = added(faded(pairs, DAY), [("a", loosely(5))])
    assert pairs["a"][1] > 1
    assert next_reads("here", pairs, site(a=(1, 1))) == []
