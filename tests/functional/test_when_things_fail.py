"""Failures: every refusal is a problem of one shape, a bug says nothing, a busy store says when to come back."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from broadsheet import articles, drafts, front, observability, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage

SECRET = "pk=ARTICLE#secret at 10.0.0.7"


@pytest.fixture
def stage(stage: Stage) -> Iterator[Stage]:
    stage.breaking = True
    yield stage
    stage.breaking = False


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    written = StringIO()
    monkeypatch.setattr(observability.logger().registered_handler, "stream", written)
    return written


def lines_of(log: StringIO) -> list[dict[str, Any]]:
    """What was logged since it was last asked."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    log.seek(0)
    log.truncate()
    return lines


def failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def answer_of_dynamodb(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": SECRET}}, "Query")


def test_a_bug_is_a_500_that_says_nothing_and_rings_the_alarm(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, log: StringIO
) -> None:
    live, token = stage.published(), stage.token("editor")
    for place, name, method, path in (
        (articles, "read", "GET", f"/v1/articles/{live['slug']}"),
        (front, "read", "GET", "/v1/front"),
        (drafts, "read", "GET", f"/v1/newsroom/articles/{live['id']}"),
        (table, "get", "POST", "/v1/login"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, failing(RuntimeError(SECRET)))
            given = {"email": "ada@news.example", "password": "a-password-of-hers"} if method == "POST" else None
            reply = stage.call(method, path, given, token=token)
        assert (reply.status, reply.code) == (500, "unexpected")
        assert reply.headers == {"content-type": "application/problem+json", "cache-control": "no-store"}
        assert "secret" not in reply.text
        lines = lines_of(log)
        assert [line["level"] for line in lines] == ["ERROR"]
        assert lines[0]["error"] == "RuntimeError"
        assert "secret" not in str(lines), "what an exception says may quote a person"
        assert "ada@" not in str(lines)
        assert "a-password-of-hers" not in str(lines)


@pytest.mark.parametrize(
    "error",
    [
        answer_of_dynamodb("ProvisionedThroughputExceededException"),
        answer_of_dynamodb("ThrottlingException"),
        answer_of_dynamodb("RequestLimitExceeded"),
        answer_of_dynamodb("InternalServerError"),
        ReadTimeoutError(endpoint_url="https://dynamodb.example"),
    ],
    ids=repr,
)
def test_a_busy_store_is_a_503_that_says_when_to_come_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for operation, path in (("query", "/v1/articles"), ("get_item", "/v1/front")):
        with monkeypatch.context() as patch:
            patch.setattr(table.client(), operation, failing(error))
            reply = stage.call("GET", path)
        assert (reply.status, reply.code) == (503, "unavailable")
        assert reply.headers["retry-after"] == "1"
        assert reply.headers["cache-control"] == "no-store"
        assert "secret" not in reply.text


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
def test_what_waiting_does_not_cure_is_a_500(stage: Stage, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(table.client(), "query", failing(answer_of_dynamodb(code)))
        reply = stage.call("GET", "/v1/articles")
    assert reply.code == "unexpected"
    assert "secret" not in reply.text


def test_a_call_beyond_the_role_is_refused_as_on_aws(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet import settings

    assert stage.call("GET", "/v1/front").status == 200
    with monkeypatch.context() as patch:
        patch.setattr(front, "read", lambda _: table.get(settings.get().desk, {"pk": "KEY#x", "sk": "KEY"}))
        assert stage.call("GET", "/v1/front").code == "unexpected"


def test_refusals_have_one_shape(stage: Stage) -> None:
    replies = [
        stage.read("no-such-article-00000000"),
        stage.call("GET", "/v1/me"),
        stage.call("GET", "/v1/articles", query={"limit": "x"}),
        stage.call("GET", "/v1/articles", query={"cursor": "x"}),
        stage.call("POST", "/v1/login", raw=b"{"),
    ]
    for reply in replies:
        problem = reply.json
        assert problem["type"] == f"urn:broadsheet:problem:{reply.code}"
        assert problem["title"] != ""
        assert problem["detail"] != ""
        assert ("errors" in problem) == (reply.code == "invalid")


def test_a_refused_request_is_logged_by_its_code_alone(stage: Stage, log: StringIO) -> None:
    stage.call("POST", "/v1/login", {"email": "ada@news.example", "password": "a-password-of-hers"})
    lines = lines_of(log)
    assert [(line["level"], line["code"], line["route"]) for line in lines] == [
        ("INFO", "login_failed", "POST /v1/login")
    ]
    assert "ada" not in str(lines)
    assert "password-of" not in str(lines)
    assert "203.0.113.9" not in str(lines)


def test_a_path_that_no_handler_knows_is_a_problem_too(stage: Stage) -> None:
    reply = stage.call("GET", '/v1/articles/a"b')
    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.headers["cache-control"] == "public, max-age=0, s-maxage=5"
