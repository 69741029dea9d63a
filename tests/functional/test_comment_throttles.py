"""How often one may comment, what counts as said twice, and that a session ended meanwhile writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import sessions, settings, throttle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.sessions import Current
    from broadsheet.table import Write

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

HOME, NEXT_DOOR, ELSEWHERE = "198.51.100.7", "198.51.100.200", "192.0.2.9"
BY, FROM = throttle.COMMENT_BY, throttle.COMMENT_FROM


@pytest.fixture
def slug(stage: Stage, time: Clock) -> str:
    """An article, at the beginning of a window."""
    time.forward(seconds=BY.seconds - int(time.now.timestamp()) % BY.seconds)
    return str(stage.published()["slug"])


@pytest.fixture
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three comments of a member, and four of a network's guests, fill a window."""
    monkeypatch.setattr(throttle, "COMMENT_BY", replace(BY, most=3))
    monkeypatch.setattr(throttle, "COMMENT_FROM", replace(FROM, most=4))


def became(reply: Reply) -> str:
    return str(reply.json["state"]) if reply.status == 201 else reply.code


def comments(stage: Stage) -> int:
    return sum(item["entity"] == "comment" for item in stage.items("DeskTable"))


# ---------------------------------------------------------------- windows


def test_an_account_comments_ten_times_in_five_minutes(stage: Stage, time: Clock, slug: str) -> None:
    member = stage.person("reader")
    assert (BY.most, BY.seconds) == (10, 300)
    assert {became(stage.say(slug, member)) for _ in range(10)} == {"published"}
    time.forward(seconds=100)
    reply = stage.say(slug, member)
    assert (reply.status, reply.code, 199 <= int(reply.headers["retry-after"]) <= 200) == (
        429,
        "too_many_requests",
        True,
    )
    assert {call.operation for call in reply.calls} == {"GetItem", "BatchGetItem"}
    assert became(stage.say(slug, member, address=ELSEWHERE)) == "too_many_requests"
    assert comments(stage) == 10
    time.forward(seconds=int(reply.headers["retry-after"]))
    assert became(stage.say(slug, member)) == "published"


@pytest.mark.usefixtures("_narrow")
def test_being_refused_lengthens_nothing(stage: Stage, time: Clock, slug: str) -> None:
    member = stage.person("reader")
    for _ in range(3):
        stage.comment(slug, member)
    for _ in range(3):
        time.forward(seconds=60)
        wait = int(stage.say(slug, member).headers["retry-after"])
    time.forward(seconds=wait)
    assert became(stage.say(slug, member)) == "published"


def test_a_network_of_guests_comments_thirty_times_in_five_minutes(stage: Stage, time: Clock, slug: str) -> None:
    assert (FROM.most, FROM.seconds) == (30, 300)
    found = [became(stage.say(slug, guest=f"Bo {n}", address=f"198.51.100.{n}")) for n in range(31)]
    assert found == ["published"] * 30 + ["too_many_requests"]
    assert became(stage.say(slug, guest="Bo", address=ELSEWHERE)) == "published"
    assert became(stage.say(slug, stage.person("reader"), address=HOME)) == "published"
    time.forward(seconds=300)
    assert became(stage.say(slug, guest="Bo", address=HOME)) == "published"


@pytest.mark.usefixtures("_narrow")
def test_nobody_uses_up_what_another_may_say(stage: Stage, slug: str) -> None:
    mara, ben = stage.person("reader"), stage.person("reader")
    for _ in range(3):
        stage.comment(slug, mara, address=HOME)
    assert became(stage.say(slug, mara, address=HOME)) == "too_many_requests"
    assert became(stage.say(slug, ben, address=HOME)) == "published"
    assert {became(stage.say(slug, guest="Bo", address=HOME)) for _ in range(4)} == {"published"}
    assert became(stage.say(slug, guest="Bo", address=NEXT_DOOR)) == "too_many_requests"


@pytest.mark.usefixtures("_narrow")
def test_all_articles_and_all_outcomes_count_together(stage: Stage, slug: str) -> None:
    member, other = stage.person("reader"), stage.published(comments="all_held")["slug"]
    for where, text in ((slug, "viagra"), (other, "Work from home"), (slug, "Hello")):
        stage.comment(where, member, text)
    assert became(stage.say(other, member)) == "too_many_requests"


@pytest.mark.usefixtures("_narrow")
def test_only_what_was_taken_counts(stage: Stage, slug: str) -> None:
    member, first = stage.person("reader"), {"text": "Said once"}
    path = f"/v1/articles/{slug}/comments"
    made = stage.call("POST", path, first, token=member, idempotency_key="k")
    for _ in range(3):
        assert stage.call("POST", path, first, token=member, idempotency_key="k").json == made.json
        assert stage.call("POST", path, first, token=member).code == "duplicate_comment"
        assert stage.say(slug, member, "x" * 2001).status == 422
    assert {became(stage.say(slug, member)) for _ in range(2)} == {"published"}
    assert became(stage.say(slug, member)) == "too_many_requests"
    assert stage.call("POST", path, first, token=member, idempotency_key="k").json == made.json


@pytest.mark.usefixtures("_narrow")
def test_a_window_that_fills_between_look_and_write_is_full(
    stage: Stage, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = stage.person("reader")
    for _ in range(3):
        stage.comment(slug, member)
    monkeypatch.setattr(throttle.Window, "check", lambda *_: None)
    before = stage.everything()
    reply = stage.say(slug, member)
    assert (reply.code, 299 <= int(reply.headers["retry-after"]) <= 300) == ("too_many_requests", True)
    assert stage.everything() == before


@pytest.fixture
def _off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("THROTTLES", "off")
    yield
    settings.get.cache_clear()


@pytest.mark.usefixtures("_off", "_narrow")
def test_throttles_can_be_off_but_said_twice_is_said_twice(stage: Stage, slug: str) -> None:
    member = stage.person("reader")
    assert {became(stage.say(slug, member)) for _ in range(5)} == {"published"}
    assert {became(stage.say(slug, guest="Bo")) for _ in range(6)} == {"published"}
    assert [became(stage.say(slug, member, "Twice")) for _ in range(2)] == ["published", "duplicate_comment"]
    comment = stage.comment(slug, member)
    assert stage.call("PUT", f"/v1/comments/{comment['id']}/reaction", {"kind": "like"}, token=member).status == 200
    assert stage.call("POST", f"/v1/comments/{comment['id']}/reports", {"reason": "spam"}, token=member).status == 202
    assert not [item for item in stage.items("SessionsTable") if item["entity"] == "throttle"]


# ---------------------------------------------------------------- said twice


@pytest.mark.parametrize("again", ["The very same words", "  The very same words\n", "the VERY same words"])
def test_the_same_words_in_the_same_place_are_taken_once(stage: Stage, slug: str, again: str) -> None:
    for token, guest in ((stage.person("reader"), ""), ("", "Bo")):
        stage.comment(slug, token, "The very same words", guest=guest)
        reply = stage.say(slug, token, again, guest=guest)
        assert (reply.status, reply.code) == (409, "duplicate_comment")
    assert len(stage.thread(slug)["comments"]) == 2


def test_the_same_words_elsewhere_or_by_others_are_no_slip(stage: Stage, slug: str) -> None:
    mara, ben, other = stage.person("reader"), stage.person("reader"), stage.published()["slug"]
    words = "Hear, hear"
    root = stage.comment(slug, mara, words)
    nested = stage.comment(slug, mara, words, to=root["id"])
    stage.comment(slug, mara, words, to=nested["id"])
    stage.comment(other, mara, words)
    stage.comment(slug, ben, words)
    for guest, address in (("Bo", HOME), ("Jo", HOME), ("Bo", ELSEWHERE)):
        stage.comment(slug, text=words, guest=guest, address=address)
    assert became(stage.say(slug, text=words, guest="Bo", address=NEXT_DOOR)) == "duplicate_comment"
    assert became(stage.say(slug, mara, words, to=root["id"])) == "duplicate_comment"


def test_after_ten_minutes_it_may_be_said_again(stage: Stage, time: Clock, slug: str) -> None:
    member = stage.person("reader")
    stage.comment(slug, member, "Again")
    time.forward(seconds=599)
    assert became(stage.say(slug, member, "Again")) == "duplicate_comment"
    time.forward(seconds=1)
    assert became(stage.say(slug, member, "Again")) == "published"
    assert became(stage.say(slug, member, "Again")) == "duplicate_comment"


@pytest.mark.parametrize("text", ["Do work from home", "viagra"])
def test_what_is_not_published_is_not_sent_again_either(stage: Stage, slug: str, text: str) -> None:
    member = stage.person("reader")
    assert became(stage.say(slug, member, text)) != "published"
    assert became(stage.say(slug, member, text)) == "duplicate_comment"


def test_nothing_of_what_is_said_twice_is_written(stage: Stage, slug: str) -> None:
    member, root = stage.person("reader"), stage.comment(slug)
    stage.comment(slug, member, "Again", to=root["id"])
    before = stage.everything()
    assert became(stage.say(slug, member, "Again", to=root["id"], idempotency_key="k")) == "duplicate_comment"
    assert stage.everything() == before


# ---------------------------------------------------------------- a session that ends meanwhile


def ends_meanwhile(stage: Stage, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Its owner logs out elsewhere after a request was let in and before it writes."""
    still = sessions.still

    def logged_out(current: Current) -> Write:
        assert stage.call("POST", "/v1/logout", token=token).status == 204
        return still(current)

    monkeypatch.setattr(sessions, "still", logged_out)


def lasting(stage: Stage) -> list[Any]:
    """Every item but sessions."""
    return [item for item in stage.everything() if item["entity"] not in {"session", "log-in"}]


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("POST", "/v1/articles/{slug}/comments", {"text": "Too late"}),
        ("POST", "/v1/articles/{slug}/comments", {"text": "Too late", "parent_id": "{id}"}),
        ("PUT", "/v1/comments/{id}/reaction", {"kind": "like"}),
        ("POST", "/v1/comments/{id}/reports", {"reason": "spam"}),
    ],
)
def test_a_session_that_ends_between_look_and_write_writes_nothing(
    stage: Stage, slug: str, monkeypatch: pytest.MonkeyPatch, method: str, path: str, given: dict[str, str]
) -> None:
    member, root = stage.person("reader"), stage.comment(slug)
    before = lasting(stage)
    filled = {name: value.replace("{id}", root["id"]) for name, value in given.items()}
    with monkeypatch.context() as patch:
        ends_meanwhile(stage, patch, member)
        stage.judges = stage.judges[:1]  # the log-out in its midst counts into the request's calls
        path = path.replace("{slug}", slug).replace("{id}", root["id"])
        reply = stage.call(method, path, filled, token=member, idempotency_key="k")
    assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "not_logged_in", "Bearer")
    assert lasting(stage) == before
