"""Groups of translations: what races on a group ends as if it had been done one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine import invariants
from tests.engine.instances import Run
from tests.engine.instances import request as sent
from tests.engine.sabotage import falls_without
from tests.stage import article

if TYPE_CHECKING:
    from tests.engine.instances import Instances
    from tests.stage import Stage

LANGUAGES = ["en", "es", "fr", "de", "it", "pt"]


def _six(stage: Stage) -> list[Any]:
    first = stage.draft(language="en")
    return [first, *(stage.draft(language=each, translation_of=first["id"]) for each in LANGUAGES[1:])]


def _post(stage: Stage, article: Any, what: str, version: int = 1, **given: Any) -> Run:
    path = f"/v1/newsroom/articles/{article['id']}/{what}"
    return sent(stage.template, "POST", path, given, token=stage.token("editor"), version=version)


def _patch(stage: Stage, article: Any, **given: Any) -> Run:
    path = f"/v1/newsroom/articles/{article['id']}"
    return sent(stage.template, "PATCH", path, given, token=stage.token("editor"), version=article["version"])


def _translate(stage: Stage, article_id: str, language: str, **more: Any) -> Run:
    given = article(language=language, translation_of=article_id)
    return sent(stage.template, "POST", "/v1/newsroom/articles", given, token=stage.token("editor"), **more)


def _alternates(stage: Stage, slug: str) -> list[str]:
    return sorted(one["language"] for one in stage.read(slug).json["alternates"])


@falls_without("group")
def test_six_translations_published_at_once_all_know_one_another(stage: Stage, instances: Instances) -> None:
    six = _six(stage)
    outcomes = instances.run(*(_post(stage, one, "publish") for one in six), meet=True)
    assert [outcome.status for outcome in outcomes] == [200] * 6
    invariants.check()
    for one in six:
        assert _alternates(stage, one["slug"]) == sorted(set(LANGUAGES) - {one["language"]})


@falls_without("group")
@pytest.mark.parametrize("order", ["withdrawn-first", "published-first"])
def test_one_translation_is_withdrawn_while_another_is_published(
    stage: Stage, instances: Instances, order: str
) -> None:
    six = _six(stage)
    for one in six[:3]:
        stage.publish(one)
    runs = [_post(stage, six[1], "unpublish", version=2), _post(stage, six[5], "publish")]
    outcomes = instances.run(*(runs if order == "withdrawn-first" else reversed(runs)), in_turn=True)
    assert [outcome.status for outcome in outcomes] == [200, 200]
    invariants.check()
    assert _alternates(stage, six[0]["slug"]) == ["fr", "pt"]
    assert _alternates(stage, six[5]["slug"]) == ["en", "fr"]


def test_translations_made_at_once_of_one_article_are_one_group(stage: Stage, instances: Instances) -> None:
    first = stage.published(language="en")
    outcomes = instances.run(*(_translate(stage, first["id"], each) for each in LANGUAGES[1:]), meet=True)
    assert [outcome.status for outcome in outcomes] == [201] * 5
    invariants.check()


@falls_without("group")
def test_of_two_translations_into_one_language_only_one_is_made(stage: Stage, instances: Instances) -> None:
    first = stage.draft()
    outcomes = instances.run(*(_translate(stage, first["id"], "es") for _ in range(4)), meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [201, 409, 409, 409]
    assert {outcome.json["code"] for outcome in outcomes if outcome.status == 409} == {"translation_exists"}
    invariants.check()


@pytest.fixture(params=["language", "another-group", "deleted", "published"])
def change(request: pytest.FixtureRequest, stage: Stage) -> tuple[Any, Run]:
    """An article that is no translation and has none, and a change of it."""
    lone, other = stage.draft(language="en"), stage.draft(language="de")
    path = f"/v1/newsroom/articles/{lone['id']}"
    return lone, {
        "language": lambda: _patch(stage, lone, language="es"),
        "another-group": lambda: _patch(stage, lone, translation_of=other["id"]),
        "deleted": lambda: sent(stage.template, "DELETE", path, token=stage.token("editor"), version=1),
        "published": lambda: _post(stage, lone, "publish"),
    }[request.param]()


@falls_without("group")
def test_an_article_changes_when_its_first_translation_was_just_made(
    stage: Stage, instances: Instances, change: tuple[Any, Run]
) -> None:
    """Nothing of the article itself says that it now has a translation."""
    lone, run = change
    outcomes = instances.run(_translate(stage, lone["id"], "es"), run, in_turn=True)
    assert all(outcome.status < 500 for outcome in outcomes)
    invariants.check()


@falls_without("original")
def test_the_first_translation_is_made_when_its_article_has_just_changed(
    stage: Stage, instances: Instances, change: tuple[Any, Run]
) -> None:
    lone, run = change
    outcomes = instances.run(run, _translate(stage, lone["id"], "es"), in_turn=True)
    assert all(outcome.status < 500 for outcome in outcomes)
    invariants.check()


def test_an_article_is_no_translation_into_its_own_language(stage: Stage) -> None:
    lone = stage.draft(language="en")
    given = article(language="en", translation_of=lone["id"])
    reply = stage.call("POST", "/v1/newsroom/articles", given, token=stage.token("editor"))
    assert (reply.code, reply.json["article"]) == ("translation_exists", lone["id"])


@falls_without("group")
def test_two_translations_change_into_the_same_language_at_once(stage: Stage, instances: Instances) -> None:
    six = _six(stage)
    runs = [_patch(stage, one, language="nl") for one in six[1:4]]
    outcomes = instances.run(*runs, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [200, 409, 409]
    invariants.check()


def test_a_translation_outlives_its_original(stage: Stage) -> None:
    first = stage.draft(language="en")
    translation = stage.draft(language="es", translation_of=first["id"])
    gone = stage.call("DELETE", f"/v1/newsroom/articles/{first['id']}", token=stage.token("editor"), version=1)
    assert gone.status == 204
    path = f"/v1/newsroom/articles/{translation['id']}"
    for version, patch in enumerate([{"headline": "Still here"}, {"language": "fr"}, {"translation_of": None}], 1):
        reply = stage.call("PATCH", path, patch, token=stage.token("editor"), version=version)
        assert reply.status == 200, reply.text
        invariants.check()


def test_many_writers_on_one_group_all_get_through(stage: Stage, instances: Instances) -> None:
    six = _six(stage)
    for one in six:
        stage.publish(one)
    runs = [_post(stage, one, "corrections", 2, kind="update", text="Later.") for one in six]
    assert [outcome.status for outcome in instances.run(*runs, meet=True)] == [200] * 6
    runs = [_post(stage, one, "unpublish", 3) for one in six]
    assert [outcome.status for outcome in instances.run(*runs, meet=True)] == [200] * 6
    invariants.check()
