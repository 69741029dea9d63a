"""Each change of a comment, and the counting of it, is killed at each of its calls: all or nothing, and done once.

The process dies by SIGKILL when the engine has carried a call out and nobody has heard the answer, which is also the
state before the next call. What was killed is sent again, as clients and streams do. Each change is prepared once for each
of its calls, all in one discussion, so that all of them die at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, discussions, threads

from local import filters
from tests.engine import comment_invariants as invariants
from tests.engine.comment_writers import Talk, Voice, tallied
from tests.engine.instances import Run
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.comment_invariants import Discussions
    from tests.engine.instances import Instances
    from tests.stage import Stage

NUMBERS = count(1)


@dataclass(frozen=True)
class Change:
    run: Run
    done: Callable[[Discussions], bool]
    again: int
    """What a client that did not hear of its being done gets when it asks again."""


# ---------------------------------------------------------------- changes


def _is(comment_id: str, state: str) -> Callable[[Discussions], bool]:
    return lambda found: found.all[comment_id].state == state


def _posted(text: str) -> Callable[[Discussions], bool]:
    return lambda found: len(found.said(text)) == 1


def _post(talk: Talk, role: Any = "reader", parent: str | None = None, says: str = "", **how: Any) -> Change:
    text = f"{says}Words of their own, {next(NUMBERS)}"
    run = Voice(talk.stage, role).posting(talk.slug, text, parent, **how)
    return Change(run, _posted(text), 201 if how else 409)


def _edit(talk: Talk, says: str = "") -> Change:
    writer, text = Voice(talk.stage), f"{says}Other words, {next(NUMBERS)}"
    made = writer.post(talk.slug, f"The first words, {text}")
    return Change(writer.changing("PATCH", made, send={"text": text}), _posted(text), 200)


def _delete(talk: Talk, role: Any = "reader", *, answered: bool = False, parent: str | None = None) -> Change:
    writer = Voice(talk.stage, role)
    made = writer.post(talk.slug, f"To be deleted, {next(NUMBERS)}", parent)
    if answered:
        Voice(talk.stage).post(talk.slug, f"To what is deleted, {next(NUMBERS)}", made)
    return Change(writer.changing("DELETE", made), _is(made, "deleted"), 204)


def _react(talk: Talk, kind: str | None, before: str | None = None) -> Change:
    made, member = _made(talk), Voice(talk.stage)
    if before:
        member.react(made, before)
    run = member.changing("PUT" if kind else "DELETE", made, "/reaction", {"kind": kind} if kind else None)
    return Change(run, lambda found: found.reacted(made) == ({kind: 1} if kind else {}), 200 if kind else 204)


def _report(talk: Talk, before: int = 0) -> Change:
    made = _made(talk)
    for _ in range(before):
        Voice(talk.stage).report(made)
    run = Voice(talk.stage).changing("POST", made, "/reports", {"reason": "abuse"})
    return Change(run, lambda found: len(found.told(made)) == before + 1, 202)


def _decide(talk: Talk, action: Any, state: str, says: str = "", *, parent: bool = False, reports: int = 0) -> Change:
    made = _made(talk, says, _made(talk) if parent else None)
    for _ in range(reports):
        Voice(talk.stage).report(made)
    run = talk.moderators[0].deciding(made, action)
    return Change(run, lambda found: found.all[made].state == state and found.audited(made) == [action], 200)


def _made(talk: Talk, says: str = "", parent: str | None = None) -> str:
    return Voice(talk.stage).post(talk.slug, f"{says}What it is about, {next(NUMBERS)}", parent)


HELD = "A casino bonus: "
Makes = dict[str, "Callable[[Talk], Change]"]
POSTING: Makes = {
    "post": _post,
    "post as a guest": lambda talk: _post(talk, None),
    "post with a key": lambda talk: _post(talk, idempotency_key=f"key {next(NUMBERS)}"),
    "post as a guest with a key": lambda talk: _post(talk, None, idempotency_key=f"key {next(NUMBERS)}"),
    "post what is held": lambda talk: _post(talk, says=HELD),
    "answer": lambda talk: _post(talk, parent=_made(talk)),
    "answer with a key": lambda talk: _post(talk, parent=_made(talk), idempotency_key=f"key {next(NUMBERS)}"),
}
CHANGING: Makes = {
    "edit": _edit,
    "edit into what is held": lambda talk: _edit(talk, HELD),
    "delete": _delete,
    "delete as a guest": lambda talk: _delete(talk, None),
    "delete what was answered": lambda talk: _delete(talk, answered=True),
    "delete an answer": lambda talk: _delete(talk, parent=_made(talk)),
}
TELLING: Makes = {
    "react": lambda talk: _react(talk, "like"),
    "react otherwise": lambda talk: _react(talk, "sad", "funny"),
    "take a reaction back": lambda talk: _react(talk, None, "funny"),
    "report": _report,
    "report and hide": lambda talk: _report(talk, 2),
}
MODERATING: Makes = {
    "approve": lambda talk: _decide(talk, "approve", "published", HELD),
    "approve an answer": lambda talk: _decide(talk, "approve", "published", HELD, parent=True),
    "approve what was reported": lambda talk: _decide(talk, "approve", "published", reports=2),
    "hide": lambda talk: _decide(talk, "hide", "hidden"),
    "reject": lambda talk: _decide(talk, "reject", "rejected", HELD),
    "call spam": lambda talk: _decide(talk, "spam", "spam", parent=True),
}


# ---------------------------------------------------------------- killed


def _calls(talk: Talk, instances: Instances, makes: Makes) -> dict[str, int]:
    """How many calls each of the changes makes when nothing is in its way."""
    outcomes = instances.run(*(make(talk).run for make in makes.values()))
    assert all(200 <= outcome.status < 300 for outcome in outcomes), [outcome.json for outcome in outcomes]
    return {name: len(outcome.calls) for name, outcome in zip(makes, outcomes, strict=True)}


def _killed(stage: Stage, instances: Instances, makes: Makes) -> None:
    talk = Talk(stage)
    cases = [
        (name, call, makes[name](talk))
        for name, calls in _calls(talk, instances, makes).items()
        for call in range(1, calls + 1)
    ]
    killed = instances.run(*(replace(change.run, dies="after", call=call) for _, call, change in cases))
    assert all(outcome.died for outcome in killed)
    found = invariants.check(counted=False)
    done = [change.done(found) for *_, change in cases]
    again = instances.run(*(change.run for *_, change in cases))
    for (name, call, change), was_done, outcome in zip(cases, done, again, strict=True):
        wanted = {change.again} if was_done else {200, 201, 202, 204}
        assert outcome.status in wanted, f"{name}, sent again after it ended at call {call}: {outcome.json}"
    found = tallied(stage)
    assert [name for name, _, change in cases if not change.done(found)] == []
    for name in makes:
        course = [was_done for (other, *_), was_done in zip(cases, done, strict=True) if other == name]
        assert course == sorted(course), f"{name} is done from some call on"
        assert (course[0], course[-1]) == (False, True), name


@pytest.mark.parametrize("makes", [POSTING, CHANGING, TELLING, MODERATING], ids=["post", "change", "tell", "moderate"])
def test_a_killed_change_left_all_or_nothing_and_is_done_once(stage: Stage, instances: Instances, makes: Makes) -> None:
    _killed(stage, instances, makes)


@pytest.mark.parametrize("name", ["answer", "delete as a guest", "report and hide", "approve an answer"])
@falls_without("transaction")
def test_a_killed_change_leaves_all_or_nothing_by_its_transaction(
    stage: Stage, instances: Instances, name: str
) -> None:
    everything = POSTING | CHANGING | TELLING | MODERATING
    _killed(stage, instances, {name: everything[name]})


@falls_without("token")
def test_changes_whose_answers_get_lost_are_confirmed_and_done_once(stage: Stage, instances: Instances) -> None:
    """The connection breaks when the engine has carried a transaction out; botocore sends the same again."""
    talk, makes = Talk(stage), POSTING | CHANGING | TELLING | MODERATING
    changes = [
        (make(talk), calls) for make, calls in zip(makes.values(), _calls(talk, instances, makes).values(), strict=True)
    ]
    outcomes = instances.run(*(replace(change.run, dies="lost", call=calls) for change, calls in changes))
    assert {outcome.calls[-1] for outcome in outcomes} == {"TransactWriteItems"}
    assert {outcome.status for outcome in outcomes} <= {200, 201, 202, 204}
    found = tallied(stage)
    assert all(change.done(found) for change, _ in changes)


@pytest.mark.parametrize("role", ["reader", None])
def test_an_answer_lost_for_good_is_given_again_with_its_key(stage: Stage, instances: Instances, role: Any) -> None:
    """A phone in a tunnel: the comment is there and nobody heard; the same request gets the same edit token."""
    talk, voice = Talk(stage), Voice(stage, role)
    sent = voice.posting(talk.slug, "From a tunnel", talk.first, idempotency_key="k")
    (first,) = instances.run(sent)
    again = instances.run(*(replace(sent, dies="after", call=call) for call in (1, 2)), sent)
    assert [outcome.died for outcome in again] == [True, True, False]
    assert again[-1].answer["body"] == first.answer["body"]
    assert len(tallied(stage).said("From a tunnel")) == 1


# ---------------------------------------------------------------- counting


@dataclass
class Heard:
    """A discussion in which something happened that was not counted yet."""

    talk: Talk
    run: Run
    seen: dict[str, str]
    """Pages by their tags, as a poller keeps them."""

    def look(self) -> None:
        now = clock.now()
        discussion = discussions.load(self.talk.slug, consistent=True)
        tag = threads.tag(discussion, "oldest", None, 20, now)
        page = threads.page(discussion, "oldest", None, 20, now)
        assert self.seen.setdefault(tag, page) == page, "a poller who has this tag never hears of the new page"


def _heard(stage: Stage) -> Heard:
    talk = Talk(stage)
    talk.reply(1, talk.first, 0)
    assert stage.deliver("TallyFunction", "SiteTable", stage.records("SiteTable")) == []
    (_, counted) = talk.by
    talk.reply(4, talk.first, 0)
    talk.react(2, list(talk.by)[2], 0)
    talk.react(2, talk.first, 1)
    talk.hide(0, counted, 0)
    talk.post(3, "", 0)
    (source,) = stage.template.functions["TallyFunction"].streams
    told = [record for record in stage.records("SiteTable") if filters.wanted(source.filters, record)]
    records = [{"dynamodb": {name: record["dynamodb"][name] for name in ("SequenceNumber", "Keys")}} for record in told]
    assert len(records) == 5
    heard = Heard(talk, Run("tally", {"Records": records}), {})
    heard.look()
    return heard


@falls_without("transaction", "last step")
def test_counting_killed_anywhere_is_finished_by_the_next_try(stage: Stage, instances: Instances) -> None:
    (whole,) = instances.run(_heard(stage).run)
    some = [_heard(stage) for _ in whole.calls]
    killed = instances.run(*(replace(one.run, dies="after", call=call) for call, one in enumerate(some, 1)))
    assert all(outcome.died for outcome in killed)
    invariants.check(counted=False)
    for one in some:
        one.look()
    again = instances.run(*(one.run for one in some))
    assert [outcome.answer for outcome in again] == [{"batchItemFailures": []}] * len(some)
    invariants.check()
    for one in some:
        one.look()


def test_counting_whose_answers_get_lost_counts_once(stage: Stage, instances: Instances) -> None:
    (whole,) = instances.run(_heard(stage).run)
    some = [_heard(stage) for _ in whole.calls]
    outcomes = instances.run(*(replace(one.run, dies="lost", call=call) for call, one in enumerate(some, 1)))
    assert [outcome.answer for outcome in outcomes] == [{"batchItemFailures": []}] * len(some)
    invariants.check()
    for one in some:
        one.look()
