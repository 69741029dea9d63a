"""Accounts under races: two of anything at once end as if one had come after the other."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher
from broadsheet import accounts, clock, passwords, sessions, settings, table

from tests.engine import account_invariants as invariants
from tests.engine.account_requests import Someone, post, registered, verify
from tests.engine.instances import request
from tests.engine.sabotage import falls_without
from tests.stage import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.instances import Instances, Run
    from tests.stage import Stage

ROUNDS = 4


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


@pytest.mark.parametrize("rival", RIVALS)
def test_of_many_logins_around_a_change_of_rights_only_later_ones_are_alive(
    stage: Stage, instances: Instances, rival: str
) -> None:
    for turn in range(ROUNDS):
        someone, admin = Someone(stage), Someone(stage, "admin")
        runs = [RIVALS[rival](someone, admin), *(someone.log_in() for _ in range(3))]
        change, *logins = instances.run(*runs, meet=turn % 2 == 0)
        assert change.status in {200, 202}
        assert {login.status for login in logins} <= {200, 401, 403}
        people = invariants.check()
        if rival in {"password", "reset", "erasure"}:
            tokens = {invariants.hash_of(login.json["token"]) for login in logins if login.status == 200}
            assert not tokens & people.alive(someone.id), "the old password's sessions"


def test_of_logins_at_once_that_all_rehash_the_password_all_are_let_in(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    account = accounts.load(someone.id)
    old = account.changed(password=PasswordHasher(time_cost=3, memory_cost=16, parallelism=1).hash(PASSWORD))
    table.write(accounts.keep(old, account))
    outcomes = instances.run(*[someone.log_in()] * 3, meet=True)
    assert [outcome.status for outcome in outcomes] == [200] * 3
    people = invariants.check()
    assert not passwords.outdated(people.all[someone.id].password)
    assert {invariants.hash_of(outcome.json["token"]) for outcome in outcomes} <= people.alive(someone.id)


# ---------------------------------------------------------------- sessions


ENDINGS: dict[str, Callable[[Someone, Someone], Run]] = {
    "logged-out": lambda someone, _: someone.post("/v1/logout"),
    "others": lambda someone, _: _elsewhere(someone).end_others(),
    "password": lambda someone, _: _elsewhere(someone).change_password(),
    "ban": lambda someone, admin: admin.change(someone, {"banned": True}),
    "ended-by-admin": lambda someone, admin: admin.change(someone, {"end_sessions": True}),
    "erasure": lambda someone, _: _elsewhere(someone).erase(),
}


def _elsewhere(someone: Someone) -> Someone:
    """The same person on another device."""
    other = copy(someone)
    other.token = someone.begin()
    return other


@falls_without("session")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_session_ended_while_it_is_used_is_never_alive_again(stage: Stage, instances: Instances, ending: str) -> None:
    """The use is one that is written down, which must not bring back what was ended since it was read."""
    someone, admin = Someone(stage), Someone(stage, "admin")
    later = (clock.now() + sessions.TOUCH * 2).isoformat()
    use = request(stage.template, "GET", "/v1/me", token=someone.token, now=later)
    ended, used = instances.run(ENDINGS[ending](someone, admin), use, in_turn=True)
    assert ended.status in {200, 202, 204}
    assert used.calls[:2] == ["GetItem", "UpdateItem"]
    assert used.status == 401
    assert invariants.hash_of(someone.token) not in invariants.check().alive(someone.id)
    (after,) = instances.run(request(stage.template, "GET", "/v1/me", token=someone.token, now=later))
    assert after.status == 401


def test_a_session_used_before_it_is_ended_is_ended(stage: Stage, instances: Instances) -> None:
    someone, admin = Someone(stage), Someone(stage, "admin")
    later = (clock.now() + sessions.TOUCH * 2).isoformat()
    use = request(stage.template, "GET", "/v1/me", token=someone.token, now=later)
    used, ended = instances.run(use, admin.change(someone, {"end_sessions": True}), in_turn=True)
    assert (used.status, ended.status) == (200, 200)
    assert invariants.check().alive(someone.id) == set()


@falls_without("generation")
@pytest.mark.parametrize("order", ["log-in-first", "log-in-last"])
def test_ending_the_others_ends_a_login_that_came_first_and_keeps_ones_own(
    stage: Stage, instances: Instances, order: str
) -> None:
    someone = Someone(stage)
    someone.begin()
    runs = [someone.log_in(), someone.end_others()]
    outcomes = instances.run(*(runs if order == "log-in-first" else reversed(runs)), in_turn=True)
    login, ended = outcomes if order == "log-in-first" else reversed(outcomes)
    assert (login.status, ended.status) == (200, 204)
    new = set() if order == "log-in-first" else {invariants.hash_of(login.json["token"])}
    people = invariants.check()
    assert people.alive(someone.id) == {invariants.hash_of(someone.token)} | new
    assert people.all[someone.id].generation == 5, "three log-ins and an end, each on its own"


@falls_without("generation")
def test_of_logins_at_once_all_are_let_in_and_at_most_twenty_sessions_stay(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    for _ in range(sessions.MOST - 2):
        someone.begin()
    outcomes = instances.run(*(someone.log_in() for _ in range(8)), meet=True)
    assert [outcome.status for outcome in outcomes] == [200] * 8
    alive = invariants.check().alive(someone.id)
    assert len(alive) == sessions.MOST
    assert {invariants.hash_of(outcome.json["token"]) for outcome in outcomes} <= alive


@falls_without("generation")
@pytest.mark.parametrize("order", ["log-in-first", "log-in-last"])
def test_a_new_name_is_in_every_session(stage: Stage, instances: Instances, order: str) -> None:
    someone = Someone(stage)
    rename = request(stage.template, "PATCH", "/v1/me", {"display_name": "Renamed"}, token=someone.token)
    runs = [someone.log_in(), rename]
    outcomes = instances.run(*(runs if order == "log-in-first" else reversed(runs)), in_turn=True)
    assert [outcome.status for outcome in outcomes] == [200, 200]
    assert invariants.check().all[someone.id].display_name == "Renamed"


# ---------------------------------------------------------------- addresses


@falls_without("email")
@pytest.mark.parametrize("order", ["moved-first", "verified-first"])
def test_an_address_moved_to_and_registered_at_once_is_one_accounts(
    stage: Stage, instances: Instances, order: str
) -> None:
    someone, wanted = Someone(stage), "wanted@news.example"
    runs = [someone.confirm_email(wanted), verify(stage, registered(wanted))]
    first, second = instances.run(*(runs if order == "moved-first" else reversed(runs)), in_turn=True)
    assert (first.status, second.status) == (200, 400)
    assert second.json["code"] == "bad_token"
    people = invariants.check()
    assert len(people.at(wanted)) == 1
    assert len(people.at(someone.address)) == (0 if order == "moved-first" else 1)


@falls_without("email")
def test_of_eight_who_move_to_one_address_one_does(stage: Stage, instances: Instances) -> None:
    eight = [Someone(stage) for _ in range(8)]
    outcomes = instances.run(*(each.confirm_email("wanted@news.example") for each in eight), meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [200] + [400] * 7
    assert len(invariants.check().at("wanted@news.example")) == 1


@falls_without("generation")
def test_one_who_moves_to_two_addresses_at_once_is_at_one(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    runs = [someone.confirm_email(address) for address in ("one@news.example", "two@news.example")]
    outcomes = instances.run(*runs, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [200, 400]
    invariants.check()


@falls_without("generation")
def test_one_who_moves_and_is_erased_at_once_is_gone(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    runs = [someone.confirm_email("one@news.example"), someone.erase()]
    moved, erased = instances.run(*runs, in_turn=True)
    assert (moved.status, erased.status) == (200, 202)
    assert someone.id not in invariants.check().all


# ---------------------------------------------------------------- administrators

FALLS: dict[str, Callable[[Someone, Someone], Run]] = {
    "demoted": lambda one, other: one.change(other, {"role": "reader"}),
    "banned": lambda one, other: one.change(other, {"banned": True}),
    "erased": lambda one, _: one.erase(),
}


@falls_without("admins")
@pytest.mark.parametrize("fall", FALLS)
def test_of_two_administrators_who_remove_one_another_at_once_one_stays(
    stage: Stage, instances: Instances, fall: str
) -> None:
    one, other = Someone(stage, "admin"), Someone(stage, "admin")
    outcomes = instances.run(FALLS[fall](one, other), FALLS[fall](other, one), meet=True)
    assert sorted(outcome.status for outcome in outcomes) in ([200, 409], [202, 409])
    assert {outcome.json["code"] for outcome in outcomes if outcome.status == 409} == {"last_admin"}
    people = invariants.check()
    assert sum(account.role == "admin" and not account.banned_at for account in people.all.values()) == 1


@falls_without("generation")
def test_what_administrators_change_at_once_of_one_account_all_happens(stage: Stage, instances: Instances) -> None:
    admin, someone = Someone(stage, "admin"), Someone(stage)
    changes = [{"role": "editor"}, {"banned": True}, {"role": "admin"}, {"end_sessions": True}]
    outcomes = instances.run(*(admin.change(someone, change) for change in changes), meet=True)
    assert [outcome.status for outcome in outcomes] == [200] * 4
    people = invariants.check()
    assert people.audited(someone.id) == ["ban", "change role", "change role", "end sessions"]
    assert people.all[someone.id].banned_at


def test_whom_another_administrator_demoted_may_go(stage: Stage, instances: Instances) -> None:
    """The last one but one leaves while the last one makes a reader of them: nobody needs to stay."""
    one, other = Someone(stage, "admin"), Someone(stage, "admin")
    demoted, erased = instances.run(one.change(other, {"role": "reader"}), other.erase(), in_turn=True)
    assert (demoted.status, erased.status) == (200, 202)
    assert other.id not in invariants.check().all


def test_an_account_erased_twice_at_once_is_erased_once(stage: Stage, instances: Instances) -> None:
    someone = Someone(stage)
    outcomes = instances.run(*[someone.erase()] * 4, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [202] + [401] * 3
    people = invariants.check()
    assert len(people.of("erasure log")) == 1
    assert len(people.mails(someone.address, "erased")) == 1


@falls_without("generation")
@pytest.mark.parametrize("rival", ["password", "reset"])
def test_what_an_old_password_confirmed_is_not_done_after_it_was_changed(
    stage: Stage, instances: Instances, rival: str
) -> None:
    someone, admin = Someone(stage), Someone(stage, "admin")
    changed, erased = instances.run(RIVALS[rival](someone, admin), someone.erase(), in_turn=True)
    assert (changed.status, erased.status) == (200, 401)
    assert someone.id in invariants.check().all
