"""Logs, metrics and errors hold ids, codes and counts: never a name, an address, a password, a token or where one is."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
from broadsheet import accounts, mailing, observability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.stage import Stage

MARA, LIND, BEN = "mara.secret@paper.org", "lind.secret@paper.org", "ben.secret@paper.org"
NAME = "Mara Verysecret"
PASSWORD, FRESH, WRONG = "the secret of four words", "another secret of four", "a wrong secret of four"
HOME = "198.51.100.77"
AGENT = "Secretfox/1.0 (Linux)"


class Written:
    """All that a function's process would write: its log, its output, and every library's records."""

    def __init__(self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
        self._capsys, self._caplog, self._log = capsys, caplog, io.StringIO()
        for handler in observability.logger().handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.stream = self._log  # setStream would flush the stream of a test that is over

    def text(self) -> str:
        out, err = self._capsys.readouterr()
        return self._log.getvalue() + out + err + self._caplog.text

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._log.getvalue().splitlines()]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Written]:
    handlers = [handler for handler in observability.logger().handlers if isinstance(handler, logging.StreamHandler)]
    before = [handler.stream for handler in handlers]
    caplog.set_level(logging.INFO)
    yield Written(capsys, caplog)
    for handler, stream in zip(handlers, before, strict=True):
        handler.stream = stream


def _whole_life(stage: Stage) -> set[str]:
    """From registering to erasing, with what goes wrong on the way; the tokens that were made."""

    def call(method: str, path: str, send: object = None, token: str = "") -> dict[str, object]:
        reply = stage.call(method, path, send, token=token, address=HOME, user_agent=AGENT)
        assert reply.status < 500
        return dict(reply.json) if reply.text else {}

    stage.outbound.refusing.add(MARA)
    call("POST", "/v1/register", {"email": MARA, "password": PASSWORD, "display_name": NAME})
    records = stage.records("AccountsTable")
    assert len(stage.deliver("SendMailFunction", "AccountsTable", records)) == 1
    stage.outbound.refusing.clear()
    assert stage.deliver("SendMailFunction", "AccountsTable", records) == []
    call("POST", "/v1/verify", {"token": stage.mails(MARA)[-1].token})
    call("POST", "/v1/verify", {"token": stage.mails(MARA)[-1].token})
    call("POST", "/v1/register", {"email": MARA, "password": "short", "display_name": NAME, "x": NAME})
    call("POST", "/v1/register", {"email": MARA, "password": PASSWORD, "display_name": NAME})
    for _ in range(8):
        call("POST", "/v1/login", {"email": BEN, "password": WRONG})
    tokens = {str(call("POST", "/v1/login", {"email": MARA, "password": PASSWORD})["token"])}
    (token,) = tokens
    call("GET", "/v1/me", token=f"{token}x")
    call("PATCH", "/v1/me", {"display_name": f"{NAME} II", "role": "admin"}, token)
    call("PATCH", "/v1/me", {"display_name": f"{NAME} II"}, token)
    call("POST", "/v1/me/email", {"email": LIND, "password": WRONG}, token)
    call("POST", "/v1/me/email", {"email": LIND, "password": PASSWORD}, token)
    call("POST", "/v1/verify", {"token": stage.mails(LIND)[-1].token})
    call("POST", "/v1/password/forgot", {"email": LIND})
    call("POST", "/v1/password/reset", {"token": stage.mails(LIND)[-1].token, "password": FRESH})
    token = str(call("POST", "/v1/login", {"email": LIND, "password": FRESH})["token"])
    tokens.add(token)
    account = call("GET", "/v1/me", token=token)
    call("POST", "/v1/admin/accounts/find", {"email": LIND}, stage.token("admin"))
    call("POST", "/v1/admin/accounts/find", {"email": LIND}, token)
    call("PATCH", f"/v1/admin/accounts/{account['id']}", {"banned": True}, stage.token("admin"))
    call("POST", "/v1/login", {"email": LIND, "password": FRESH})
    call("PATCH", f"/v1/admin/accounts/{account['id']}", {"banned": False}, stage.token("admin"))
    token = str(call("POST", "/v1/login", {"email": LIND, "password": FRESH})["token"])
    tokens.add(token)
    tokens.add(_comments(stage, call, token))
    call("POST", "/v1/me/erase", {"password": FRESH}, token)
    stage.settle()
    return tokens | {mail.token for mail in stage.outbound.sent if "#token=" in mail.text}


def _comments(stage: Stage, call: Callable[..., dict[str, object]], token: str) -> str:
    """Says something as a member and as a guest, twice, and has it reported; the guest's proof."""
    path = f"/v1/articles/{stage.published()['slug']}/comments"
    root = call("POST", path, {"text": "A secret remark."}, token)["id"]
    guests = {"text": "A secret answer.", "parent_id": root, "guest": {"name": NAME, "email": BEN}}
    proof = str(call("POST", path, guests)["edit_token"])
    call("POST", path, guests)
    call("PATCH", f"/v1/comments/{root}", {"text": "A secret change."}, token)
    call("POST", f"/v1/comments/{root}/reports", {"reason": "other", "note": "A secret note."}, token)
    call("POST", "/v1/moderation/bans", {"comment_id": root, "reason": "A secret."}, stage.token("moderator"))
    call("POST", path, {"text": "A last secret."}, token)
    stage.settle()
    return proof


def test_a_whole_life_leaves_nobody_in_what_is_written(stage: Stage, written: Written) -> None:
    tokens = _whole_life(stage)
    text, refusals = written.text(), " ".join(reply.text for reply in stage.replies if reply.status >= 400)
    secrets = [MARA, LIND, BEN, "secret", "Secret", PASSWORD, FRESH, WRONG, HOME, "198.51.100", *tokens]
    assert not [one for one in secrets if one in text]
    assert not [one for one in secrets if one in refusals]
    codes = {str(line["code"]) for line in written.lines() if "code" in line}
    assert {"bad_token", "invalid", "login_failed", "too_many_requests", "not_logged_in", "banned"} <= codes
    assert {"duplicate_comment", "edit_ended"} <= codes


def test_refusals_are_information_and_only_bugs_are_errors(stage: Stage, written: Written) -> None:
    stage.log_in(MARA, WRONG)
    assert {line["level"] for line in written.lines()} == {"INFO"}


def test_a_bug_is_an_error_with_a_trace_and_without_its_words(
    stage: Stage, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(address: str) -> None:
        raise ValueError(f"{address} is the cause") from KeyError(address)

    monkeypatch.setattr(accounts, "find", broken)
    stage.breaking = True
    reply = stage.log_in(MARA, WRONG, address=HOME)
    assert (reply.status, reply.code, reply.headers["cache-control"]) == (500, "unexpected", "no-store")
    assert MARA not in reply.text + written.text()
    (line,) = written.lines()
    assert (line["level"], line["error"]) == ("ERROR", "ValueError")
    assert "in broken" in str(line["trace"])
    assert line["route"] == "POST /v1/login"


def test_a_record_that_fails_is_an_error_with_its_number_and_without_words(
    stage: Stage, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.register(MARA)

    def broken(mail: dict[str, str], link: str) -> None:
        raise ValueError(mail["to"])

    monkeypatch.setattr(mailing, "rendered", broken)
    (record,) = stage.deliver("SendMailFunction", "AccountsTable", stage.records("AccountsTable"))
    assert MARA not in written.text()
    (line,) = written.lines()
    assert line["sequence_number"] == record["dynamodb"]["SequenceNumber"]


def test_no_route_has_a_place_for_a_person_in_its_address(stage: Stage) -> None:
    names = {
        part
        for function in stage.template.functions.values()
        for route in function.routes
        for part in route.path.split("/")
        if part.startswith("{")
    }
    known = {"{id}", "{n}", "{slug}", "{action}", "{name}", "{language}", "{file}", "{feed}"}
    assert names <= known | {"{proxy+}"}, "what is no address of ours may hold anything; no log has more than the route"
