"""From the newsroom to the reader and back, as callers see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from broadsheet import clock, desk, public
from broadsheet.errors import TooLarge

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

WHOLE = {
    "headline": "Envoys meet again over the river's water",
    "standfirst": "Both sides arrive with maps, and with lists of what they will not give.",
    "section": "World",
    "topic": "River talks",
    "tags": ["Diplomacy", {"slug": "water", "name": "Water"}],
    "byline": [{"name": "Ada Quist", "slug": "ada-quist"}, {"name": "Ben Oru"}],
    "contributor_note": "With reporting by Cleo Marsh in the capital.",
    "language": "en-gb",
    "body": {"format": "markdown", "text": "## The first day\n\nThey **met** at [noon](https://news.example/a).\n"},
    "faq": [{"question": "Who is talking?", "answer": "The two governments."}],
    "image": {"url": "https://img.example/dam.jpg", "alt": "The dam", "credit": "B. Oru", "width": 1200, "height": 800},
    "comments": "members",
}


def test_a_published_article_is_read_back_whole(stage: Stage) -> None:
    live = stage.published(**WHOLE)
    reply = stage.read(live["slug"])
    assert reply.status == 200
    article = reply.json
    assert article["id"] == live["id"]
    assert article["slug"].startswith("envoys-meet-again-over-the-rivers-water-")
    assert article["section"] == {"slug": "world", "name": "World"}
    assert article["topic"] == {"slug": "river-talks", "name": "River talks"}
    assert article["tags"] == [{"slug": "diplomacy", "name": "Diplomacy"}, {"slug": "water", "name": "Water"}]
    assert article["byline"] == [{"name": "Ada Quist", "slug": "ada-quist"}, {"name": "Ben Oru", "slug": None}]
    assert article["language"] == "en-GB"
    assert article["body_html"] == (
        "<h2>The first day</h2>\n"
        '<p>They <strong>met</strong> at <a href="https://news.example/a" rel="noopener">noon</a>.</p>'
    )
    assert article["faq"] == WHOLE["faq"]
    assert article["image"] == {**WHOLE["image"], "caption": None}  # type: ignore[dict-item]
    assert article["contributor_note"] == WHOLE["contributor_note"]
    assert article["standfirst"] == WHOLE["standfirst"]
    assert article["word_count"] == 7
    assert article["published_at"] == article["updated_at"] == live["published_at"]
    assert (article["corrections"], article["alternates"], article["comment_count"]) == ([], [], 0)
    assert (article["more_about"], article["you_may_also_like"]) == ([], [])
    assert article["comments"] == "members"


def test_the_preview_is_what_readers_then_get(stage: Stage) -> None:
    draft = stage.draft(**WHOLE)
    preview = stage.call("GET", f"/v1/newsroom/articles/{draft['id']}/preview", token=stage.token("editor")).json
    public = stage.read(stage.publish(draft)["slug"]).json
    dates = {"published_at", "updated_at"}
    assert {k: v for k, v in preview.items() if k not in dates} == {k: v for k, v in public.items() if k not in dates}


def test_a_draft_is_nowhere_for_readers(stage: Stage) -> None:
    draft = stage.draft()
    assert stage.read(draft["slug"]).code == "not_found"
    assert stage.call("GET", "/v1/articles").json == {"items": [], "next_cursor": None}


def test_readers_keep_the_published_text_until_it_is_published_again(stage: Stage) -> None:
    live = stage.published()
    saved = _save(stage, live, {"headline": "Harbour bridge closes again"})
    assert saved["unpublished_changes"] is True
    assert saved["status"] == "published"
    assert stage.read(live["slug"]).json["headline"] == "Harbour bridge opens to trams"
    again = stage.publish(saved)
    assert again["unpublished_changes"] is False
    article = stage.read(live["slug"]).json
    assert article["headline"] == "Harbour bridge closes again"
    assert article["slug"] == live["slug"], "the words stay as readers know them"
    listed = stage.call("GET", "/v1/articles").json["items"]
    assert [card["headline"] for card in listed] == ["Harbour bridge closes again"]


def test_every_older_slug_leads_to_the_current_one_in_one_hop(stage: Stage) -> None:
    first = stage.published()
    key = first["slug"].rpartition("-")[2]
    second = stage.publish(_save(stage, first, {"slug": "trams cross the harbour"}))
    third = stage.publish(_save(stage, second, {"slug": "trams-at-last"}))
    assert third["slug"] == f"trams-at-last-{key}"
    for older in (first["slug"], second["slug"], f"no-such-words-{key}", key):
        reply = stage.read(older)
        assert reply.status == 308
        assert reply.headers["location"] == f"/v1/articles/{third['slug']}"
    assert stage.read(third["slug"]).status == 200


def test_a_withdrawn_article_is_gone_and_can_be_put_back(stage: Stage) -> None:
    live = stage.published(topic="Trams")
    gone = stage.call("POST", f"/v1/newsroom/articles/{live['id']}/unpublish", token=stage.token("editor"), version=2)
    assert gone.json["status"] == "withdrawn"
    stage.settle()
    reply = stage.read(live["slug"])
    assert (reply.status, reply.code) == (410, "withdrawn")
    assert "Harbour" not in reply.text
    for query in ({}, {"section": "politics"}, {"topic": "trams"}, {"author": "ada-quist"}, {"language": "en"}):
        assert stage.call("GET", "/v1/articles", query=query).json["items"] == []
    back = stage.publish(gone.json)
    assert back["published_at"] == live["published_at"]
    assert stage.read(live["slug"]).status == 200
    assert len(stage.call("GET", "/v1/articles", query={"topic": "trams"}).json["items"]) == 1


def test_a_moved_article_leaves_its_old_listings(stage: Stage) -> None:
    live = stage.published(topic="Trams", byline=[{"name": "A", "slug": "a"}, {"name": "B", "slug": "b"}])
    patch = {"section": "business", "topic": "Bridges", "byline": [{"name": "B", "slug": "b"}], "language": "es"}
    stage.publish(_save(stage, live, patch))

    def listed(**query: str) -> int:
        return len(stage.call("GET", "/v1/articles", query=query).json["items"])

    assert [listed(section="politics"), listed(topic="trams"), listed(author="a"), listed(language="en")] == [0] * 4
    assert [listed(section="business"), listed(topic="bridges"), listed(author="b"), listed(language="es")] == [1] * 4
    assert listed(section="business", language="es") == 1
    assert listed() == 1


def test_updated_at_moves_with_the_substance_only(stage: Stage, time: Clock) -> None:
    live = stage.published()
    time.forward(hours=1)
    live = stage.publish(_save(stage, live, {"tags": ["Trams"], "image": None}))
    assert stage.read(live["slug"]).json["updated_at"] == live["published_at"]
    time.forward(hours=1)
    live = stage.publish(_save(stage, live, {"body": {"text": "<p>It did not.</p>"}}))
    article = stage.read(live["slug"]).json
    assert article["updated_at"] > article["published_at"]


# ---------------------------------------------------------------- corrections


def test_a_correction_is_public_at_once(stage: Stage, time: Clock) -> None:
    live = stage.published()
    time.forward(hours=1)
    given = {"kind": "correction", "text": "The tram crossed at one."}
    corrected = _correct(stage, live, given)
    assert corrected.status == 200
    article = stage.read(live["slug"]).json
    assert [(entry["kind"], entry["text"]) for entry in article["corrections"]] == [("correction", given["text"])]
    assert article["updated_at"] == article["corrections"][0]["at"] > article["published_at"]


def test_a_correction_leaves_unpublished_changes_unpublished(stage: Stage) -> None:
    live = stage.published()
    saved = _save(stage, live, {"headline": "Not yet"})
    body = {"format": "html", "text": "<p>The first tram crossed at one.</p>"}
    corrected = _correct(stage, saved, {"kind": "correction", "text": "It was one.", "body": body}).json
    article = stage.read(live["slug"]).json
    assert article["headline"] == "Harbour bridge opens to trams"
    assert article["body_html"] == body["text"]
    assert (corrected["headline"], corrected["body"]["text"]) == ("Not yet", body["text"])
    assert corrected["unpublished_changes"] is True


def test_a_corrected_body_does_not_overwrite_somebodys_unpublished_one(stage: Stage) -> None:
    live = stage.published()
    saved = _save(stage, live, {"body": {"text": "<p>Half a sentence</p>"}})
    body = {"format": "html", "text": "<p>The first tram crossed at one.</p>"}
    reply = _correct(stage, saved, {"kind": "correction", "text": "It was one.", "body": body})
    assert (reply.status, reply.code) == (409, "unpublished_changes")
    assert stage.read(live["slug"]).json["corrections"] == []


def test_corrections_stay_small_enough_for_the_state_they_stand_in(stage: Stage) -> None:
    live = stage.published()
    text = "\U0001f4f0" * 2000
    for _ in range(7):
        live = _correct(stage, live, {"kind": "update", "text": text}).json
    assert _correct(stage, live, {"kind": "update", "text": text}).code == "too_large"


def test_only_what_is_published_can_be_corrected(stage: Stage) -> None:
    reply = _correct(stage, stage.draft(), {"kind": "update", "text": "More."})
    assert (reply.status, reply.code) == (409, "wrong_state")


# ---------------------------------------------------------------- schedule


def test_a_scheduled_article_appears_when_due_and_never_early(stage: Stage, time: Clock) -> None:
    draft, due = stage.draft(), time.now + timedelta(minutes=10)
    reply = _schedule(stage, draft, due)
    assert (reply.status, reply.json["status"]) == (200, "scheduled")
    time.now = due - timedelta(milliseconds=1)
    assert stage.tick() == {"published": []}
    assert stage.read(draft["slug"]).status == 404
    time.forward(minutes=5)  # ticks were missed
    assert stage.tick() == {"published": [draft["id"]]}
    assert stage.tick() == {"published": []}
    article = stage.read(draft["slug"]).json
    assert article["published_at"] == clock.stamp(time.now)


def test_the_newest_text_is_what_a_schedule_publishes(stage: Stage, time: Clock) -> None:
    scheduled = _schedule(stage, stage.draft(), time.now + timedelta(minutes=1)).json
    _save(stage, scheduled, {"headline": "Second thoughts"})
    time.forward(minutes=2)
    stage.tick()
    slug = stage.read(scheduled["slug"]).headers["location"].rpartition("/")[2]
    assert stage.read(slug).json["headline"] == "Second thoughts"
    assert slug.startswith("second-thoughts-"), "nobody knew the old words yet"


def test_a_schedule_can_be_moved_and_dropped(stage: Stage, time: Clock) -> None:
    scheduled = _schedule(stage, stage.draft(), time.now + timedelta(minutes=1)).json
    moved = _schedule(stage, scheduled, time.now + timedelta(hours=1)).json
    same = _schedule(stage, moved, time.now + timedelta(hours=1)).json
    time.forward(minutes=2)
    assert stage.tick() == {"published": []}
    dropped = stage.call(
        "POST", f"/v1/newsroom/articles/{same['id']}/unpublish", token=stage.token("editor"), version=same["version"]
    ).json
    assert (dropped["status"], dropped["publish_at"]) == ("draft", None)
    time.forward(hours=2)
    assert stage.tick() == {"published": []}


@pytest.mark.parametrize(
    "wrong", ["yesterday", "2031-02-30T10:00:00Z", "2031-02-03T10:00:00", "2031-02-03", 5, 1893456000, "1893456000"]
)
def test_a_bad_date_is_named(stage: Stage, wrong: object) -> None:
    assert _schedule(stage, stage.draft(), wrong).fields == {"publish_at": "bad_date"}


def test_the_past_and_the_far_future_are_refused(stage: Stage, time: Clock) -> None:
    for at in (time.now, time.now - timedelta(days=1), time.now + timedelta(days=4000)):
        assert _schedule(stage, stage.draft(), at).fields == {"publish_at": "bad_date"}


def test_what_was_published_is_not_scheduled(stage: Stage, time: Clock) -> None:
    assert _schedule(stage, stage.published(), time.now + timedelta(hours=1)).code == "wrong_state"


def test_one_that_cannot_be_published_does_not_hold_up_the_others(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = stage.draft(headline="Bad"), stage.draft(headline="Good")
    for draft in (bad, good):
        _schedule(stage, draft, time.now + timedelta(minutes=1))
    time.forward(minutes=2)
    real = public.article_item

    def fails(state: desk.State, *rest: object) -> object:
        if state.id == bad["id"]:
            raise TooLarge
        return real(state, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(public, "article_item", fails)
        assert stage.tick() == {"published": [good["id"]]}
    assert stage.tick() == {"published": [bad["id"]]}, "it stays due"


def _save(stage: Stage, article: dict, patch: dict) -> dict:  # type: ignore[type-arg]
    reply = stage.call(
        "PATCH",
        f"/v1/newsroom/articles/{article['id']}",
        patch,
        token=stage.token("editor"),
        version=article["version"],
    )
    assert reply.status == 200, reply.text
    return reply.json  # type: ignore[no-any-return]


def _correct(stage: Stage, article: dict, given: dict) -> Reply:  # type: ignore[type-arg]
    path = f"/v1/newsroom/articles/{article['id']}/corrections"
    return stage.call("POST", path, given, token=stage.token("editor"), version=article["version"])


def _schedule(stage: Stage, article: dict, when: object) -> Reply:  # type: ignore[type-arg]
    at = when.isoformat() if isinstance(when, datetime) else when
    path = f"/v1/newsroom/articles/{article['id']}/publish"
    return stage.call("POST", path, {"publish_at": at}, token=stage.token("editor"), version=article["version"])
