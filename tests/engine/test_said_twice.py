"""Idempotency keys: a request that is sent again, at once or later, is the same request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, drafts, idempotency, inputs
from broadsheet.roles import Person

from tests.engine import invariants
from tests.engine.instances import request
from tests.engine.sabotage import falls_without
from tests.stage import article

if TYPE_CHECKING:
    from tests.engine.instances import Instances, Run
    from tests.stage import Stage


def _create(stage: Stage, sent: Any, key: str = "k", **how: Any) -> Run:
    token = stage.token("editor")
    return request(stage.template, "POST", "/v1/newsroom/articles", sent, token=token, idempotency_key=key, **how)


@falls_without("claim and group")
@pytest.mark.parametrize("of", ["", "a translation"])
def test_sixteen_creates_with_one_key_make_one_article_and_get_one_answer(
    stage: Stage, instances: Instances, of: str
) -> None:
    sent = article(language="es", translation_of=stage.draft()["id"]) if of else article()
    before = len(invariants.check().states)
    outcomes = instances.run(*(_create(stage, sent) for _ in range(16)), meet=True)
    assert {outcome.status for outcome in outcomes} == {201}, [outcome.json for outcome in outcomes]
    assert len({outcome.answer["body"] for outcome in outcomes}) == 1
    assert len({outcome.answer["headers"]["Location"] for outcome in outcomes}) == 1
    assert len(invariants.check().states) - before == 1


def test_a_repeated_translation_gets_the_first_answer_though_it_exists(stage: Stage, instances: Instances) -> None:
    sent = article(language="es", translation_of=stage.draft()["id"])
    (first,) = instances.run(_create(stage, sent))
    (second,) = instances.run(_create(stage, sent))
    assert (second.status, second.json) == (201, first.json)
    (other,) = instances.run(_create(stage, {**sent, "headline": "Another"}))
    assert (other.status, other.json["code"]) == (422, "idempotency_conflict")


@falls_without("claim")
def test_an_answer_lost_for_good_is_given_again(stage: Stage, instances: Instances) -> None:
    """The transaction was committed and the instance died; the client sends the same again."""
    (first,) = instances.run(_create(stage, article(), dies="after", call=2))
    assert first.died
    outcomes = instances.run(*(_create(stage, article()) for _ in range(4)), meet=True)
    assert [outcome.status for outcome in outcomes] == [201] * 4
    assert len(invariants.check().states) == 1


@falls_without("claim")
def test_of_different_bodies_under_one_key_one_is_made(stage: Stage, instances: Instances) -> None:
    runs = [_create(stage, article(headline=f"Headline {n}")) for n in range(4)]
    outcomes = instances.run(*runs, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [201, 422, 422, 422]
    assert len(invariants.check().states) == 1


def test_a_key_is_free_again_after_its_day_though_its_item_is_still_there(stage: Stage) -> None:
    """DynamoDB's time to live may sweep days late."""
    editor, now = Person("01M8000000000000000000000A", "editor", "Ada"), clock.now()
    given, claim = inputs.check(inputs.NewArticle, article()), idempotency.claim("k", "POST /x", "a", "{}")
    hours = [0, 23, 25]
    made = [drafts.create(given, editor, now + timedelta(hours=each), claim).state.id for each in hours]
    assert made[0] == made[1] != made[2]
    assert len(invariants.check().states) == 2
