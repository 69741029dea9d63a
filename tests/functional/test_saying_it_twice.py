"""Idempotency keys: a creation that is sent again finds what the first one made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stage import Reply, article

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage


def create(stage: Stage, key: str, token: str = "", **fields: Any) -> Reply:
    given = article(**fields)
    return stage.call("POST", "/v1/newsroom/articles", given, token=token or stage.token("editor"), idempotency_key=key)


def count(stage: Stage) -> int:
    return len(stage.call("GET", "/v1/newsroom/articles", token=stage.token("editor")).json["items"])


def test_a_repetition_gets_the_first_answer_and_makes_nothing(stage: Stage, time: Clock) -> None:
    first = create(stage, "k1")
    time.forward(hours=11)
    again = create(stage, "k1")
    assert (again.status, again.json) == (201, first.json)
    assert (again.etag, again.headers["location"]) == (first.etag, first.headers["location"])
    assert count(stage) == 1


def test_the_first_answer_comes_even_after_edits(stage: Stage) -> None:
    first = create(stage, "k1")
    stage.publish(stage.save(first.json, {"headline": "Second", "language": "es"}).json)
    assert create(stage, "k1").json == first.json


def test_another_body_under_the_same_key_is_refused(stage: Stage) -> None:
    create(stage, "k1")
    reply = create(stage, "k1", headline="Something else")
    assert (reply.status, reply.code) == (422, "idempotency_conflict")
    assert count(stage) == 1


def test_a_key_belongs_to_its_account(stage: Stage) -> None:
    mine = create(stage, "k1")
    theirs = create(stage, "k1", token=stage.person("author"))
    assert theirs.status == 201
    assert theirs.json["id"] != mine.json["id"]


def test_a_key_is_good_for_a_day(stage: Stage, time: Clock) -> None:
    first, author = create(stage, "k1"), stage.token("editor")
    time.forward(hours=11)
    stage.call("GET", "/v1/me", token=author)  # keeps the session
    time.forward(hours=11)
    stage.call("GET", "/v1/me", token=author)
    time.forward(hours=2)
    second = create(stage, "k1", headline="The day after")
    assert second.status == 201
    assert second.json["id"] != first.json["id"]
    assert create(stage, "k1", headline="The day after").json["id"] == second.json["id"]


def test_a_refused_request_leaves_its_key_free(stage: Stage) -> None:
    assert create(stage, "k1", section="gardening").status == 422
    assert create(stage, "k1").status == 201


def test_a_repeated_translation_is_no_second_one(stage: Stage) -> None:
    original = stage.published()
    first = create(stage, "k1", language="es", translation_of=original["id"])
    again = create(stage, "k1", language="es", translation_of=original["id"])
    assert (again.status, again.json) == (201, first.json)


def test_what_was_thrown_away_is_not_made_again(stage: Stage) -> None:
    first = create(stage, "k1").json
    path = f"/v1/newsroom/articles/{first['id']}"
    stage.call("DELETE", path, token=stage.token("editor"), version=1)
    assert create(stage, "k1").code == "not_found"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "tab\there"])
def test_a_key_is_printable_and_short(stage: Stage, key: str) -> None:
    reply = create(stage, key)
    assert (reply.status, reply.code) == (400, "bad_idempotency_key")


def test_without_keys_two_requests_are_two_articles(stage: Stage) -> None:
    assert stage.draft()["id"] != stage.draft()["id"]
