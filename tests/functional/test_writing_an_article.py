"""Creating: what is taken, how it is normalised, and every limit with the error that names it."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.stage import Reply, article

if TYPE_CHECKING:
    from tests.stage import Stage

PATH = "/v1/newsroom/articles"
MIB = 1_048_576


def create(stage: Stage, **fields: Any) -> Reply:
    return stage.call("POST", PATH, article(**fields), token=stage.token("editor"))


def html(text: str) -> dict[str, str]:
    return {"format": "html", "text": text}


def test_a_draft_answers_with_where_it_is_and_its_version(stage: Stage) -> None:
    reply = create(stage)
    draft = reply.json
    assert (reply.status, reply.etag) == (201, '"1"')
    assert reply.headers["location"] == f"{PATH}/{draft['id']}"
    assert (draft["status"], draft["version"], draft["revision"]) == ("draft", 1, 1)
    assert draft["slug"].startswith("harbour-bridge-opens-to-trams-")
    assert (draft["published_at"], draft["publish_at"], draft["updated_at"]) == (None, None, None)
    assert (draft["language"], draft["comments"], draft["tags"], draft["faq"]) == ("en", None, [], [])
    assert stage.call("GET", reply.headers["location"], token=stage.token("editor")).json == draft


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"headline": "x" * 201}, "headline", "too_long"),
        ({"headline": None}, "headline", "required"),
        ({"headline": " \n "}, "headline", "required"),
        ({"headline": 7}, "headline", "wrong_type"),
        ({"headline": "Two\nlines"}, "headline", "control_character"),
        ({"headline": "Two\u2028lines"}, "headline", "control_character"),
        ({"headline": "Bell\u0007"}, "headline", "control_character"),
        ({"headline": "turned \u202e round"}, "headline", "control_character"),
        ({"standfirst": "x" * 601}, "standfirst", "too_long"),
        ({"contributor_note": "x" * 601}, "contributor_note", "too_long"),
        ({"section": None}, "section", "required"),
        ({"section": "gardening"}, "section", "unknown_section"),
        ({"section": 3}, "section", "unknown_section"),
        ({"topic": "!!!"}, "topic", "bad_slug"),
        ({"topic": {"name": "A", "colour": "red"}}, "topic", "wrong_type"),
        ({"topic": {"name": "x" * 81}}, "topic.name", "too_long"),
        ({"tags": [str(n) for n in range(21)]}, "tags", "too_many"),
        ({"tags": ["fine", 4]}, "tags.1", "wrong_type"),
        ({"byline": None}, "byline", "required"),
        ({"byline": []}, "byline", "too_few"),
        ({"byline": [{"name": f"A{n}"} for n in range(9)]}, "byline", "too_many"),
        ({"byline": [{"name": "A"}, {"name": ""}]}, "byline.1.name", "required"),
        ({"byline": [{"name": "A", "slug": "Not A Slug"}]}, "byline.0.slug", "bad_slug"),
        ({"byline": [{"name": "x" * 101}]}, "byline.0.name", "too_long"),
        ({"byline": [{"name": "A", "id": "1"}]}, "byline.0.id", "unknown_field"),
        ({"language": "english"}, "language", "bad_language"),
        ({"language": "e"}, "language", "bad_language"),
        ({"language": "en_GB"}, "language", "bad_language"),
        ({"translation_of": "no-such-article-00000000"}, "translation_of", "unknown_article"),
        ({"translation_of": ""}, "translation_of", "too_short"),
        ({"body": None}, "body", "required"),
        ({"body": {"format": "html"}}, "body.text", "required"),
        ({"body": {"format": "rtf", "text": "x"}}, "body.format", "unknown_value"),
        ({"body": html("<script>1</script> ")}, "body.text", "required"),
        ({"body": html("x" * (MIB + 1))}, "body.text", "too_long"),
        ({"body": html("> " * (MIB // 4))}, "body.text", "too_long"),
        ({"body": html("<b>" * 300 + "x")}, "body.text", "too_deep"),
        ({"body": html("&" * 200_000)}, "body.text", "too_deep"),
        ({"body": html("<p>\u200b\u3164</p>")}, "body.text", "required"),
        ({"headline": "\u200b\u00ad"}, "headline", "required"),
        ({"headline": "\u3164"}, "headline", "required"),
        ({"faq": [{"question": "?", "answer": "!"}] * 31}, "faq", "too_many"),
        ({"faq": [{"question": "?", "answer": ""}]}, "faq.0.answer", "required"),
        ({"faq": [{"question": "x" * 301, "answer": "!"}]}, "faq.0.question", "too_long"),
        ({"faq": [{"question": "?", "answer": "x" * 3001}]}, "faq.0.answer", "too_long"),
        ({"image": {"url": "http://img.example/a.jpg", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "javascript:alert(1)", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "https:///a.jpg", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "https://me:secret@img.example/", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "https://img.example/a b", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "//evil.example/a.jpg", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "/\\evil.example/a.jpg", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "/pictures/../v1/me", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "pictures/a.jpg", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "https://img.example/\u0000", "alt": ""}}, "image.url", "bad_url"),
        ({"image": {"url": "https://img.example/" + "a" * 2000, "alt": ""}}, "image.url", "too_long"),
        ({"image": {"url": "https://img.example/a"}}, "image.alt", "required"),
        ({"image": {"url": "https://img.example/a", "alt": "", "width": 0}}, "image.width", "out_of_range"),
        ({"image": {"url": "https://img.example/a", "alt": "", "height": 20_001}}, "image.height", "out_of_range"),
        ({"image": {"url": "https://img.example/a", "alt": "", "width": "9"}}, "image.width", "wrong_type"),
        ({"slug": "!?"}, "slug", "bad_slug"),
        ({"slug": "x" * 201}, "slug", "too_long"),
        ({"comments": "sometimes"}, "comments", "unknown_value"),
        ({"id": "01M0000000000000000000000A"}, "id", "unknown_field"),
        ({"owner": "me"}, "owner", "unknown_field"),
        ({"published_at": "2020-01-01T00:00:00Z"}, "published_at", "unknown_field"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(stage: Stage, fields: Any, field: str, code: str) -> None:
    reply = create(stage, **fields)
    assert (reply.status, reply.code) == (422, "invalid")
    assert reply.fields == {field: code}
    assert stored(stage) == 0


def test_every_wrong_field_is_named_at_once(stage: Stage) -> None:
    reply = create(stage, headline="", section="gardening", colour="red", body={"format": "html"})
    assert reply.fields == {
        "headline": "required",
        "section": "unknown_section",
        "colour": "unknown_field",
        "body.text": "required",
    }


def test_what_was_sent_is_never_said_back(stage: Stage) -> None:
    secret = "a-word-nobody-else-would-write"
    fields = {
        "headline": f"{secret}\u0007",
        "section": secret,
        "language": secret,
        "comments": secret,
        "slug": [secret],
    }
    reply = create(stage, **fields, image={"url": secret, "alt": 1}, topic={secret: 1})
    assert reply.status == 422
    assert secret not in reply.text


@pytest.mark.parametrize("limit", ["headline", "authors", "tags", "faq", "body"])
def test_the_limit_itself_is_fine(stage: Stage, limit: str) -> None:
    fields: dict[str, Any] = {
        "headline": {"headline": "x" * 200},
        "authors": {"byline": [{"name": f"A{n}", "slug": f"a{n}"} for n in range(8)], "topic": "T"},
        "tags": {"tags": [f"tag {n}" for n in range(20)]},
        "faq": {"faq": [{"question": f"{n}" * 100, "answer": "x" * 3000} for n in range(30)]},
        "body": {"body": html("<p>" + "word " * ((MIB - 8) // 5) + "</p>")},
    }[limit]
    live = stage.published(**fields)
    assert stage.read(live["slug"]).status == 200
    assert stage.save(live, {"standfirst": "It can still be edited."}).status == 200


def test_a_body_that_grows_beyond_the_limit_while_it_is_cleaned_is_refused_at_once(stage: Stage) -> None:
    links = '<a href="https://news.example/a">b</a>\n' * 25_000
    assert create(stage, body=html(f"<p>{links}</p>")).fields == {"body.text": "too_long"}


def test_what_cannot_be_compressed_into_an_item_is_refused_whole(stage: Stage) -> None:
    noise = random.Random(4)
    text = " ".join("".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(20)) for _ in range(12_000))
    reply = create(stage, body=html(f"<p>{text}</p>"))
    assert (reply.status, reply.code) == (413, "too_large")
    assert stored(stage) == 0


def test_a_request_beyond_the_limit_is_refused_unread(stage: Stage) -> None:
    raw = json.dumps(article(body=html("x" * (MIB * 4)))).encode()
    reply = stage.call("POST", PATH, raw=raw, token=stage.token("editor"))
    assert (reply.status, reply.code) == (413, "too_large")


def test_a_body_of_a_megabyte_may_come_escaped(stage: Stage) -> None:
    raw = json.dumps(article(body=html("\u6e2f" * (MIB // 3 - 10)))).encode()
    assert len(raw) > 2 * MIB - 100
    assert stage.call("POST", PATH, raw=raw, token=stage.token("editor")).status == 201


def test_a_tag_stands_once(stage: Stage) -> None:
    draft = stage.draft(tags=["Water", "water", "Trams"])
    assert [tag["name"] for tag in draft["tags"]] == ["Water", "Trams"]


def test_an_unknown_field_is_unknown_even_as_null(stage: Stage) -> None:
    draft = stage.draft()
    path = f"{PATH}/{draft['id']}"
    reply = stage.call("PATCH", path, {"status": None}, token=stage.token("editor"), version=draft["version"])
    assert reply.fields == {"status": "unknown_field"}


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b'"text"', b"null", b"", b"\xff\xfe", b'{"headline": "\\ud800"}', b"[" * 100_000, b'{"a": NaN}'],
    ids=lambda raw: repr(raw[:12]),
)
def test_what_is_no_json_object_is_refused(stage: Stage, raw: bytes) -> None:
    draft = stage.draft()
    token = stage.token("editor")
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{draft['id']}")):
        reply = stage.call(method, path, raw=raw, token=token, version=1)
        if raw or method == "POST":
            assert reply.code in {"bad_json", "invalid"}
            assert reply.status in {400, 422}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"])
def test_a_body_of_another_type_is_refused(stage: Stage, kind: str) -> None:
    raw = json.dumps(article()).encode()
    reply = stage.call("POST", PATH, raw=raw, token=stage.token("editor"), content_type=kind)
    assert (reply.status, reply.code) == (415, "unsupported_type")


def test_a_charset_behind_the_type_is_fine(stage: Stage) -> None:
    reply = stage.call(
        "POST", PATH, article(), token=stage.token("editor"), content_type="Application/JSON; charset=utf-8"
    )
    assert reply.status == 201


def test_text_is_normalised_and_stays_text(stage: Stage) -> None:
    live = stage.published(
        headline="  Cafe\u0301 <b>opens</b> & closes  ",
        standfirst='A "quote" and an <em>em</em>',
        byline=[{"name": "O'Hara & Sons"}],
        faq=[{"question": "<script>?", "answer": "One\r\ntwo"}],
    )
    public = stage.read(live["slug"]).json
    assert public["headline"] == "Café <b>opens</b> & closes"
    assert public["standfirst"] == 'A "quote" and an <em>em</em>'
    assert public["byline"][0]["name"] == "O'Hara & Sons"
    assert public["faq"] == [{"question": "<script>?", "answer": "One\ntwo"}]


@pytest.mark.parametrize(
    "given", ["World", "world", " WORLD ", "Mundo", {"slug": "world"}, {"slug": "world", "name": "W"}]
)
def test_a_section_is_known_by_slug_or_by_its_name_in_any_language(stage: Stage, given: Any) -> None:
    assert create(stage, section=given).json["section"] == {"slug": "world", "name": "World"}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("River talks", {"slug": "river-talks", "name": "River talks"}),
        ("river-talks", {"slug": "river-talks", "name": "river talks"}),
        ({"name": "Río"}, {"slug": "rio", "name": "Río"}),
        ({"slug": "talks", "name": "The talks"}, {"slug": "talks", "name": "The talks"}),
        ("المحادثات", {"slug": "المحادثات", "name": "المحادثات"}),
    ],
)
def test_a_topic_is_slug_and_name_from_either(stage: Stage, given: Any, stored: Any) -> None:
    live = stage.published(topic=given)
    assert stage.read(live["slug"]).json["topic"] == stored
    assert len(stage.call("GET", "/v1/articles", query={"topic": stored["slug"]}).json["items"]) == 1


@pytest.mark.parametrize(
    "headline", ["المحادثات تبدأ من جديد", "Η γέφυρα ανοίγει", "橋が開いた", "???", "Straße & Æther"]
)
def test_a_headline_in_any_script_has_an_address_that_leads_back(stage: Stage, headline: str) -> None:
    live = stage.published(headline=headline)
    assert stage.read(live["slug"]).json["headline"] == headline
    moved = stage.read(live["slug"].rpartition("-")[2] or live["slug"])
    assert moved.status in {200, 308}


def test_a_hostile_body_is_harmless_once_stored(stage: Stage) -> None:
    text = (
        "<h1 onclick=alert(1)>Head</h1><p style='x'>A<script>alert(1)</script></p><img src=x onerror=alert(1)>"
        '<a href="javascript:alert(1)">a</a><a href="//evil.example">b</a><iframe src="https://evil.example/x"></iframe>'
        '<iframe src="https://www.youtube.com/embed/abc?rel=0" onload=x></iframe><svg><script>1</script></svg>'
    )
    live = stage.published(body=html(text))
    clean = stage.read(live["slug"]).json["body_html"]
    assert "alert" not in clean
    assert "evil" not in clean
    assert clean.count("<iframe") == 1
    assert 'src="https://www.youtube-nocookie.com/embed/abc?rel=0"' in clean
    assert 'sandbox="allow-scripts' in clean
    assert clean.startswith("<h2>Head</h2>")


def test_markdown_keeps_its_source_beside_the_html(stage: Stage) -> None:
    source = "## Head\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n> quoted\n\n<script>x</script>\n"
    draft = stage.draft(body={"format": "markdown", "text": source})
    assert draft["body"]["text"] == source
    assert "<table>" in draft["body"]["html"]
    assert "script" not in draft["body"]["html"]


def stored(stage: Stage) -> int:
    """How much the desk holds of articles: what staff are called is there before any."""
    return sum(item["entity"] != "name" for item in stage.items("DeskTable"))
