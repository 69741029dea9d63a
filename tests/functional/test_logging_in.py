"""Logging in and out: one failure for whatever is wrong, a new token each time, a cookie no script can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from broadsheet import passwords, settings

from tests.stage import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA = "mara@paper.org"
ORIGIN = "https://news.example"
NEW = "four other words are long"


def _forgot(stage: Stage, email: str) -> Reply:
    return stage.call("POST", "/v1/password/forgot", {"email": email})


def _reset(stage: Stage, token: str, password: str = NEW) -> Reply:
    return stage.call("POST", "/v1/password/reset", {"token": token, "password": password})


def _cookie(reply: Reply) -> str:
    (cookie,) = reply.cookies
    return cookie.partition(";")[0]


def test_a_program_gets_a_token_and_no_cookie(stage: Stage) -> None:
    account = stage.registered(MARA)
    reply = stage.log_in(MARA)
    assert reply.status == 200
    assert set(reply.json) == {"token", "expires_at", "account"}
    assert reply.json["account"] == account
    assert len(reply.json["token"]) >= 43  # 256 bits in Base64
    assert reply.cookies == []
    assert reply.headers["cache-control"] == "no-store"


def test_a_browser_gets_a_cookie_and_never_sees_the_token(stage: Stage) -> None:
    stage.registered(MARA)
    reply = stage.log_in(MARA, transport="cookie", origin=ORIGIN)
    assert "token" not in reply.json
    (cookie,) = reply.cookies
    name, *attributes = cookie.split("; ")
    assert name.startswith("__Host-session=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)
    assert not [one for one in attributes if one.startswith("Domain")]
    assert stage.call("GET", "/v1/me", cookie=_cookie(reply)).json["email"] == MARA


def test_the_plain_cookie_name_is_not_taken_where_there_is_tls(stage: Stage) -> None:
    token = stage.member(MARA)
    assert stage.call("GET", "/v1/me", cookie=f"session={token}").code == "not_logged_in"


@pytest.mark.parametrize(("running", "name"), [("local", "session="), ("prod", "__Host-session=")])
def test_only_the_local_run_has_a_cookie_without_tls(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, running: str, name: str
) -> None:
    stage.registered(MARA)
    monkeypatch.setenv("SITE_ORIGIN", "http://127.0.0.1:8000")
    monkeypatch.setenv("STAGE", running)
    settings.get.cache_clear()
    (cookie,) = stage.log_in(MARA, transport="cookie", origin="http://127.0.0.1:8000").cookies
    settings.get.cache_clear()
    assert cookie.startswith(name)
    assert "HttpOnly; SameSite=Lax" in cookie
    assert ("Secure" in cookie) == (running == "prod")


def test_every_failure_is_the_same_after_the_same_calls(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    wrong, unknown, empty = (
        stage.log_in(MARA, "not the password"),
        stage.log_in("nobody@paper.org"),
        stage.log_in("x@y"),
    )
    assert wrong.code == "login_failed"
    for other in (unknown, empty):
        assert (other.status, other.text, other.headers) == (wrong.status, wrong.text, wrong.headers)
        assert [call.operation for call in other.calls] == [call.operation for call in wrong.calls]


def test_an_unknown_address_costs_the_check_of_a_password(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    hasher = passwords._hasher()
    verify = type(hasher).verify
    monkeypatch.setattr(
        type(hasher), "verify", lambda self, stored, given: checked.append(stored) or verify(self, stored, given)
    )
    stage.registered(MARA)
    checked.clear()
    stage.log_in(MARA, "not the password")
    stage.log_in("nobody@paper.org")
    assert len(checked) == 2
    parameters = [stored.rpartition("$")[0].rpartition("$")[0] for stored in checked]
    assert parameters[0] == parameters[1]


def test_each_log_in_has_a_token_of_its_own(stage: Stage) -> None:
    first = stage.member(MARA)
    reply = stage.log_in(MARA, cookie=f"__Host-session={first}", origin=ORIGIN)
    assert reply.json["token"] != first


def test_logging_out_ends_the_session_on_the_next_request(stage: Stage) -> None:
    token, other = stage.member(MARA), stage.log_in(MARA).json["token"]
    reply = stage.call("POST", "/v1/logout", token=token)
    assert reply.status == 204
    assert stage.call("GET", "/v1/me", token=token).code == "not_logged_in"
    assert stage.call("GET", "/v1/me", token=other).status == 200


def test_logging_out_takes_the_cookie_away(stage: Stage) -> None:
    stage.registered(MARA)
    cookie = _cookie(stage.log_in(MARA, transport="cookie", origin=ORIGIN))
    reply = stage.call("POST", "/v1/logout", cookie=cookie, origin=ORIGIN)
    assert reply.cookies[0].startswith("__Host-session=; Path=/; Max-Age=0;")
    assert stage.call("GET", "/v1/me", cookie=cookie).code == "not_logged_in"


def test_logging_out_twice_or_without_a_session_is_no_error(stage: Stage) -> None:
    token = stage.member(MARA)
    assert [stage.call("POST", "/v1/logout", token=token).status for _ in range(2)] == [204, 204]
    assert stage.call("POST", "/v1/logout").status == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/login"),
        ("POST", "/v1/logout"),
        ("PATCH", "/v1/me"),
        ("POST", "/v1/me/password"),
        ("POST", "/v1/me/email"),
        ("POST", "/v1/me/erase"),
        ("DELETE", "/v1/me/sessions"),
        ("DELETE", "/v1/me/sessions/01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ],
)
def test_a_cookie_alone_is_not_enough_from_another_site(stage: Stage, method: str, path: str) -> None:
    cookie = f"__Host-session={stage.token('reader')}"
    assert stage.call(method, path, {}, cookie=cookie).code == "cross_site"
    assert stage.call(method, path, {}, cookie=cookie, origin="https://elsewhere.example").code == "cross_site"
    assert stage.call(method, path, {}, cookie=cookie, origin="null").code == "cross_site"
    assert stage.call(method, path, {}, cookie=cookie, sec_fetch_site="same-site").code == "cross_site"
    own = stage.call(method, path, raw=b"a=b", cookie=cookie, origin=ORIGIN, content_type="text/plain")
    assert own.code == "unsupported_type"


def test_an_empty_bearer_does_not_open_the_way_for_a_cookie(stage: Stage) -> None:
    cookie = f"__Host-session={stage.token('reader')}"
    assert stage.call("POST", "/v1/me/erase", {}, cookie=cookie, authorization="Bearer ").code == "cross_site"
    assert stage.call("POST", "/v1/me/erase", {}, cookie=cookie, authorization="Bearer x").code == "not_logged_in"


# ---------------------------------------------------------------- forgotten passwords


def test_a_forgotten_password_is_replaced_by_mail_and_all_sessions_end(stage: Stage) -> None:
    token = stage.member(MARA)
    assert (_forgot(stage, MARA).status, _forgot(stage, MARA).json) == (202, {"status": "mail_sent"})
    reply = _reset(stage, stage.mails(MARA)[-1].token)
    assert (reply.status, reply.json) == (200, {"status": "password_changed"})
    assert stage.call("GET", "/v1/me", token=token).code == "not_logged_in"
    assert stage.log_in(MARA).code == "login_failed"
    assert stage.log_in(MARA, NEW).status == 200
    assert "assword" in stage.mails(MARA)[-1].subject


def test_forgot_answers_and_costs_the_same_for_known_and_unknown(stage: Stage) -> None:
    stage.registered(MARA)
    known, unknown = _forgot(stage, MARA), _forgot(stage, "nobody@paper.org")
    assert (known.status, known.text, known.headers) == (unknown.status, unknown.text, unknown.headers)
    assert [call.operation for call in known.calls] == [call.operation for call in unknown.calls]
    assert stage.mails("nobody@paper.org") == []


def test_a_reset_link_is_good_once_and_takes_the_others_with_it(stage: Stage) -> None:
    stage.registered(MARA)
    _forgot(stage, MARA)
    _forgot(stage, MARA)
    *_, first, second = stage.mails(MARA)
    assert _reset(stage, first.token).status == 200
    assert _reset(stage, first.token, "yet another four words").code == "bad_token"
    assert _reset(stage, second.token, "yet another four words").code == "bad_token"


def test_a_reset_link_is_good_for_an_hour(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    _forgot(stage, MARA)
    token = stage.mails(MARA)[-1].token
    time.forward(minutes=60)
    assert _reset(stage, token).code == "bad_token"


def test_a_refused_password_does_not_use_up_the_link(stage: Stage) -> None:
    stage.registered(MARA)
    _forgot(stage, MARA)
    token = stage.mails(MARA)[-1].token
    assert _reset(stage, token, "too short").fields == {"password": "too_short"}
    assert _reset(stage, token).status == 200


def test_a_reset_link_dies_with_the_account_and_with_its_address(stage: Stage) -> None:
    token = stage.member(MARA)
    _forgot(stage, MARA)
    link = stage.mails(MARA)[-1].token
    stage.call("POST", "/v1/me/erase", {"password": PASSWORD}, token=token)
    assert _reset(stage, link).code == "bad_token"


def test_a_banned_person_is_told_only_after_the_right_password(stage: Stage) -> None:
    account = stage.registered(MARA)
    path = f"/v1/admin/accounts/{account['id']}"
    assert stage.call("PATCH", path, {"banned": True}, token=stage.token("admin")).status == 200
    assert stage.log_in(MARA, "not the password").code == "login_failed"
    assert stage.log_in(MARA).code == "banned"


# ---------------------------------------------------------------- hashes move with the parameters


@pytest.fixture
def _costlier(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    passwords._hasher.cache_clear()
    passwords._nobody.cache_clear()


@pytest.mark.usefixtures("_costlier")
def test_a_password_is_hashed_anew_at_login_when_the_parameters_change(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = stage.registered(MARA)
    first = stage.log_in(MARA).json["token"]
    before = _stored(stage, account["id"])
    monkeypatch.setattr(passwords, "PASSES", 2)
    passwords._hasher.cache_clear()
    passwords._nobody.cache_clear()
    assert stage.log_in(MARA).status == 200
    after = _stored(stage, account["id"])
    assert "t=1" in before
    assert "t=2" in after
    assert stage.log_in(MARA).status == 200
    assert _stored(stage, account["id"]) == after
    assert stage.call("GET", "/v1/me", token=first).status == 200


def _stored(stage: Stage, account_id: str) -> str:
    (item,) = [item for item in stage.everything() if item["pk"] == f"ACCOUNT#{account_id}"]
    return str(item["password"])
