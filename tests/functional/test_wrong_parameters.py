"""Parameters that are wrong, and answers of an empty site: tests that leave nothing behind and share one stage."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.stage import Stage


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"section": "world", "topic": "trams"}, "topic", "too_many_filters"),
        ({"topic": "trams", "author": "a"}, "author", "too_many_filters"),
        ({"section": "gardening"}, "section", "unknown_section"),
        ({"section": "Mundo"}, "section", "unknown_section"),
        ({"section": ["world", "sports"]}, "section", "unknown_section"),
        ({"topic": "Not A Slug"}, "topic", "bad_slug"),
        ({"topic": ""}, "topic", "bad_slug"),
        ({"author": "x" * 81}, "author", "bad_slug"),
        ({"author": "in:en"}, "author", "bad_slug"),
        ({"language": "english"}, "language", "bad_language"),
        ({"language": "e" * 5000}, "language", "bad_language"),
        ({"limit": "0"}, "limit", "out_of_range"),
        ({"limit": "51"}, "limit", "out_of_range"),
        ({"limit": "-1"}, "limit", "out_of_range"),
        ({"limit": "ten"}, "limit", "out_of_range"),
        ({"limit": "٣"}, "limit", "out_of_range"),
        ({"limit": "0000500"}, "limit", "out_of_range"),
        ({"limit": "9" * 5000}, "limit", "out_of_range"),
        ({"limit": ""}, "limit", "out_of_range"),
        ({"page": "2"}, "query", "unknown_parameter"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_parameter_is_named(shared_stage: Stage, query: Any, field: str, code: str) -> None:
    reply = shared_stage.call("GET", "/v1/articles", query=query)
    assert (reply.status, reply.code, reply.fields) == (422, "invalid", {field: code})
    assert reply.calls == []


@pytest.mark.parametrize(
    "cursor", ["x", "AAAA", "====", "é", "A" * 400, "🙂", "../..", "null", base64.b64encode(b"x" * 40).decode()]
)
def test_a_cursor_that_is_none_is_refused(shared_stage: Stage, cursor: str) -> None:
    for path, token in (("/v1/articles", ""), ("/v1/newsroom/articles", shared_stage.token("editor"))):
        reply = shared_stage.call("GET", path, token=token, query={"cursor": cursor})
        assert (reply.status, reply.code) == (400, "bad_cursor")


def test_before_the_first_publication_the_front_is_empty_and_says_so(shared_stage: Stage) -> None:
    for query in ({}, {"language": "fr"}):
        front = shared_stage.call("GET", "/v1/front", query=query).json
        assert (front["latest"], front["built_at"]) == ([], None)
        assert [section["items"] for section in front["sections"]] == [[]] * 6


def test_the_site_says_what_it_is_in_the_language_asked_for(shared_stage: Stage) -> None:
    english = shared_stage.call("GET", "/v1/site").json
    assert english["language"] == "en"
    assert english["languages"] == [{"tag": "en", "name": "English"}, {"tag": "es", "name": "Español"}]
    assert english["sections"][0] == {"slug": "politics", "name": "Politics"}
    spanish = shared_stage.call("GET", "/v1/site", query={"language": "es-MX"}).json
    assert spanish["sections"][0] == {"slug": "politics", "name": "Política"}
    assert shared_stage.call("GET", "/v1/site", query={"language": "fr"}).json["sections"] == english["sections"]
    assert shared_stage.call("GET", "/v1/site", query={"lang": "es"}).fields == {"query": "unknown_parameter"}


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"status": "lost"}, "status", "unknown_value"),
        ({"section": "gardening"}, "section", "unknown_section"),
        ({"section": "world", "owner": "me"}, "section", "too_many_filters"),
        ({"owner": "x" * 3000}, "owner", "unknown_value"),
        ({"owner": "somebody"}, "owner", "unknown_value"),
        ({"limit": "0000500"}, "limit", "out_of_range"),
        ({"topic": "trams"}, "query", "unknown_parameter"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_filter_of_the_newsroom_is_named(shared_stage: Stage, query: Any, field: str, code: str) -> None:
    reply = shared_stage.call("GET", "/v1/newsroom/articles", token=shared_stage.token("editor"), query=query)
    assert (reply.code, reply.fields) == ("invalid", {field: code})
