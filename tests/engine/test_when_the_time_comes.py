"""publish_due: exactly once with any number of workers, never early by any of their clocks, and after missed ticks too."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import audits, clock, publishing
from ulid import ULID

from tests.engine import invariants
from tests.engine.instances import Run, request
from tests.engine.sabotage import falls_without
from tests.engine.threads import at_once

if TYPE_CHECKING:
    from tests.engine.instances import Instances
    from tests.stage import Stage

DUE = datetime.fromisoformat("2031-01-01T06:00:00+00:00")


def _scheduled(stage: Stage, count: int) -> list[Any]:
    """Due a second after one another, the first at DUE."""
    times = [clock.stamp(DUE + timedelta(seconds=n)) for n in range(count)]
    return [stage.publish(stage.draft(headline=f"Article {n}"), publish_at=at) for n, at in enumerate(times)]


def _tick(seconds: float = 30, waits: int = 0) -> Run:
    return Run("publish_due", {}, now=(DUE + timedelta(seconds=seconds)).isoformat(), waits=waits)


def _check_published_once(articles: list[Any]) -> None:
    world = invariants.check()
    for article in articles:
        state = world.states[article["id"]]
        assert (state.status, state.version) == ("published", 3)
        assert len(world.audit(article["id"], "publish")) == 1


@falls_without("state")
@pytest.mark.parametrize("workers", [3, 8])
def test_racing_workers_publish_each_article_exactly_once(stage: Stage, instances: Instances, workers: int) -> None:
    articles = _scheduled(stage, 12)
    outcomes = instances.run(*(_tick() for _ in range(workers)), meet=True)
    published = [each for outcome in outcomes for each in outcome.answer["published"]]
    assert sorted(published) == sorted(article["id"] for article in articles)
    _check_published_once(articles)


class _OneAtATime:
    """Ids are made without a lock: a function's instance has one thread."""

    lock = threading.Lock()

    @classmethod
    def from_datetime(cls, at: datetime) -> ULID:
        with cls.lock:
            return ULID.from_datetime(at)


@falls_without("state")
def test_racing_threads_publish_each_article_exactly_once(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "ULID", _OneAtATime)
    articles = _scheduled(stage, 12)
    at = DUE + timedelta(minutes=1)
    published = chain(*at_once(monkeypatch, *[lambda: publishing.publish_due(at)] * 8))
    assert sorted(published) == sorted(article["id"] for article in articles)
    _check_published_once(articles)


@falls_without("waiting")
def test_no_worker_publishes_before_its_own_clock_says_so(stage: Stage, instances: Instances) -> None:
    articles = _scheduled(stage, 10)
    due = {article["id"]: article["publish_at"] for article in articles}
    ticks = [_tick(seconds) for seconds in (-30, -0.001, 0, 3.5, 7.999, 4)]
    outcomes = instances.run(*ticks)
    assert outcomes[0].answer == outcomes[1].answer == {"published": []}
    for tick, outcome in zip(ticks, outcomes, strict=True):
        by_then = clock.stamp(datetime.fromisoformat(tick.now))
        assert all(due[article] <= by_then for article in outcome.answer["published"])
    world = invariants.check()
    published = {article for article in due if world.states[article].status == "published"}
    assert published == {article for article, at in due.items() if at <= clock.stamp(DUE + timedelta(seconds=7.999))}
    for article in published:
        assert due[article] <= str(world.states[article].published_at)


def test_missed_ticks_are_made_up_for(stage: Stage, instances: Instances) -> None:
    articles = _scheduled(stage, 3)
    days_later = 3 * 86_400
    (outcome,) = instances.run(_tick(days_later))
    assert outcome.answer["published"] == [article["id"] for article in articles], "in the order in which they were due"
    _check_published_once(articles)
    (again,) = instances.run(_tick(days_later + 60))
    assert again.answer == {"published": []}


LATER = "2031-01-01T09:00:00.000Z"
EDITS = {
    "reschedule": ("POST", "/publish", {"publish_at": LATER}),
    "unschedule": ("POST", "/unpublish", {}),
    "save": ("PATCH", "", {"headline": "Saved at the last moment"}),
    "publish": ("POST", "/publish", {}),
}


@pytest.fixture(params=EDITS)
def edit(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _edit(stage: Stage, article: Any, edit: str) -> Run:
    method, path, given = EDITS[edit]
    whole = f"/v1/newsroom/articles/{article['id']}{path}"
    return request(stage.template, method, whole, given, token=stage.token("editor"), version=2)


@falls_without("state")
def test_an_editor_is_a_moment_before_the_worker(stage: Stage, instances: Instances, edit: str) -> None:
    """The worker had read the article when the editor changed it."""
    (article,) = _scheduled(stage, 1)
    editor, worker = instances.run(_edit(stage, article, edit), _tick(), in_turn=True)
    assert (editor.status, worker.answer) == (200, {"published": []})
    _check_as_edited(article, edit)
    instances.run(_tick(90))
    world = invariants.check()
    if edit == "save":
        assert world.states[article["id"]].headline == "Saved at the last moment"
        assert world.states[article["id"]].status == "published", "a minute later"


@falls_without("second look")
@pytest.mark.parametrize("edit", ["reschedule", "unschedule", "publish"])
def test_an_editor_is_a_moment_before_the_worker_has_read(stage: Stage, instances: Instances, edit: str) -> None:
    """The worker knew only that the article was due."""
    (article,) = _scheduled(stage, 1)
    editor, worker = instances.run(_edit(stage, article, edit), _tick(waits=2), in_turn=True)
    assert (editor.status, worker.answer) == (200, {"published": []})
    _check_as_edited(article, edit)


def _check_as_edited(article: Any, edit: str) -> None:
    world = invariants.check()
    state = world.states[article["id"]]
    wanted = {"reschedule": "scheduled", "unschedule": "draft", "save": "scheduled", "publish": "published"}[edit]
    assert (state.status, state.version) == (wanted, 3)
    assert state.publish_at == {"reschedule": LATER, "save": article["publish_at"]}.get(edit)
    assert len(world.audit(article["id"], "publish")) == (edit == "publish")


@falls_without("state", "state and text")
def test_a_worker_is_a_moment_before_the_editor(stage: Stage, instances: Instances, edit: str) -> None:
    (article,) = _scheduled(stage, 1)
    worker, editor = instances.run(_tick(), _edit(stage, article, edit), in_turn=True)
    assert worker.answer == {"published": [article["id"]]}
    assert (editor.status, editor.json.get("version")) == (412, 3)
    _check_published_once([article])


def test_editors_and_workers_all_at_once(stage: Stage, instances: Instances) -> None:
    articles = _scheduled(stage, 4)
    edits = [_edit(stage, article, edit) for article, edit in zip(articles, EDITS, strict=True)]
    outcomes = instances.run(*edits, *(_tick() for _ in range(4)), meet=True)
    assert {outcome.status for outcome in outcomes[:4]} <= {200, 412}
    invariants.check()
    instances.run(_tick(90))
    world = invariants.check()
    for article, outcome in zip(articles, outcomes, strict=False):
        assert world.states[article["id"]].status == "published" or outcome.status == 200
