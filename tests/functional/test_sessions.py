"""Sessions: how long they live, which there are, and that an ended one is refused on the very next request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from broadsheet import sessions, settings, table

if TYPE_CHECKING:
    from broadsheet.roles import Role

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA = "mara@paper.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _me(stage: Stage, token: str) -> Reply:
    return stage.call("GET", "/v1/me", token=token)


def _listed(stage: Stage, token: str) -> list[dict[str, object]]:
    return list(stage.call("GET", "/v1/me/sessions", token=token).json["items"])


def test_only_a_tokens_hash_is_kept(stage: Stage) -> None:
    token = stage.member(MARA)
    assert token not in repr(stage.everything())


@pytest.mark.parametrize(("role", "idle", "in_all"), [("reader", 30, 90), ("editor", 0.5, 7), ("admin", 0.5, 7)])
def test_sessions_end_unused_and_in_the_end_by_role(
    stage: Stage, time: Clock, role: Role, idle: float, in_all: int
) -> None:
    unused, used = stage.person(role), stage.person(role)
    days = 0.0
    while days + idle / 2 < in_all:
        assert _me(stage, used).status == 200
        time.forward(days=idle / 2)
        days += idle / 2
        if days == idle:
            assert _me(stage, unused).code == "not_logged_in"
    time.forward(days=idle / 2)
    assert _me(stage, used).code == "not_logged_in"


def test_an_expired_row_is_refused_whatever_time_to_live_does(stage: Stage, time: Clock) -> None:
    token = stage.member(MARA)
    time.forward(days=30)
    assert [item for item in stage.everything() if item["entity"] == "session"]
    reply = _me(stage, token)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_the_last_use_is_written_every_five_minutes_at_most(stage: Stage, time: Clock) -> None:
    token = stage.member(MARA)
    assert "UpdateItem" not in _operations(_me(stage, token))
    time.forward(minutes=4, seconds=59)
    assert "UpdateItem" not in _operations(_me(stage, token))
    time.forward(seconds=2)
    assert "UpdateItem" in _operations(_me(stage, token))
    assert "UpdateItem" not in _operations(_me(stage, token))


def _operations(reply: Reply) -> list[str]:
    return [call.operation for call in reply.calls]


def test_sessions_are_listed_with_device_and_last_use(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    old = stage.log_in(MARA, user_agent=FIREFOX).json["token"]
    time.forward(minutes=10)
    new = stage.log_in(MARA, user_agent="curl/8.9").json["token"]
    first, second = _listed(stage, new)
    assert (first["device"], first["current"]) == ("curl", True)
    assert (second["device"], second["current"]) == ("Firefox on Linux", False)
    assert str(second["used_at"])[:19] == str(second["started_at"])[:19]
    _me(stage, old)
    assert _listed(stage, new)[1]["used_at"] > second["used_at"]  # type: ignore[operator]
    assert set(first) == {"id", "device", "started_at", "used_at", "current"}


def test_a_browsers_own_words_are_not_kept(stage: Stage) -> None:
    stage.registered(MARA)
    stage.log_in(MARA, user_agent="Firefox of <b>Mara</b>")
    assert "Mara</b>" not in repr(stage.everything())


def test_one_session_is_ended(stage: Stage) -> None:
    kept, lost = stage.member(MARA), stage.log_in(MARA).json["token"]
    other = next(row["id"] for row in _listed(stage, kept) if not row["current"])
    assert stage.call("DELETE", f"/v1/me/sessions/{other}", token=kept).status == 204
    assert _me(stage, lost).code == "not_logged_in"
    assert _me(stage, kept).status == 200
    assert stage.call("DELETE", f"/v1/me/sessions/{other}", token=kept).code == "not_found"


def test_nobody_ends_a_strangers_session(stage: Stage) -> None:
    mine, theirs = stage.member(MARA), stage.token("reader")
    session_id = _listed(stage, mine)[0]["id"]
    assert stage.call("DELETE", f"/v1/me/sessions/{session_id}", token=theirs).code == "not_found"
    assert _me(stage, mine).status == 200


@pytest.mark.parametrize("session_id", ["x", "SESSION", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_what_is_no_session_is_not_found(stage: Stage, session_id: str) -> None:
    assert stage.call("DELETE", f"/v1/me/sessions/{session_id}", token=stage.token("reader")).code == "not_found"


def test_all_other_sessions_are_ended_at_once(stage: Stage) -> None:
    kept = stage.member(MARA)
    others = [stage.log_in(MARA).json["token"] for _ in range(3)]
    assert stage.call("DELETE", "/v1/me/sessions", token=kept).status == 204
    assert {_me(stage, token).code for token in others} == {"not_logged_in"}
    assert _me(stage, kept).status == 200
    assert len(_listed(stage, kept)) == 1


def test_the_oldest_of_too_many_sessions_gives_way(stage: Stage, time: Clock) -> None:
    tokens = [stage.member(MARA)]
    for _ in range(sessions.MOST):
        time.forward(seconds=1)
        tokens.append(stage.log_in(MARA).json["token"])
    assert _me(stage, tokens[0]).code == "not_logged_in"
    assert _me(stage, tokens[1]).status == 200
    assert len(_listed(stage, tokens[-1])) == sessions.MOST


@pytest.mark.parametrize("token", ["", "x", "\u00e9", "a" * 5000])
def test_what_is_no_token_is_nobody(stage: Stage, token: str) -> None:
    assert stage.call("GET", "/v1/me", authorization=f"Bearer {token}").code == "not_logged_in"


def test_a_name_can_change_though_a_session_was_swept_up(stage: Stage) -> None:
    swept, kept = stage.member(MARA), stage.log_in(MARA).json["token"]
    store = settings.get().sessions
    key = {"pk": f"SESSION#{sessions._hash(swept)}", "sk": "SESSION"}
    table.write(table.delete(store, key))  # type: ignore[arg-type]
    assert stage.call("PATCH", "/v1/me", {"display_name": "Mara L."}, token=kept).status == 200
    assert _me(stage, swept).code == "not_logged_in"
