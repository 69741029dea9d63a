"""Accounts under races: two of anything at once end as if one had come after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import settings

from tests.engine import account_invariants as invariants
from tests.engine.account_requests import Someone, post, registered, verify
from tests.engine.sabotage import falls_without
from tests.stage import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.instances import Instances, Run
    from tests.stage import Stage

ROUNDS = 6


@pytest.fixture(autouse=True)
def _unthrottled(stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first write of a request is then the one that matters."""
    instances.environment["THROTTLES"] = "off"
    monkeypatch.setenv("THROTTLES", "off")
    settings.get.cache_clear()


def _pendings(address: str) -> list[Any]:
    return [row for row in invariants.People.read().of("pending") if row["pk"] == f"EMAIL#{address}"]


# ---------------------------------------------------------------- one address, one account


@falls_without("email")
@pytest.mark.parametrize("tries", [2, 8])
def test_of_registrations_verified_at_once_one_becomes_the_account(
    stage: Stage, instances: Instances, tries: int
) -> None:
    passwords = [f"{PASSWORD} {n}" for n in range(tries)]
    links = [registered("new@news.example", password) for password in passwords]
    outcomes = instances.run(*(verify(stage, link) for link in links), meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [200] + [400] * (tries - 1)
    assert {outcome.json["code"] for outcome in outcomes if outcome.status == 400} == {"bad_token"}
    (account,) = invariants.check().at("new@news.example")
    assert _pendings("new@news.example") == []
    (won,) = [n for n, outcome in enumerate(outcomes) if outcome.status == 200]
    logins = instances.run(*(_login(stage, "new@news.example", password) for password in passwords))
    assert [outcome.status for outcome in logins] == [200 if n == won else 401 for n in range(tries)]
    assert outcomes[won].json["account"]["id"] == account.id


@falls_without("link and generation")
def test_a_reset_link_used_sixteen_times_is_done_once(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    outcomes = instances.run(*[someone.reset()] * 16, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [200] + [400] * 15
    people = invariants.check()
    assert len(people.mails(someone.address, "password_changed")) == 1


def _login(stage: Stage, address: str, password: str) -> Run:
    return post(stage, "/v1/login", {"email": address, "password": password})


RIVALS: dict[str, Callable[[Someone, Someone], Run]] = {
    "password": lambda someone, _: someone.change_password(),
    "reset": lambda someone, _: someone.reset(),
    "promotion": lambda someone, admin: admin.change(someone, {"role": "editor"}),
    "ban": lambda someone, admin: admin.change(someone, {"banned": True}),
    "erasure": lambda someone, _: someone.erase(),
}
"""What a log-in that was checked before must not survive."""


@falls_without("generation")
@pytest.mark.parametrize("order", ["log-in-first", "log-in-last"])
@pytest.mark.parametrize("rival", RIVALS)
def test_a_login_checked_before_a_change_of_rights_is_not_alive_after_it(
    stage: Stage, instances: Instances, rival: str, order: str
) -> None:
    someone, admin = Someone(stage), Someone(stage, "admin")
    runs = [someone.log_in(), RIVALS[rival](someone, admin)]
    outcomes = instances.run(*(runs if order == "log-in-first" else reversed(runs)), in_turn=True)
    login, change = outcomes if order == "log-in-first" else reversed(outcomes)
    assert change.status in {200, 202}
    assert login.status == (200 if order == "log-in-first" else 401)
    people = invariants.check()
    assert people.alive(someone.id) == ({invariants.hash_of(change.json["token"])} if rival == "password" else set())
