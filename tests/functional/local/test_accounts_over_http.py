"""Accounts as a new user has them: over the sockets of the local run, with mail in its mail box, by token and by cookie."""

from __future__ import annotations

import http.cookiejar
import json
import re
import signal
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.functional.local.test_whole_run import Run
from tests.functional.local.throwaway import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "four small words are long"
OTHER = "other words that are long too"


@dataclass
class Reply:
    status: int
    headers: Any
    json: Any


@dataclass
class Client:
    """A program that sends a token, or a browser that keeps cookies and names the page it is on."""

    origin: str
    token: str = ""
    jar: http.cookiejar.CookieJar | None = None
    agent: str = "curl/8.5.0"
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, send: Any = None, **more: str) -> Reply:
        headers = {"Content-Type": "application/json", "User-Agent": self.agent, **self.headers, **more}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = None if method == "GET" else json.dumps(send or {}).encode()
        request = urllib.request.Request(f"{self.origin}{path}", body, headers, method=method)  # noqa: S310  the local run
        opener = urllib.request.build_opener(
            *([] if self.jar is None else [urllib.request.HTTPCookieProcessor(self.jar)])
        )
        try:
            with opener.open(request, timeout=20) as answer:
                return _reply(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _reply(refused)


def _reply(answer: Any) -> Reply:
    text = answer.read()
    return Reply(answer.status, answer.headers, json.loads(text) if text else None)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(tmp_path_factory.mktemp("accounts") / "data").ready()
    yield run
    run.end(signal.SIGTERM)


@pytest.fixture
def curl(running: Run) -> Client:
    return Client(f"http://127.0.0.1:{running.port}")


@pytest.fixture
def browser(curl: Client) -> Client:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    return Client(curl.origin, jar=http.cookiejar.CookieJar(), agent=firefox, headers={"Origin": curl.origin})


def _mails(client: Client, to: str, least: int) -> list[Any]:
    """Newest first, when so many are there."""

    def there() -> list[Any]:
        items: list[Any] = client("GET", f"/_local/mail?to={quote(to)}").json["items"]
        return items if len(items) >= least else []

    found: list[Any] = wait_until(there)
    return found


def _token(client: Client, mail: Any, page: str) -> str:
    found = re.search(rf"{re.escape(client.origin)}/{page}#token=(\S+)", mail["text"])
    assert found, mail["text"]
    assert found[0] in mail["html"]
    return found[1]


def _member(client: Client, email: str) -> None:
    given = {"email": email, "password": PASSWORD, "display_name": "Mara Lind"}
    assert client("POST", "/v1/register", given).status == 202
    token = _token(client, _mails(client, email, 1)[0], "verify")
    assert client("POST", "/v1/verify", {"token": token}).status == 200
    assert client("POST", "/v1/verify", {"token": token}).json["code"] == "bad_token"


def _login(client: Client, email: str, password: str = PASSWORD, **more: str) -> Reply:
    return client("POST", "/v1/login", {"email": email, "password": password, **more})


def test_from_registering_to_erasing_with_a_token(curl: Client) -> None:
    email = "with-curl@news.example"
    assert _login(curl, email).json["code"] == "login_failed"
    _member(curl, email)
    curl.token = _login(curl, email).json["token"]
    other = Client(curl.origin, token=_login(curl, email).json["token"])
    assert curl("GET", "/v1/me").json["email"] == email
    listed = curl("GET", "/v1/me/sessions").json["items"]
    assert [(one["device"], one["current"]) for one in listed] == [("curl", False), ("curl", True)]
    assert curl("DELETE", f"/v1/me/sessions/{listed[0]['id']}").status == 204
    assert other("GET", "/v1/me").status == 401
    assert curl("GET", "/v1/me/export").json["account"]["display_name"] == "Mara Lind"
    assert curl("POST", "/v1/me/erase", {"password": PASSWORD, "comments": "anonymise"}).status == 202
    assert curl("GET", "/v1/me").status == 401
    assert _login(Client(curl.origin), email).json["code"] == "login_failed"
    assert len(_mails(curl, email, 2)) == 2


def test_a_forgotten_password_is_reset_by_mail_and_ends_all_sessions(curl: Client) -> None:
    email = "forgetful@news.example"
    _member(curl, email)
    curl.token = _login(curl, email).json["token"]
    outside = Client(curl.origin)
    assert outside("POST", "/v1/password/forgot", {"email": email}).status == 202
    link = _token(outside, _mails(outside, email, 2)[0], "reset")
    assert outside("POST", "/v1/password/reset", {"token": link, "password": OTHER}).status == 200
    assert outside("POST", "/v1/password/reset", {"token": link, "password": OTHER}).json["code"] == "bad_token"
    assert curl("GET", "/v1/me").status == 401
    assert _login(outside, email).status == 401
    assert _login(outside, email, OTHER).status == 200


def test_a_browser_keeps_a_cookie_that_only_our_own_pages_can_use(browser: Client) -> None:
    email = "with-a-browser@news.example"
    _member(browser, email)
    reply = _login(browser, email, transport="cookie")
    assert "token" not in reply.json
    (cookie,) = browser.jar or ()
    assert (cookie.name, cookie.path) == ("session", "/")
    assert {"HttpOnly", "SameSite"} <= set(cookie._rest)  # type: ignore[attr-defined]
    assert browser("GET", "/v1/me").json["email"] == email
    (session,) = browser("GET", "/v1/me/sessions").json["items"]
    assert (session["device"], session["current"]) == ("Firefox on Linux", True)

    foreign = browser("PATCH", "/v1/me", {"display_name": "Eve"}, Origin="https://evil.example")
    assert (foreign.status, foreign.json["code"]) == (403, "cross_site")
    assert browser("PATCH", "/v1/me", {"display_name": "Mara"}).json["display_name"] == "Mara"

    before = cookie.value
    changed = browser("POST", "/v1/me/password", {"current_password": PASSWORD, "new_password": OTHER})
    assert changed.status == 200
    (cookie,) = browser.jar or ()
    assert cookie.value != before
    assert browser("GET", "/v1/me").status == 200
    assert browser("POST", "/v1/logout").status == 204
    assert list(browser.jar or ()) == []
    assert browser("GET", "/v1/me").status == 401


def test_whoever_asks_for_an_address_learns_nothing_of_it(curl: Client) -> None:
    known, unknown = "known@news.example", "unknown@news.example"
    _member(curl, known)
    for path, more in (
        ("/v1/password/forgot", {}),
        ("/v1/login", {"password": OTHER}),
        ("/v1/register", {"password": OTHER, "display_name": "Eve"}),
    ):
        first, second = (curl("POST", path, {"email": email, **more}) for email in (known, unknown))
        assert (first.status, first.json) == (second.status, second.json)
        assert sorted(first.headers.keys()) == sorted(second.headers.keys())
