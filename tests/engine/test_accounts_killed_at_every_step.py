"""Each change of an account is killed at each of its calls, and leaves all or nothing; sent again, it is done once.

As for articles: the process dies when the engine has carried a call out and nobody has heard the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, erasure, sessions, settings

from tests.engine import account_invariants as invariants
from tests.engine.account_requests import Someone, post, register, registered, verify
from tests.engine.instances import Run, request
from tests.engine.sabotage import falls_without
from tests.stage import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.account_invariants import People
    from tests.engine.instances import Instances
    from tests.stage import Stage

MOST_CALLS = 12
NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _unthrottled(stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch) -> None:
    instances.environment["THROTTLES"] = "off"
    monkeypatch.setenv("THROTTLES", "off")
    settings.get.cache_clear()


@dataclass
class Change:
    run: Callable[..., Run]
    done: Callable[[People], int]
    """How often it was done: 0 or 1 after a kill, 1 in the end."""
    again: set[int] = field(default_factory=set)
    """What a client that did not hear of its being done gets when it asks again."""


def _mailed(address: str, *kinds: str) -> Callable[[People], int]:
    return lambda people: len(people.mails(address, *kinds))


def _register(stage: Stage) -> Change:
    address = f"new-{next(NUMBERS)}@news.example"

    def done(people: People) -> int:
        pending = [row for row in people.of("pending") if row["pk"] == f"EMAIL#{address}"]
        assert len(pending) == len(people.mails(address, "verify")), "a registration and its mail"
        return min(len(pending), 1)

    return Change(lambda **how: register(stage, address, **how), done, {202})


def _verify(stage: Stage) -> Change:
    address = f"new-{next(NUMBERS)}@news.example"
    links = [registered(address) for _ in range(3)]

    def done(people: People) -> int:
        pending = [row for row in people.of("pending") if row["pk"] == f"EMAIL#{address}"]
        assert (len(people.at(address)), len(pending)) in {(0, 3), (1, 0)}
        return len(people.at(address))

    return Change(lambda **how: verify(stage, links[0], **how), done, {400})


def _forgot(stage: Stage) -> Change:
    someone = Someone(stage)
    done = _mailed(someone.address, "reset")
    return Change(
        lambda **how: post(stage, "/v1/password/forgot", {"email": someone.address}, **how),
        lambda people: min(done(people), 1),
        {202},
    )


def _reset(stage: Stage) -> Change:
    someone = Someone(stage)
    run, begun = someone.reset(), len(invariants.People.read().alive(someone.id))

    def done(people: People) -> int:
        times = len(people.mails(someone.address, "password_changed"))
        assert len(people.alive(someone.id)) == (0 if times else begun)
        assert (people.all[someone.id].password != someone.account.password) == bool(times)
        return times

    return Change(_same(run), done, {400})


def _change_password(stage: Stage) -> Change:
    someone = Someone(stage)
    return Change(someone.change_password, _mailed(someone.address, "password_changed"), {401})


def _confirm_email(stage: Stage) -> Change:
    someone, address = Someone(stage), f"moved-{next(NUMBERS)}@news.example"

    def done(people: People) -> int:
        moved = len(people.at(address))
        assert len(people.mails(someone.address, "email_changed")) == moved
        assert len(people.at(someone.address)) == 1 - moved
        return moved

    return Change(_same(someone.confirm_email(address)), done, {400})


def _erase(stage: Stage) -> Change:
    someone = Someone(stage, "editor")

    def done(people: People) -> int:
        gone = int(someone.id not in people.all)
        rows = [row for row in people.of("erasure log") if row["account"] == someone.id]
        assert len(rows) == len(people.mails(someone.address, "erased")) == gone
        assert not (gone and people.alive(someone.id))
        return gone

    return Change(someone.erase, done, {401})


def _role(stage: Stage, send: Any, action: str, role: Any = "reader") -> Change:
    someone, admin = Someone(stage, role), Someone(stage, "admin")

    def done(people: People) -> int:
        times = people.audited(someone.id).count(action)
        assert not (times and people.alive(someone.id))
        return times

    return Change(lambda **how: admin.change(someone, send, **how), done, {200})


def _log_in(stage: Stage) -> Change:
    """With as many sessions as there may be, so that the oldest gives way."""
    someone = Someone(stage)
    for _ in range(sessions.MOST - 1):
        someone.begin()
    before = invariants.People.read().alive(someone.id)

    def done(people: People) -> int:
        new = people.alive(someone.id) - before
        assert len(before - people.alive(someone.id)) == len(new)
        return min(len(new), 1)

    return Change(someone.log_in, done, {200})


def _log_out(stage: Stage) -> Change:
    someone = Someone(stage)
    return Change(
        lambda **how: someone.post("/v1/logout", **how), lambda people: 1 - len(people.alive(someone.id)), {204}
    )


def _end_others(stage: Stage) -> Change:
    someone = Someone(stage)
    for _ in range(3):
        someone.begin()

    def done(people: People) -> int:
        assert len(people.alive(someone.id)) in {4, 1}
        return int(len(people.alive(someone.id)) == 1)

    return Change(someone.end_others, done, {204})


def _rename(stage: Stage) -> Change:
    someone = Someone(stage)
    someone.begin()
    name = {"display_name": "Renamed"}
    return Change(
        lambda **how: request(stage.template, "PATCH", "/v1/me", name, token=someone.token, **how),
        lambda people: int(people.all[someone.id].display_name == "Renamed"),
        {200},
    )


def _same(run: Run) -> Callable[..., Run]:
    """The same request each time: what it carries was made once."""
    return lambda **how: Run(run.function, run.event, **how)


CHANGES: dict[str, Callable[[Stage], Change]] = {
    "register": _register,
    "verify": _verify,
    "forgot": _forgot,
    "reset": _reset,
    "password": _change_password,
    "e-mail": _confirm_email,
    "erase": _erase,
    "promote": lambda stage: _role(stage, {"role": "admin"}, "change role"),
    "demote": lambda stage: _role(stage, {"role": "reader"}, "change role", "admin"),
    "ban": lambda stage: _role(stage, {"banned": True}, "ban", "admin"),
    "log-in": _log_in,
    "log-out": _log_out,
    "end-others": _end_others,
    "rename": _rename,
}

ONE_WRITE = {"forgot"}
"""No transaction could be missing there."""


@falls_without("transaction")
@pytest.mark.parametrize("name", [name for name in CHANGES if name not in ONE_WRITE])
def test_a_killed_change_left_all_or_nothing_and_is_done_once(stage: Stage, instances: Instances, name: str) -> None:
    for call in range(1, MOST_CALLS):
        change = CHANGES[name](stage)
        (outcome,) = instances.run(change.run(dies="after", call=call))
        done = change.done(invariants.check())
        assert done in {0, 1}
        (again,) = instances.run(change.run())
        assert again.status in (change.again if done else {200, 202, 204}), again.json
        assert change.done(invariants.check()) == 1
        if not outcome.died:
            return
    pytest.fail(f"it has {MOST_CALLS} calls and more")


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_whose_answers_get_lost_is_confirmed_and_done_once(
    stage: Stage, instances: Instances, name: str
) -> None:
    for call in range(1, MOST_CALLS):
        change = CHANGES[name](stage)
        (outcome,) = instances.run(change.run(dies="lost", call=call))
        assert outcome.status in {200, 202, 204}, outcome.json
        assert change.done(invariants.check()) == 1
        if len(outcome.calls) < call:
            return
    pytest.fail(f"it has {MOST_CALLS} calls and more")


def test_forgetting_killed_anywhere_is_finished_by_the_next_try(stage: Stage, instances: Instances) -> None:
    for call in range(1, MOST_CALLS):
        someone = Someone(stage)
        for _ in range(2):
            registered(someone.address)
        erasure.erase(someone.id, PASSWORD, "remove", clock.now())
        (outcome,) = instances.run(_forget(someone, dies="after", call=call))
        (again,) = instances.run(_forget(someone))
        assert again.answer == {"batchItemFailures": []}
        people = invariants.check()
        assert [row for row in people.of("pending") if row["pk"] == f"EMAIL#{someone.address}"] == []
        (work,) = [row for row in people.of("erasure") if row["account"] == someone.id]
        assert work["done_at"]
        assert "address" not in work
        if not outcome.died:
            return
    pytest.fail(f"it has {MOST_CALLS} calls and more")


def _forget(someone: Someone, **how: Any) -> Run:
    wanted = {"pk": {"S": f"ERASURE#{someone.id}"}, "sk": {"S": "ERASURE"}}
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "Keys": wanted}}
    return Run("forget", {"Records": [record]}, **how)
