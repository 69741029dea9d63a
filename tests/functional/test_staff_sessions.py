"""Logging in and out, with a token or a cookie; how long a session lives, and who may use it from where."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import sessions, settings, table

from tests.stage import PASSWORD, article

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

OURS = "https://news.example"


def log_in(stage: Stage, email: str, password: str = PASSWORD, **more: Any) -> Reply:
    headers = {name: more.pop(name) for name in ("origin", "cookie", "sec_fetch_site") if name in more}
    return stage.call("POST", "/v1/login", {"email": email, "password": password, **more}, **headers)


def cookie_of(reply: Reply) -> str:
    return reply.cookies[0].partition(";")[0]


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f"  {text} "])
def test_an_address_is_the_same_in_any_case(stage: Stage, change: Any) -> None:
    assert log_in(stage, change(stage.account("author"))).status == 200


def test_a_password_is_the_same_on_another_keyboard_and_in_no_other_case(stage: Stage) -> None:
    from broadsheet import accounts, clock

    accounts.create("a@news.example", "caf\u00e9 noir at noon", "A", "author", clock.now())
    assert log_in(stage, "a@news.example", "cafe\u0301 noir at noon").status == 200
    assert log_in(stage, "a@news.example", "Caf\u00e9 noir at noon").code == "login_failed"


def test_log_out_is_at_once_and_for_this_session_only(stage: Stage) -> None:
    email = stage.account("author")
    one, other = log_in(stage, email).json["token"], log_in(stage, email).json["token"]
    assert stage.call("POST", "/v1/logout", token=one).status == 204
    assert stage.call("GET", "/v1/me", token=one).code == "not_logged_in"
    assert stage.call("GET", "/v1/me", token=other).status == 200
    for nobody in (one, "nonsense"):
        assert stage.call("POST", "/v1/logout", token=nobody).status == 204


def test_a_token_is_nowhere_in_the_store(stage: Stage) -> None:
    token = log_in(stage, stage.account("author")).json["token"]
    for name in stage.template.tables.values():
        held = str(table.client().scan(TableName=name.physical_name)["Items"])
        assert token not in held
        assert PASSWORD not in held
    held = str(table.client().scan(TableName=settings.get().sessions)["Items"])
    assert sha256(token.encode()).hexdigest() in held


# ---------------------------------------------------------------- cookies


def test_what_a_cookie_writes_must_come_from_our_own_pages(stage: Stage) -> None:
    cookie = cookie_of(log_in(stage, stage.account("editor"), transport="cookie"))

    def write(**headers: str) -> Reply:
        return stage.call("POST", "/v1/newsroom/articles", article(), cookie=cookie, **headers)

    assert write(origin=OURS).status == 201
    assert write(origin=OURS, sec_fetch_site="cross-site").status == 201
    assert write(sec_fetch_site="same-origin").status == 201
    for headers in (
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"{OURS}.evil.example"},
        {"origin": "http://news.example"},
        {"origin": "https://evil.example", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
    ):
        reply = write(**headers)
        assert (reply.status, reply.code) == (403, "cross_site"), headers


def test_a_cookie_writes_json_only(stage: Stage) -> None:
    cookie = cookie_of(log_in(stage, stage.account("editor"), transport="cookie"))
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        reply = stage.call("POST", "/v1/logout", raw=b"{}", cookie=cookie, origin=OURS, content_type=kind)
        assert (reply.status, reply.code) == (415, "unsupported_type")
    assert stage.call("GET", "/v1/me", cookie=cookie).status == 200


def test_logging_out_takes_the_cookie_away(stage: Stage) -> None:
    cookie = cookie_of(log_in(stage, stage.account("author"), transport="cookie"))
    assert stage.call("POST", "/v1/logout", {}, cookie=cookie).code == "cross_site"
    reply = stage.call("POST", "/v1/logout", {}, cookie=cookie, origin=OURS)
    assert reply.status == 204
    assert reply.cookies[0].startswith("__Host-session=; Path=/; Max-Age=0;")
    assert stage.call("GET", "/v1/me", cookie=cookie).code == "not_logged_in"


def test_another_site_cannot_log_a_browser_in(stage: Stage) -> None:
    email = stage.account("author")
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert log_in(stage, email, transport="cookie", **headers).code == "cross_site"
    assert log_in(stage, email, transport="cookie", sec_fetch_site="same-origin").status == 200


def test_a_cookie_without_its_prefix_is_none(stage: Stage) -> None:
    cookie = cookie_of(log_in(stage, stage.account("author"), transport="cookie"))
    assert stage.call("GET", "/v1/me", cookie=cookie.removeprefix("__Host-")).code == "not_logged_in"


# ---------------------------------------------------------------- how long


@pytest.mark.parametrize(("role", "idle", "in_all"), [("editor", *sessions.STAFF), ("reader", *sessions.READER)])
def test_a_session_ends_without_use_and_at_its_end(
    stage: Stage, time: Clock, role: Any, idle: Any, in_all: Any
) -> None:
    unused = stage.person(role)
    time.now += idle
    assert stage.call("GET", "/v1/me", token=unused).code == "not_logged_in"
    used, began = stage.person(role), time.now
    while time.now - began + idle * 0.9 < in_all:
        time.now += idle * 0.9
        assert stage.call("GET", "/v1/me", token=used).status == 200
    time.now = began + in_all
    assert stage.call("GET", "/v1/me", token=used).code == "not_logged_in"


def test_guessing_becomes_slow_and_stays_possible_for_the_owner(stage: Stage, time: Clock) -> None:
    email = stage.account("author")
    for _ in range(5):
        assert log_in(stage, email, "a wrong password").code == "login_failed"
    waits = []
    for _ in range(10):
        log_in(stage, email, "a wrong password")
        refused = log_in(stage, email)
        assert (refused.status, refused.code) == (429, "too_many_requests")
        waits.append(int(refused.headers["retry-after"]))
        time.forward(seconds=waits[-1])
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert log_in(stage, email).status == 200
    assert log_in(stage, email, "a wrong password").code == "login_failed", "forgiven"


def test_guessing_at_an_unknown_address_is_as_slow(stage: Stage) -> None:
    replies = [log_in(stage, "nobody@news.example", "a wrong password").code for _ in range(7)]
    assert replies == ["login_failed"] * 6 + ["too_many_requests"]


def test_one_address_is_no_other(stage: Stage) -> None:
    for _ in range(7):
        log_in(stage, "nobody@news.example", "a wrong password")
    assert log_in(stage, stage.account("author")).status == 200
