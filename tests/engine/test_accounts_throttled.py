"""Throttles under races: however many guess at once, wherever they run, each guess is counted and none is free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from broadsheet import clock, settings, table, throttle
from broadsheet.errors import TooManyRequests

from tests.engine import account_invariants as invariants
from tests.engine.account_requests import Someone, post
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from datetime import datetime

    from tests.engine.instances import Instances
    from tests.stage import Stage

WHO = "guessed@news.example"
AT_ONCE = throttle.LOGIN.free + 1
"""The free tries, and the one after which waiting begins."""


def _tries(limit: throttle.Limit, who: str) -> int:
    standing = table.get(settings.get().sessions, limit.key(who), consistent=True)
    return standing["tries"] if standing else 0


def _admitted(at: datetime, threads: int = 8) -> int:
    """How many of these at once may try."""

    def admitted(_: int) -> bool:
        try:
            throttle.admit(throttle.LOGIN, WHO, at)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(admitted, range(threads)))


@falls_without("throttle")
def test_of_guesses_at_once_only_the_free_ones_reach_the_password(stage: Stage, instances: Instances) -> None:
    someone, now = Someone(stage), clock.now().isoformat()
    outcomes = instances.run(*(someone.log_in(f"a guess {n}", now=now) for n in range(16)), meet=True)
    statuses = [outcome.status for outcome in outcomes]
    assert (statuses.count(401), statuses.count(429)) == (AT_ONCE, 16 - AT_ONCE)
    assert _tries(throttle.LOGIN, someone.address) == AT_ONCE
    waits = [outcome.answer["headers"]["Retry-After"] for outcome in outcomes if outcome.status == 429]
    assert {int(wait) for wait in waits} <= {1, 2}


@falls_without("throttle")
def test_each_wait_lets_one_of_all_in_and_is_twice_the_last_up_to_a_minute(stage: Stage) -> None:
    at = clock.now().replace(microsecond=0)
    assert _admitted(at) == AT_ONCE
    for wait in (2, 4, 8, 16, 32, 60, 60):
        assert _admitted(at + timedelta(seconds=wait - 1)) == 0
        at += timedelta(seconds=wait)
        assert _admitted(at) == 1
    assert _tries(throttle.LOGIN, WHO) == AT_ONCE + 7


@falls_without("throttle")
def test_guesses_after_a_quiet_hour_are_all_counted_though_the_old_count_is_still_there(stage: Stage) -> None:
    at = clock.now()
    throttle.admit(throttle.LOGIN, WHO, at)
    later = at + throttle.FORGOTTEN + timedelta(seconds=1)
    assert _admitted(later) == AT_ONCE
    assert _tries(throttle.LOGIN, WHO) == AT_ONCE


def test_whoever_gets_in_ends_the_count_and_no_guess_made_meanwhile_brings_it_back(
    stage: Stage, instances: Instances
) -> None:
    someone, now = Someone(stage), clock.now().isoformat()
    runs: list[Any] = [someone.log_in(now=now), *(someone.log_in(f"a guess {n}", now=now) for n in range(3))]
    outcomes = instances.run(*runs, meet=True)
    assert [outcome.status for outcome in outcomes] == [200, 401, 401, 401]
    assert _tries(throttle.LOGIN, someone.address) <= 3
    invariants.check()


@falls_without("throttle")
def test_of_reset_mails_asked_for_at_once_three_are_sent_at_most(stage: Stage, instances: Instances) -> None:
    someone, now = Someone(stage), clock.now().isoformat()
    asked = [post(stage, "/v1/password/forgot", {"email": someone.address}, now=now) for _ in range(10)]
    outcomes = instances.run(*asked, meet=True)
    assert [outcome.status for outcome in outcomes] == [202] * 10
    people = invariants.check()
    assert 1 <= len(people.mails(someone.address, "reset")) <= throttle.MAIL_TO.free
    assert len(people.mails(someone.address, "nothing")) >= 10 - throttle.MAIL_TO.free


@falls_without("throttle")
def test_a_free_try_is_free_for_whoever_comes_a_second_earlier_by_its_own_clock(stage: Stage) -> None:
    """Instances' clocks differ, and a try that collided with another one is counted with the time it began."""
    at = clock.now()
    wide = throttle.Limit("login", 1_000)
    skewed = [at + timedelta(seconds=n % 3) for n in range(30)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda now: throttle.admit(wide, WHO, now), skewed))
    assert _tries(wide, WHO) == len(skewed), "each counted once"
