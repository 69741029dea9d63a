"""Editing: merge patches, versions, revisions, and what may be thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

FULL: dict[str, Any] = {
    "standfirst": "At noon.",
    "topic": "Trams",
    "tags": ["A", "B"],
    "faq": [{"question": "When?", "answer": "Noon."}],
    "image": {"url": "https://img.example/a.jpg", "alt": "A tram", "credit": "C. Marsh", "width": 4},
    "contributor_note": "With Ben Oru.",
    "comments": "closed",
    "language": "es",
    "slug": "trams at last",
}


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ({"headline": "Another"}, {"headline": "Another"}),
        ({"standfirst": None}, {"standfirst": None}),
        ({"tags": None}, {"tags": []}),
        ({"faq": None, "comments": None}, {"faq": [], "comments": None}),
        ({"language": None}, {"language": "en", "section": {"slug": "politics", "name": "Politics"}}),
        ({"tags": ["C"]}, {"tags": [{"slug": "c", "name": "C"}]}),
        ({"topic": {"name": "Buses"}}, {"topic": {"slug": "buses", "name": "Buses"}}),
        ({"topic": {"slug": "buses"}}, {"topic": {"slug": "buses", "name": "buses"}}),
        ({"topic": None}, {"topic": None}),
        ({"image": None}, {"image": None}),
        ({"section": "Mundo"}, {"section": {"slug": "world", "name": "Mundo"}}),
        ({"byline": [{"name": "B"}]}, {"byline": [{"name": "B", "slug": None}]}),
    ],
    ids=repr,
)
def test_a_patch_changes_its_fields_and_no_other(stage: Stage, patch: Any, changed: Any) -> None:
    draft = stage.draft(**FULL)
    saved = stage.save(draft, patch)
    assert saved.etag == '"2"'
    moving = {"version", "revision", "edited_at", "edited_by"}
    kept = {name: value for name, value in draft.items() if name not in moving}
    now = {name: value for name, value in saved.json.items() if name not in moving}
    assert now == {**kept, **changed}
    assert stage.call("GET", f"/v1/newsroom/articles/{draft['id']}", token=stage.token("editor")).json == saved.json


def test_objects_are_merged_and_their_nulls_take_members_away(stage: Stage) -> None:
    draft = stage.draft(**FULL)
    saved = stage.save(draft, {"image": {"alt": "Two trams", "credit": None}}).json
    assert saved["image"] == {**draft["image"], "alt": "Two trams", "credit": None}
    body = stage.save(saved, {"body": {"text": "<p>It did not.</p>"}}).json["body"]
    assert body == {"format": "html", "text": "<p>It did not.</p>", "html": "<p>It did not.</p>"}


@pytest.mark.parametrize(
    ("patch", "field", "code"),
    [
        ({"headline": None}, "headline", "required"),
        ({"body": None}, "body", "required"),
        ({"body": {"text": None}}, "body.text", "required"),
        ({"image": {"alt": None}}, "image.alt", "required"),
        ({"byline": None}, "byline", "required"),
        ({"body": "text"}, "body", "wrong_type"),
        ({"image": {"colour": 1}}, "image.colour", "unknown_field"),
        ({"status": "published"}, "status", "unknown_field"),
        ({"version": 9}, "version", "unknown_field"),
        ({"word_count": 9}, "word_count", "unknown_field"),
        ({"words": "x"}, "words", "unknown_field"),
    ],
    ids=repr,
)
def test_a_patch_cannot_make_what_could_not_be_created(stage: Stage, patch: Any, field: str, code: str) -> None:
    reply = stage.save(stage.draft(**FULL), patch)
    assert (reply.code, reply.fields) == ("invalid", {field: code})


@pytest.mark.parametrize("patch", [{}, {"headline": "Harbour bridge opens to trams"}, {"standfirst": None}], ids=repr)
def test_a_patch_that_changes_nothing_saves_nothing(stage: Stage, patch: Any) -> None:
    draft = stage.draft()
    reply = stage.save(draft, patch)
    assert (reply.json, reply.etag) == (draft, '"1"')


def test_an_address_sent_back_as_it_was_read_stays_as_it_is(stage: Stage) -> None:
    draft = stage.draft()
    assert stage.save(draft, {"slug": draft["slug"]}).json["slug"] == draft["slug"]
    live = stage.published()
    assert stage.save(live, {"slug": live["slug"], "standfirst": "More."}).json["slug"] == live["slug"]


# ---------------------------------------------------------------- versions


def test_the_second_of_two_editors_is_told_the_version_that_stands(stage: Stage) -> None:
    draft = stage.draft()
    assert stage.save(draft, {"headline": "First"}).status == 200
    reply = stage.save(draft, {"headline": "Second"})
    assert (reply.status, reply.code) == (412, "version_conflict")
    assert (reply.json["version"], reply.etag) == (2, '"2"')
    again = stage.save({**draft, "version": reply.json["version"]}, {"headline": "Second"})
    assert again.json["headline"] == "Second"


WRITES = (
    ("PATCH", ""),
    ("DELETE", ""),
    ("POST", "/publish"),
    ("POST", "/unpublish"),
    ("POST", "/corrections"),
    ("POST", "/revisions/1/restore"),
)


@pytest.mark.parametrize(("method", "action"), WRITES)
def test_every_write_names_the_version_it_was_made_for(stage: Stage, method: str, action: str) -> None:
    draft = stage.draft()
    path, token = f"/v1/newsroom/articles/{draft['id']}{action}", stage.token("editor")
    given = {"kind": "update", "text": "More."} if action == "/corrections" else {}
    assert stage.call(method, path, given, token=token).code == "if_match_required"
    for wrong in ('W/"1"', "1", '"one"', "*", '"1", "2"', '"-1"', '"١"', ""):
        reply = stage.call(method, path, given, token=token, if_match=wrong)
        assert (reply.status, reply.code) == (400, "bad_if_match"), wrong
    stale = stage.call(method, path, given, token=token, version=7)
    assert (stale.status, stale.json["version"]) == (412, 1)


# ---------------------------------------------------------------- revisions


def test_each_save_is_a_revision_that_can_be_read(stage: Stage, time: Clock) -> None:
    draft, path = stage.draft(**FULL), ""
    for n in range(2, 5):
        time.forward(minutes=1)
        draft = stage.save(draft, {"headline": f"Text {n}"}).json
    path, token = f"/v1/newsroom/articles/{draft['id']}/revisions", stage.token("editor")
    listed = stage.call("GET", path, token=token).json
    assert [(row["n"], row["headline"]) for row in listed["items"]] == [
        (4, "Text 4"),
        (3, "Text 3"),
        (2, "Text 2"),
        (1, "Harbour bridge opens to trams"),
    ]
    assert listed["next_cursor"] is None
    assert listed["items"][0]["saved_at"] > listed["items"][1]["saved_at"]
    first = stage.call("GET", f"{path}/1", token=token).json
    assert first["headline"] == "Harbour bridge opens to trams"
    assert (first["topic"], first["image"]) == (draft["topic"], draft["image"])


def test_revisions_come_in_pages(stage: Stage) -> None:
    draft = stage.draft()
    for n in range(6):
        draft = stage.save(draft, {"headline": f"Text {n}"}).json
    path, token = f"/v1/newsroom/articles/{draft['id']}/revisions", stage.token("editor")
    seen, cursor = [], None
    while True:
        page = stage.call("GET", path, token=token, query={"limit": 3, **({"cursor": cursor} if cursor else {})}).json
        seen += [row["n"] for row in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_a_restored_text_is_a_new_revision_and_nothing_is_lost(stage: Stage) -> None:
    draft = stage.draft(**FULL)
    second = stage.save(draft, {"headline": "Second", "topic": None, "section": "world"}).json
    reply = stage.act(second, "revisions/1/restore")
    back = reply.json
    assert (back["headline"], back["topic"], back["section"]["slug"]) == (draft["headline"], draft["topic"], "politics")
    assert (back["revision"], back["version"], reply.etag) == (3, 3, '"3"')
    token = stage.token("editor")
    assert (
        stage.call("GET", f"/v1/newsroom/articles/{draft['id']}/revisions/2", token=token).json["headline"] == "Second"
    )


def test_restoring_does_not_reach_readers_until_it_is_published(stage: Stage) -> None:
    live = stage.published()
    live = stage.publish(stage.save(live, {"headline": "Second"}).json)
    restored = stage.act(live, "revisions/1/restore").json
    assert restored["unpublished_changes"] is True
    assert stage.read(live["slug"]).json["headline"] == "Second"


@pytest.mark.parametrize("n", ["2", "0", "-1", "x", "1.0", "999999999", "١"])
def test_a_revision_that_is_not_there_is_not_found(stage: Stage, n: str) -> None:
    draft, token = stage.draft(), stage.token("editor")
    path = f"/v1/newsroom/articles/{draft['id']}/revisions/{n}"
    assert stage.call("GET", path, token=token).code == "not_found"
    assert stage.call("POST", f"{path}/restore", token=token, version=1).code == "not_found"


# ---------------------------------------------------------------- throwing away


def test_a_draft_is_thrown_away_with_its_texts(stage: Stage) -> None:
    draft = stage.save(stage.draft(), {"headline": "Second"}).json
    path, token = f"/v1/newsroom/articles/{draft['id']}", stage.token("editor")
    assert stage.call("DELETE", path, token=token, version=2).status == 204
    for gone in (path, f"{path}/preview", f"{path}/revisions", f"{path}/revisions/1"):
        assert stage.call("GET", gone, token=token).code == "not_found"
    assert stage.call("DELETE", path, token=token, version=2).code == "not_found"
    assert stage.call("GET", "/v1/newsroom/articles", token=token).json["items"] == []


def test_only_what_readers_never_had_is_thrown_away(stage: Stage, time: Clock) -> None:
    token = stage.token("editor")
    live = stage.published()
    withdrawn = stage.act(stage.published(), "unpublish").json
    at = time.now.replace(year=time.now.year + 1).isoformat()
    scheduled = stage.act(stage.draft(), "publish", {"publish_at": at}).json
    for kept in (live, withdrawn, scheduled):
        reply = stage.call("DELETE", f"/v1/newsroom/articles/{kept['id']}", token=token, version=kept["version"])
        assert (reply.status, reply.code) == (409, "wrong_state")
    dropped = stage.act(scheduled, "unpublish").json
    path = f"/v1/newsroom/articles/{dropped['id']}"
    assert stage.call("DELETE", path, token=token, version=dropped["version"]).status == 204


@pytest.mark.parametrize(
    "name", ["nonsense", "01M0000000000000000000000A", "01m0000000000000000000000a", "ARTICLE#1", "%00"]
)
def test_an_id_that_is_none_is_not_found(stage: Stage, name: str) -> None:
    token = stage.token("editor")
    for method, action in (("GET", ""), ("GET", "/preview"), ("GET", "/revisions"), *WRITES):
        reply = stage.call(
            method,
            f"/v1/newsroom/articles/{name}{action}",
            {"kind": "update", "text": "x"} if action == "/corrections" else None,
            token=token,
            version=1,
        )
        assert (reply.status, reply.code) == (404, "not_found")


def test_an_id_in_small_letters_is_the_same_id(stage: Stage) -> None:
    draft = stage.draft()
    path = f"/v1/newsroom/articles/{draft['id'].lower()}"
    assert stage.call("GET", path, token=stage.token("editor")).json["id"] == draft["id"]
