"""local/http_events.py and local/routes.py: API Gateway's part."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from local import http_events
from local.http_events import Malformed, Request
from local.routes import Routes
from local.template import Function, Template
from local.triggers import Route


def request(**given: Any) -> Request:
    fields: dict[str, Any] = {
        "method": "GET",
        "raw_path": "/",
        "query": "",
        "headers": [("Host", "127.0.0.1:8000")],
        "body": b"",
        "address": "127.0.0.1",
        "port": 8000,
    }
    return Request(**{**fields, **given})


def test_an_event_has_the_shape_of_payload_format_two() -> None:
    asked = request(
        method="POST",
        raw_path="/v1/articles/caf%C3%A9-x",
        query="tag=a&tag=b%20c&empty=",
        headers=[
            ("Host", "127.0.0.1:8000"),
            ("X-Word", "one"),
            ("x-word", "two"),
            ("Cookie", "a=1; b=2"),
            ("Cookie", "c=3"),
            ("User-Agent", "test/1"),
            ("Content-Type", "application/json; charset=utf-8"),
        ],
        body=b'{"x": "\xc3\xa9"}',
    )
    event = http_events.event(asked, Route("POST", "/v1/articles/{slug}"), {"slug": "café-x"})
    context = event.pop("requestContext")
    assert event == {
        "version": "2.0",
        "routeKey": "POST /v1/articles/{slug}",
        "rawPath": "/v1/articles/café-x",
        "rawQueryString": "tag=a&tag=b%20c&empty=",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "host": "127.0.0.1:8000",
            "x-word": "one,two",
            "user-agent": "test/1",
            "content-type": "application/json; charset=utf-8",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "8000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"tag": "a,b c", "empty": ""},
        "pathParameters": {"slug": "café-x"},
        "body": '{"x": "é"}',
        "isBase64Encoded": False,
    }
    assert context["http"] == {
        "method": "POST",
        "path": "/v1/articles/café-x",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "test/1",
    }
    assert (context["stage"], context["routeKey"]) == ("$default", "POST /v1/articles/{slug}")
    assert context["requestId"]
    assert context["timeEpoch"] > 1_700_000_000_000


def test_what_a_request_does_not_have_the_event_does_not_have() -> None:
    event = http_events.event(request(), Route("GET", "/"), {})
    assert not {"body", "cookies", "pathParameters", "queryStringParameters"} & event.keys()
    assert event["rawQueryString"] == ""


def test_a_client_cannot_tell_its_own_address() -> None:
    asked = request(headers=[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "gopher")])
    event = http_events.event(asked, Route("GET", "/"), {})
    assert event["headers"]["x-forwarded-for"] == "6.6.6.6, 127.0.0.1"
    assert event["headers"]["x-forwarded-proto"] == "http"
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("content_type", "body", "encoded"),
    [
        ("application/json", b"{}", False),
        ("TEXT/plain; charset=latin-1", b"x", False),
        ("application/xml", b"<a/>", False),
        ("application/x-www-form-urlencoded", b"a=1", True),
        ("application/merge-patch+json", b"{}", True),
        ("image/png", b"\x89PNG", True),
        ("", b"x", True),
        ("application/json", b"\xff", True),
    ],
)
def test_only_text_is_passed_as_text(content_type: str, body: bytes, encoded: bool) -> None:
    event = http_events.event(
        request(method="POST", headers=[("content-type", content_type)], body=body), Route("POST", "/"), {}
    )
    assert event["isBase64Encoded"] == encoded
    assert event["body"] == (base64.b64encode(body).decode() if encoded else body.decode())


@pytest.mark.parametrize("payload", [{"a": 1}, [1], "text", 7, None])
def test_an_answer_without_a_status_is_itself_the_json(payload: Any) -> None:
    answer = http_events.answer(payload)
    assert (answer.status, dict(answer.headers)) == (200, {"content-type": "application/json"})
    assert answer.body in {b'{"a": 1}', b"[1]", b'"text"', b"7", b"null"}


def test_status_headers_cookies_and_body_are_taken_over() -> None:
    answer = http_events.answer(
        {
            "statusCode": "201",
            "headers": {"X-Number": 7, "X-Flag": True, "Connection": "close", "Content-Length": "999"},
            "cookies": ["a=1", "b=2; Secure"],
            "body": base64.b64encode(b"\x00\x01").decode(),
            "isBase64Encoded": True,
        }
    )
    assert (answer.status, answer.body) == (201, b"\x00\x01")
    assert answer.headers == [
        ("X-Number", "7"),
        ("X-Flag", "true"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2; Secure"),
        ("content-type", "text/plain;charset=UTF-8"),
    ]


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_have_none(status: int) -> None:
    assert http_events.answer({"statusCode": status, "body": "x"}) == http_events.Answer(status, [])


@pytest.mark.parametrize(
    "payload",
    [
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": True},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": None}},
        {"statusCode": 200, "headers": {"a": "b\r\nc: d"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
    ],
)
def test_a_malformed_answer_is_told_apart(payload: Any) -> None:
    with pytest.raises(Malformed):
        http_events.answer(payload)


ROUTES = {
    "literal": Route("GET", "/a/b"),
    "one": Route("GET", "/a/{x}"),
    "any": Route("ANY", "/a/{x}"),
    "two": Route("GET", "/a/{x}/c"),
    "rest": Route("GET", "/a/{rest+}"),
    "default": Route("ANY", "$default"),
}


def match(method: str, path: str, *names: str) -> tuple[str, dict[str, str]] | None:
    functions = {
        name: Function(name, Path(), "app.handler", 3, 128, {}, "", (route,))
        for name, route in ROUTES.items()
        if name in names
    }
    found = Routes(Template(Path(), functions, {}, {}, ())).match(method, path)
    return (found[1].name, found[2]) if found else None


EVERY = tuple(reversed(ROUTES))
BOUND = tuple(name for name in EVERY if name != "default")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/a/b", ("literal", {})),
        ("GET", "/a/z", ("one", {"x": "z"})),
        ("POST", "/a/z", ("any", {"x": "z"})),
        ("GET", "/a/z/c", ("two", {"x": "z"})),
        ("GET", "/a/z/d", ("rest", {"rest": "z/d"})),
        ("GET", "/a/%C3%A9%2Fz", ("one", {"x": "é/z"})),
        ("GET", "/b", None),
        ("GET", "/a", None),
        ("GET", "/a/", None),
        ("GET", "/a/b/", ("rest", {"rest": "b/"})),
        ("DELETE", "/a/z/c", None),
    ],
)
def test_the_most_specific_route_answers(method: str, path: str, expected: Any) -> None:
    assert match(method, path, *BOUND) == expected
    assert match(method, path, *EVERY) == (expected or ("default", {}))


def test_a_get_route_does_not_answer_head() -> None:
    assert match("HEAD", "/a/b", "literal") is None
