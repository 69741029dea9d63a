"""Articles that are one another in other languages: readers of each find the others, as long as these are public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stage import article

if TYPE_CHECKING:
    from tests.stage import Reply, Stage


def translate(stage: Stage, original: Any, language: str, reference: str = "id", **fields: Any) -> Any:
    return stage.draft(language=language, translation_of=original[reference], headline=f"In {language}", **fields)


def attempt(stage: Stage, **fields: Any) -> Reply:
    return stage.call("POST", "/v1/newsroom/articles", article(**fields), token=stage.token("editor"))


def alternates(stage: Stage, one: Any) -> dict[str, str]:
    current = stage.call("GET", f"/v1/newsroom/articles/{one['id']}", token=stage.token("editor")).json
    return {row["language"]: row["slug"] for row in stage.read(current["slug"]).json["alternates"]}


def test_published_translations_know_each_other_both_ways(stage: Stage) -> None:
    english = stage.published()
    spanish = translate(stage, english, "es")
    assert spanish["translation_of"] == english["id"]
    assert alternates(stage, english) == {}, "not before it is public"
    spanish = stage.publish(spanish)
    french = stage.publish(translate(stage, spanish, "fr", "slug"))
    assert french["translation_of"] == english["id"]
    assert alternates(stage, english) == {"es": spanish["slug"], "fr": french["slug"]}
    assert alternates(stage, spanish) == {"en": english["slug"], "fr": french["slug"]}
    assert alternates(stage, french) == {"en": english["slug"], "es": spanish["slug"]}


def test_a_withdrawn_translation_is_no_alternate_until_it_is_put_back(stage: Stage) -> None:
    english = stage.published()
    spanish = stage.publish(translate(stage, english, "es"))
    gone = stage.act(spanish, "unpublish").json
    stage.settle()
    assert alternates(stage, english) == {}
    stage.publish(gone)
    assert alternates(stage, english) == {"es": spanish["slug"]}
    assert alternates(stage, spanish) == {"en": english["slug"]}


def test_alternates_follow_a_slug_and_a_language_that_change(stage: Stage) -> None:
    english = stage.published()
    spanish = stage.publish(translate(stage, english, "es"))
    moved = stage.save(spanish, {"slug": "otras palabras", "language": "es-MX"}).json
    assert alternates(stage, english) == {"es": spanish["slug"]}, "not before it is published"
    moved = stage.publish(moved)
    assert alternates(stage, english) == {"es-MX": moved["slug"]}
    assert moved["slug"].startswith("otras-palabras-")


def test_there_is_one_translation_a_language(stage: Stage) -> None:
    english = stage.published()
    spanish = translate(stage, english, "es")
    for language in ("es", "en"):
        reply = attempt(stage, language=language, translation_of=english["id"])
        assert (reply.status, reply.code) == (409, "translation_exists")
        assert reply.json["article"] == {"es": spanish["id"], "en": english["id"]}[language]
    assert stage.save(spanish, {"language": "en"}).code == "translation_exists"
    path = f"/v1/newsroom/articles/{spanish['id']}"
    assert stage.call("DELETE", path, token=stage.token("editor"), version=1).status == 204
    assert attempt(stage, language="es", translation_of=english["id"]).status == 201


def test_a_translation_of_nothing_is_refused(stage: Stage) -> None:
    for reference in ("01M0000000000000000000000A", "no-such-article-00000000", "nonsense", "KEY#x"):
        reply = attempt(stage, language="es", translation_of=reference)
        assert reply.fields == {"translation_of": "unknown_article"}


def test_a_draft_joins_leaves_and_changes_its_group(stage: Stage) -> None:
    first, second = stage.published(), stage.published(headline="Another")
    draft = stage.draft(language="es")
    joined = stage.save(draft, {"translation_of": first["slug"]}).json
    assert joined["translation_of"] == first["id"]
    moved = stage.save(joined, {"translation_of": second["id"]}).json
    assert moved["translation_of"] == second["id"]
    assert attempt(stage, language="es", translation_of=first["id"]).status == 201, "its place is free again"
    left = stage.save(moved, {"translation_of": None}).json
    assert left["translation_of"] is None
    live = stage.publish(left)
    assert alternates(stage, live) == alternates(stage, second) == {}


def test_two_that_were_published_apart_know_each_other_when_one_is_published_again(stage: Stage) -> None:
    english, german = stage.published(), stage.published(language="de")
    joined = stage.save(german, {"translation_of": english["id"]})
    assert joined.status == 200
    assert alternates(stage, english) == {}, "not before it is published"
    stage.publish(joined.json)
    assert alternates(stage, english) == {"de": german["slug"]}
    assert alternates(stage, german) == {"en": english["slug"]}


def test_what_was_published_stays_with_its_translations(stage: Stage) -> None:
    english = stage.published()
    spanish = stage.publish(translate(stage, english, "es"))
    reply = stage.save(spanish, {"translation_of": None})
    assert (reply.status, reply.code) == (409, "wrong_state")
    french = stage.draft(language="fr")
    original = stage.draft(language="pt", translation_of=french["id"])
    reply = stage.save(french, {"translation_of": english["id"]})
    assert (reply.status, reply.code) == (409, "wrong_state"), f"{original['id']} is a translation of it"


def test_an_edit_of_a_translation_keeps_it_one(stage: Stage) -> None:
    english = stage.published()
    spanish = stage.publish(translate(stage, english, "es"))
    again = stage.publish(stage.save(spanish, {"headline": "Otra vez"}).json)
    assert again["translation_of"] == english["id"]
    assert alternates(stage, english) == {"es": spanish["slug"]}
