"""Sessions, throttles and addresses when several requests come at the same moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from broadsheet import accounts, clock, settings, throttle

from tests.engine import invariants
from tests.engine.instances import Run, request
from tests.engine.sabotage import falls_without
from tests.engine.threads import at_once
from tests.stage import PASSWORD

if TYPE_CHECKING:
    import pytest

    from tests.engine.instances import Instances
    from tests.stage import Stage

ADDRESS = "ada@news.example"


def _later(**by: float) -> str:
    return (clock.now() + timedelta(**by)).isoformat()


def _me(stage: Stage, token: str, **how: Any) -> Run:
    return request(stage.template, "GET", "/v1/me", token=token, **how)


def _log_in(stage: Stage, password: str = PASSWORD, **how: Any) -> Run:
    given = {"email": ADDRESS, "password": password}
    return request(stage.template, "POST", "/v1/login", given, token="", **how)


@falls_without("session")
def test_a_session_that_is_ended_while_in_use_stays_ended(stage: Stage, instances: Instances) -> None:
    """The request had read the session when it was ended, and was about to note its use."""
    token = stage.person("editor")
    log_out = request(stage.template, "POST", "/v1/logout", token=token)
    ended, used = instances.run(log_out, _me(stage, token, now=_later(minutes=10)), in_turn=True)
    assert (ended.status, used.status) == (204, 401)
    assert not invariants.World.read().sessions
    (after,) = instances.run(_me(stage, token))
    assert after.status == 401


def test_sessions_are_used_and_ended_by_many_at_once(stage: Stage, instances: Instances) -> None:
    token, other = stage.person("editor"), stage.person("author", "Ben")
    uses = [_me(stage, one, now=_later(minutes=10)) for one in (token, other) * 4]
    outcomes = instances.run(*uses, request(stage.template, "POST", "/v1/logout", token=token), meet=True)
    assert {outcome.status for outcome in outcomes[1:8:2]} == {200}, "nobody else is logged out"
    assert {outcome.status for outcome in outcomes[0:8:2]} <= {200, 401}
    (after, still) = instances.run(_me(stage, token), _me(stage, other))
    assert (after.status, still.status) == (401, 200)


@falls_without("throttle")
def test_of_many_guesses_at_once_only_the_free_ones_are_heard(stage: Stage, instances: Instances) -> None:
    accounts.create(ADDRESS, PASSWORD, "Ada", "editor", clock.now())
    now = _later()
    statuses: list[int] = []
    for _ in range(3):
        outcomes = instances.run(*(_log_in(stage, f"guess number {n}", now=now) for n in range(12)), meet=True)
        statuses += [outcome.status for outcome in outcomes]
        assert all(int(o.answer["headers"]["Retry-After"]) >= 1 for o in outcomes if o.status == 429)
    assert set(statuses) == {401, 429}
    assert statuses.count(401) <= throttle.LOGIN.free + 1, "one more starts the wait"
    (right, later) = (instances.run(_log_in(stage, now=at))[0] for at in (now, _later(minutes=2)))
    assert (right.status, later.status) == (429, 200)


def test_a_log_in_whose_answers_get_lost_succeeds(stage: Stage, instances: Instances) -> None:
    accounts.create(ADDRESS, PASSWORD, "Ada", "editor", clock.now())
    call, tried = 0, True
    while tried:
        call += 1
        (outcome,) = instances.run(_log_in(stage, dies="lost", call=call))
        assert outcome.status == 200, f"call {call} of {outcome.calls}"
        tried = call <= len(outcome.calls)
    assert call > 5


@falls_without("email")
def test_an_address_has_one_account_whoever_creates_it(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    spellings = [ADDRESS, "ADA@news.example", " Ada@News.Example "]
    works = [lambda to=to: accounts.create(to, PASSWORD, "Ada", "editor", clock.now()) for to in spellings * 3]
    outcomes = at_once(monkeypatch, *works)
    made = [outcome for outcome in outcomes if isinstance(outcome, accounts.Account)]
    assert len(made) == 1
    assert all(isinstance(outcome, accounts.EmailTaken) for outcome in outcomes if outcome not in made)
    invariants.check()
    assert len(invariants.scan(settings.get().accounts)) == 3, "the account, its address, its place in its role"
    assert accounts.authenticate(ADDRESS, PASSWORD).id == made[0].id
