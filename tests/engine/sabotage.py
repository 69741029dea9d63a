"""Takes a guard away, to show that the test which stands for it can fail.

`falls_without("state")` runs a test as it is. `make guards` (GUARDS=yes) runs it once more with the condition on an article's
state taken out of every write: that run must fail. The same names work in other processes.
"""

from __future__ import annotations

import os
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.httpsession import URLLib3Session
from broadsheet import (
    changes,
    commenting,
    coreading,
    desk,
    popular,
    publishing,
    reads,
    rebuilding,
    streams,
    table,
    tallying,
    translations,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from broadsheet.table import Write

ALWAYS = "attribute_exists(pk) OR attribute_not_exists(pk)"
VALUE = re.compile(r":(\w+)")


def _sk(name: str) -> Callable[[Write], bool]:
    return lambda write: write.item["sk"] == name and write.action != "ConditionCheck"


def _pk(prefix: str) -> Callable[[Write], bool]:
    return lambda write: write.item["pk"].startswith(prefix)


CONDITIONS: dict[str, Callable[[Write], bool]] = {
    "state": _sk("STATE"),
    "text": lambda write: write.item["sk"].startswith("REVISION#"),
    "original": lambda write: write.item["sk"] == "STATE" and write.action == "ConditionCheck",
    "group": lambda write: write.item["sk"] == "GROUP",
    "key": _sk("KEY"),
    "claim": _pk("IDEMPOTENCY#"),
    "session": _pk("SESSION#"),
    "throttle": _pk("THROTTLE#"),
    "email": _pk("EMAIL#"),
    "generation": _pk("ACCOUNT#"),
    "link": _pk("TOKEN#"),
    "admins": _pk("ADMINS"),
    "lease": _pk("MAIL#"),
    "front": _pk("FRONT"),
    "picks": _sk("PICKS"),
    "rebuild": _sk("REBUILD"),
    "part": lambda write: write.item["sk"].startswith("PART#"),
    "record": _pk("COMMENT#"),
    "reaction": _pk("REACTIONS#"),
    "report": _pk("REPORTS#"),
    "duplicate": _pk("DUPLICATE#"),
    "ledger": _pk("LEDGER#"),
    "salt": _pk("THROTTLE#reads#SALT"),
    "room": _pk("READS#"),
    "coreads": _pk("COREADS#"),
    "span": _pk("SPAN#"),
    "reading": _pk("READING"),
    "list": _pk("LIST#"),
    "tallied": lambda write: "#tallied" in write.condition,
    "lists": lambda write: write.item["sk"] == "LISTS" and write.action == "Update",
    "nearest": lambda write: write.item["sk"] == "ENTRY" and write.action == "Put",
    "live": lambda write: write.item["sk"] == "ENTRY" and write.action == "ConditionCheck",
}
"""Which writes lose their condition."""


def take_away(names: Iterable[str], patch: Callable[[Any, str, Any], None]) -> None:
    """`patch` is setattr, or a monkeypatch's."""
    wanted = list(names)
    if conditions := [CONDITIONS[name] for name in wanted if name in CONDITIONS]:
        patch(table.Write, "request", _unconditional(conditions))
    for name in wanted:
        if name not in CONDITIONS:
            OTHERS[name](patch)


def _unconditional(conditions: list[Callable[[Write], bool]]) -> Callable[[Write], dict[str, Any]]:
    request = table.Write.request

    def without(write: Write) -> dict[str, Any]:
        if not any(applies(write) for applies in conditions):
            return request(write)
        named = set(VALUE.findall(write.expression))
        kept = {name: value for name, value in (write.values or {}).items() if name in named}
        return request(replace(write, condition=ALWAYS if write.condition else "", values=kept))

    return without


def _one_by_one(patch: Callable[[Any, str, Any], None]) -> None:
    """Every write on its own: what a transaction saves us from."""

    def transact(writes: Iterable[Write]) -> None:
        for operation in writes:
            if operation.action != "ConditionCheck":
                table.write(operation)

    patch(table, "transact", transact)


def _without_token(patch: Callable[[Any, str, Any], None]) -> None:
    """Every try of a transaction is a transaction of its own."""
    send = URLLib3Session.send

    def forgetful(session: Any, request: Any) -> Any:
        fresh = f'"ClientRequestToken": "{uuid.uuid4()}"'.encode()
        request.body = re.sub(rb'"ClientRequestToken": "[^"]+"', fresh, request.body)
        return send(session, request)

    patch(URLLib3Session, "send", forgetful)


def _without_waiting(patch: Callable[[Any, str, Any], None]) -> None:
    """The worker looks a minute ahead, as one whose clock is wrong would."""
    due = publishing.publish_due
    patch(publishing, "publish_due", lambda at: due(at + timedelta(minutes=1)))


def _without_second_look(patch: Callable[[Any, str, Any], None]) -> None:
    """What stood in the schedule is published, whatever its state says."""

    def publish_one(article_id: str, at: Any) -> bool:
        state, text = desk.load(article_id)
        publishing._go_live(state, text, "schedule", at)
        return True

    patch(publishing, "_publish_one", publish_one)


def _without_second_try(patch: Callable[[Any, str, Any], None]) -> None:
    """What DynamoDB leaves over, or refuses for a moment, is never asked for again."""
    patch(table, "tries", lambda: iter([0]))


class Unread(Exception):  # noqa: N818
    """What nobody catches."""


def _trusting(patch: Callable[[Any, str, Any], None]) -> None:
    """One record that cannot be read ends the whole batch."""
    read = changes._change

    def trusting(record: dict[str, Any]) -> Any:
        try:
            return read(record)
        except (KeyError, TypeError):
            raise Unread from None

    patch(changes, "_change", trusting)


def _without_second_reading(patch: Callable[[Any, str, Any], None]) -> None:
    """The counter believes what a record says instead of looking at what it is about."""
    told: dict[str, Any] = {}
    key_of = streams._key

    def believing(record: dict[str, Any]) -> Any:
        key = key_of(record)
        told[key["pk"]] = table.to_item(record["dynamodb"]["NewImage"])
        return key

    patch(streams, "_key", believing)
    patch(tallying, "read", lambda wanted: [tallying.source_of(told[key["pk"]]) for key in wanted])


def _without_another_look(patch: Callable[[Any, str, Any], None]) -> None:
    """Who has shown something is sure that it is still true."""
    shown = tallying._shown_anew

    def sure(*args: Any, **how: Any) -> bool:
        shown(*args, **how)
        return False

    patch(tallying, "_shown_anew", sure)


def _without_last_step(patch: Callable[[Any, str, Any], None]) -> None:
    """What is shown changes, and the thread's revision does not tell."""
    write = table.write

    def silent(operation: Write) -> None:
        if operation.expression != "ADD #revision :one":
            write(operation)

    patch(table, "write", silent)


def _without_adding(patch: Callable[[Any, str, Any], None]) -> None:
    """A count is read, and written one higher."""
    addition = reads._addition

    def written(place: Any, section: str, pairs: Any, times: int, *others: Any) -> Write:
        standing = table.get(addition(place, section, pairs, times, *others).table, place, consistent=True) or {}
        counts = {name: standing.get(name, 0) + times for name in ("n", *pairs)}
        item = {"entity": "reads", "v": 1, "section": section, **standing, **counts, **place}
        return table.put(addition(place, section, pairs, times, *others).table, item)

    patch(reads, "_addition", written)


OTHERS: dict[str, Callable[[Callable[[Any, str, Any], None]], None]] = {
    "transaction": _one_by_one,
    "token": _without_token,
    "waiting": _without_waiting,
    "second look": _without_second_look,
    "second try": _without_second_try,
    "unreadable": _trusting,
    "remembering": lambda patch: patch(rebuilding, "_remembered", lambda message_id, standing: None),
    "relisting": lambda patch: patch(desk, "relist", lambda before, after: []),
    "unscheduling": lambda patch: patch(publishing, "_unschedule", lambda state: []),
    "answered": lambda patch: patch(commenting, "answered", lambda parent: []),
    "second reading": _without_second_reading,
    "another look": _without_another_look,
    "last step": _without_last_step,
    "adding": _without_adding,
    "counted": lambda patch: patch(coreading, "_counted", lambda standing, stamp: False),
    "still there": lambda patch: patch(popular, "_still_there", lambda members: True),
    "telling": lambda patch: patch(translations, "tell", lambda group, before, after: [group.unchanged()]),
}


def falls_without(*guards: str, raises: type[Exception] = AssertionError) -> Any:
    """Marks a test that holds as things are, and must fail without each of these guards; `a and b` are two at once."""
    fails = pytest.mark.xfail(strict=True, raises=raises)
    cases = [pytest.param((), id="guarded")]
    if os.environ.get("GUARDS") != "yes":
        guards = ()
    cases += [
        pytest.param(tuple(guard.split(" and ")), id=f"without-{guard.replace(' ', '-')}", marks=fails)
        for guard in guards
    ]

    def mark(test: Any) -> Any:
        return pytest.mark.usefixtures("taken_away")(pytest.mark.parametrize("taken_away", cases, indirect=True)(test))

    return mark
