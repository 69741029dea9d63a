"""Publishing is all or nothing: each change of an article is killed at each of its calls, and must leave all or nothing.

The process dies by SIGKILL when the engine has carried a call out and nobody has heard the answer, which is also the
state before the next call. The client then does what clients do: it tries again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import settings

from tests.engine import invariants
from tests.engine.instances import Run, request
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.instances import Instances, Outcome
    from tests.stage import Stage

MOST_CALLS = 20
KEYS = count()
BYLINE = [{"name": "Ada Quist", "slug": "ada-quist"}, {"name": "Ben Oru", "slug": "ben-oru"}]
MOVED = {"section": "business", "topic": "Bridges", "byline": BYLINE, "language": "fr", "headline": "Moved"}


@dataclass
class Change:
    """An operation on one article, and what it needs to stand there before."""

    method: str
    path: str
    send: Any = None
    version: int | None = None
    key: str = field(default_factory=lambda: f"key {next(KEYS)}")

    def run(self, stage: Stage, **how: Any) -> Run:
        return request(
            stage.template,
            self.method,
            self.path,
            self.send,
            token=stage.token("editor"),
            version=self.version,
            **({"idempotency_key": self.key} if self.key else {}),
            **how,
        )


def _path(article: Any, *more: str) -> str:
    return "/".join(["/v1/newsroom/articles", article["id"], *more])


def _saved(stage: Stage, article: Any, patch: Any) -> Any:
    return stage.call("PATCH", _path(article), patch, token=stage.token("editor"), version=article["version"]).json


def _translated(stage: Stage) -> Any:
    """A draft with two published translations."""
    first = stage.published(language="en")
    stage.published(language="es", translation_of=first["id"])
    return stage.draft(language="fr", translation_of=first["id"])


def _create(stage: Stage) -> Change:
    article = {"headline": "New", "section": "world", "byline": BYLINE, "body": {"format": "html", "text": "<p>x</p>"}}
    return Change("POST", "/v1/newsroom/articles", article)


def _create_translation(stage: Stage) -> Change:
    change = _create(stage)
    change.send |= {"translation_of": stage.published()["id"], "language": "es"}
    return change


def _save(stage: Stage) -> Change:
    draft = stage.draft()
    return Change("PATCH", _path(draft), {"section": "business", "headline": "Saved"}, 1)


def _publish(stage: Stage) -> Change:
    return Change("POST", _path(stage.draft(topic="Trams"), "publish"), {}, 1)


def _publish_translation(stage: Stage) -> Change:
    return Change("POST", _path(_translated(stage), "publish"), {}, 1)


def _publish_scheduled(stage: Stage) -> Change:
    waiting = stage.publish(stage.draft(), publish_at="2031-01-01T00:00:00Z")
    return Change("POST", _path(waiting, "publish"), {}, 2)


def _republish_moved(stage: Stage) -> Change:
    live = stage.published(topic="Trams", byline=BYLINE[:1])
    return Change("POST", _path(_saved(stage, live, MOVED), "publish"), {}, 3)


def _schedule(stage: Stage) -> Change:
    return Change("POST", _path(stage.draft(), "publish"), {"publish_at": "2031-01-01T00:00:00Z"}, 1)


def _reschedule(stage: Stage) -> Change:
    waiting = stage.publish(stage.draft(), publish_at="2031-01-01T00:00:00Z")
    return Change("POST", _path(waiting, "publish"), {"publish_at": "2031-02-01T00:00:00Z"}, 2)


def _unschedule(stage: Stage) -> Change:
    waiting = stage.publish(stage.draft(), publish_at="2031-01-01T00:00:00Z")
    return Change("POST", _path(waiting, "unpublish"), {}, 2)


def _withdraw(stage: Stage) -> Change:
    return Change("POST", _path(stage.published(topic="Trams"), "unpublish"), {}, 2)


def _withdraw_translation(stage: Stage) -> Change:
    return Change("POST", _path(stage.publish(_translated(stage)), "unpublish"), {}, 2)


def _put_back(stage: Stage) -> Change:
    live = stage.published()
    stage.call("POST", _path(live, "unpublish"), token=stage.token("editor"), version=2)
    return Change("POST", _path(live, "publish"), {}, 3)


def _correct(stage: Stage) -> Change:
    return Change("POST", _path(stage.published(), "corrections"), {"kind": "update", "text": "Later."}, 2)


def _correct_body(stage: Stage) -> Change:
    saved = _saved(stage, stage.published(), {"headline": "Not yet"})
    body = {"format": "html", "text": "<p>It was at one.</p>"}
    return Change("POST", _path(saved, "corrections"), {"kind": "correction", "text": "Noon.", "body": body}, 3)


def _restore(stage: Stage) -> Change:
    saved = _saved(stage, stage.draft(), {"headline": "Second", "section": "business"})
    return Change("POST", _path(saved, "revisions", "1", "restore"), {}, 2)


def _delete(stage: Stage) -> Change:
    saved = _saved(stage, stage.draft(), {"headline": "Second"})
    return Change("DELETE", _path(saved), None, 2)


def _delete_translation(stage: Stage) -> Change:
    return Change("DELETE", _path(_translated(stage)), None, 1)


CHANGES = [
    _create,
    _create_translation,
    _save,
    _publish,
    _publish_translation,
    _publish_scheduled,
    _republish_moved,
    _schedule,
    _reschedule,
    _unschedule,
    _withdraw,
    _withdraw_translation,
    _put_back,
    _correct,
    _correct_body,
    _restore,
    _delete,
    _delete_translation,
]


def _at_every_step(attempt: Callable[[int], Outcome]) -> int:
    """Makes an attempt with each of its calls gone wrong, until there is no such call; how many calls there were."""
    for call in range(1, MOST_CALLS):
        outcome = attempt(call)
        if not outcome.died and len(outcome.calls) < call:
            return call - 1
    raise AssertionError("no end of calls")


@falls_without("transaction")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_a_change_killed_at_any_step_leaves_all_or_nothing(
    stage: Stage, instances: Instances, change: Callable[[Stage], Change]
) -> None:
    def kill(call: int) -> Outcome:
        wanted = change(stage)
        before = _steps()
        (outcome,) = instances.run(wanted.run(stage, dies="after", call=call))
        done = _steps(invariants.check()) - before
        (again,) = instances.run(wanted.run(stage))
        assert again.status == _answer_to_a_repetition(wanted, done)
        assert _steps(invariants.check()) - before == 1, "done once in the end"
        return outcome

    assert _at_every_step(kill) >= 2


def _answer_to_a_repetition(change: Change, done: int) -> int:
    """What a client gets that did not hear the first answer: creating has a key, all else names the version it is for."""
    assert done in {0, 1}, "half done"
    if change.version is None:
        return 201
    if change.method == "DELETE":
        return 404 if done else 204
    return 412 if done else 200


@falls_without("token")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_a_change_whose_answers_get_lost_happens_once_and_is_confirmed(
    stage: Stage, instances: Instances, change: Callable[[Stage], Change]
) -> None:
    """The connection breaks when the engine has done its work; botocore sends the same again. No client's key helps."""

    def lose(call: int) -> Outcome:
        wanted = replace(change(stage), key="")
        before = _steps()
        (outcome,) = instances.run(wanted.run(stage, dies="lost", call=call))
        assert outcome.status in {200, 201, 204}
        assert _steps(invariants.check()) - before == 1
        return outcome

    assert _at_every_step(lose) >= 2


def _steps(world: invariants.World | None = None) -> int:
    """A figure that every change moves by one; of the world, or of the desk as it is now."""
    rows = (world.desk if world else invariants.scan(settings.get().desk)).values()
    deleted = [row for row in rows if row["entity"] == "audit" and row["action"] == "delete"]
    return sum(row["version"] for row in rows if row["entity"] == "state") + sum(row["version"] + 1 for row in deleted)


def test_publish_due_killed_at_any_step_leaves_each_article_due_or_published(
    stage: Stage, instances: Instances
) -> None:
    def kill(call: int) -> Outcome:
        waiting = [stage.publish(stage.draft(topic="Trams"), publish_at="2031-01-01T00:00:00Z") for _ in range(2)]
        (outcome,) = instances.run(Run("publish_due", {}, "2031-01-01T00:00:30+00:00", "after", call))
        assert not outcome.error
        states = invariants.check().states
        assert {states[article["id"]].status for article in waiting} <= {"scheduled", "published"}
        instances.run(Run("publish_due", {}, "2031-01-01T00:01:30+00:00"))
        world = invariants.check()
        for article in waiting:
            assert world.states[article["id"]].status == "published"
            assert len(world.audit(article["id"], "publish")) == 1
        return outcome

    assert _at_every_step(kill) == 7, "the schedule; state and text, group, transaction of each"
