"""One's own account: profile, password, address, export and erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commands import reapply_erasures
from tests.stage import PASSWORD

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA, NEW = "mara@paper.org", "lind@paper.org"
FRESH = "four other words are long"


def _me(stage: Stage, token: str) -> Reply:
    return stage.call("GET", "/v1/me", token=token)


def _change_email(stage: Stage, token: str, email: str = NEW, password: str = PASSWORD) -> Reply:
    return stage.call("POST", "/v1/me/email", {"email": email, "password": password}, token=token)


def _verify(stage: Stage, token: str) -> Reply:
    return stage.call("POST", "/v1/verify", {"token": token})


def _erase(stage: Stage, token: str, **given: str) -> Reply:
    return stage.call("POST", "/v1/me/erase", {"password": PASSWORD, **given}, token=token)


# ---------------------------------------------------------------- profile


def test_a_person_reads_the_own_account_and_no_hash(stage: Stage) -> None:
    reply = _me(stage, stage.member(MARA, language="es"))
    assert set(reply.json) == {"id", "display_name", "role", "email", "language", "created_at"}
    assert (reply.json["email"], reply.json["language"]) == (MARA, "es")
    assert reply.headers["cache-control"] == "no-store"


def test_name_and_language_change_in_every_session(stage: Stage) -> None:
    token, other = stage.member(MARA), stage.log_in(MARA).json["token"]
    changed = stage.call("PATCH", "/v1/me", {"display_name": "Mara L.", "language": "ES"}, token=token)
    assert (changed.json["display_name"], changed.json["language"]) == ("Mara L.", "es")
    assert _me(stage, other).json["display_name"] == "Mara L."
    names = {item["display_name"] for item in stage.everything() if item["entity"] == "session"}
    assert names == {"Mara L."}


@pytest.mark.parametrize("field", ["role", "email", "id", "password", "banned_at", "generation", "created_at"])
def test_nothing_else_of_a_profile_can_be_set(stage: Stage, field: str) -> None:
    token = stage.token("reader")
    before = _me(stage, token).json
    assert stage.call("PATCH", "/v1/me", {field: "admin"}, token=token).fields == {field: "unknown_field"}
    assert _me(stage, token).json == before


def test_everything_that_is_wrong_with_a_profile_is_said_at_once(stage: Stage) -> None:
    given = {"display_name": " ", "language": "?"}
    reply = stage.call("PATCH", "/v1/me", given, token=stage.token("reader"))
    assert reply.fields == {"display_name": "required", "language": "bad_language"}


# ---------------------------------------------------------------- password


def test_a_new_password_ends_every_session_and_begins_one(stage: Stage) -> None:
    token, other = stage.member(MARA), stage.log_in(MARA).json["token"]
    given = {"current_password": PASSWORD, "new_password": FRESH}
    reply = stage.call("POST", "/v1/me/password", given, token=token)
    assert reply.status == 200
    assert {_me(stage, old).code for old in (token, other)} == {"not_logged_in"}
    assert _me(stage, reply.json["token"]).status == 200
    assert stage.log_in(MARA).code == "login_failed"
    assert stage.log_in(MARA, FRESH).status == 200
    assert "password" in stage.mails(MARA)[-1].subject.lower()


def test_a_browser_gets_its_new_session_as_a_cookie(stage: Stage) -> None:
    given = {"current_password": PASSWORD, "new_password": FRESH}
    cookie = f"__Host-session={stage.member(MARA)}"
    reply = stage.call("POST", "/v1/me/password", given, cookie=cookie, origin="https://news.example")
    assert "token" not in reply.json
    assert reply.cookies[0].startswith("__Host-session=")
    assert reply.cookies[0].partition(";")[0] != cookie


def test_a_wrong_current_password_changes_nothing_and_is_slowed(stage: Stage) -> None:
    token = stage.member(MARA)
    given = {"current_password": "not the password", "new_password": FRESH}
    codes = [stage.call("POST", "/v1/me/password", given, token=token).code for _ in range(7)]
    assert codes == ["login_failed"] * 6 + ["too_many_requests"]
    assert stage.log_in(MARA).status == 200


def test_a_new_password_is_held_to_the_rules(stage: Stage) -> None:
    token = stage.member(MARA)
    for new, code in {
        "short": "too_short",
        f"is {MARA} secret": "holds_known",
        "aaaaaaaaaaaaaaaa": "too_common",
    }.items():
        given = {"current_password": PASSWORD, "new_password": new}
        assert stage.call("POST", "/v1/me/password", given, token=token).fields == {"new_password": code}


def test_a_password_that_is_asked_for_once_more_is_tried_when_all_else_is_in_order(stage: Stage) -> None:
    token = stage.member(MARA)
    wrong = {"current_password": "not the password", "new_password": "short"}
    nothing = {"current_password": "", "new_password": ""}
    for _ in range(20):  # more often than one may guess
        assert stage.call("POST", "/v1/me/password", wrong, token=token).fields == {"new_password": "too_short"}
        assert _change_email(stage, token, "no address", "not the password").fields == {"email": "bad_email"}
        assert _change_email(stage, token, "no address", "").fields == {"email": "bad_email", "password": "required"}
        assert set(stage.call("POST", "/v1/me/password", nothing, token=token).fields.values()) == {"required"}
        assert _erase(stage, token, password="").fields == {"password": "required"}
    reply = stage.call("POST", "/v1/me/password", {**wrong, "new_password": FRESH}, token=token)
    assert (reply.status, reply.code, reply.fields) == (401, "login_failed", {"current_password": "wrong_password"})
    for other in (_change_email(stage, token, password="not the password"), _erase(stage, token, password="no")):
        assert (other.status, other.code, other.fields) == (401, "login_failed", {"password": "wrong_password"})


# ---------------------------------------------------------------- address


def test_an_address_moves_when_the_new_one_answers_and_the_old_one_is_told(stage: Stage) -> None:
    token = stage.member(MARA)
    assert _change_email(stage, token).json == {"status": "mail_sent"}
    assert _me(stage, token).json["email"] == MARA
    assert _verify(stage, stage.mails(NEW)[-1].token).status == 200
    assert _me(stage, token).json["email"] == NEW
    assert stage.log_in(MARA).code == "login_failed"
    assert stage.log_in(NEW).status == 200
    assert "#token=" not in stage.mails(MARA)[-1].text


def test_an_address_moves_only_with_the_password(stage: Stage) -> None:
    token = stage.member(MARA)
    assert _change_email(stage, token, password="not the password").code == "login_failed"
    assert stage.mails(NEW) == []


def test_that_an_address_is_taken_is_told_to_its_owner_alone(stage: Stage) -> None:
    token = stage.member(MARA)
    stage.registered("ben@paper.org")
    taken, free = _change_email(stage, token, "ben@paper.org"), _change_email(stage, token, "free@paper.org")
    assert (taken.status, taken.text, taken.headers) == (free.status, free.text, free.headers)
    assert [call.operation for call in taken.calls] == [call.operation for call in free.calls]
    assert "#token=" not in stage.mails("ben@paper.org")[-1].text


def test_a_link_to_a_new_address_dies_when_the_password_changes(stage: Stage) -> None:
    token = stage.member(MARA)
    _change_email(stage, token)
    link = stage.mails(NEW)[-1].token
    stage.call("POST", "/v1/password/forgot", {"email": MARA})
    reset = {"token": stage.mails(MARA)[-1].token, "password": FRESH}
    assert stage.call("POST", "/v1/password/reset", reset).status == 200
    assert _verify(stage, link).code == "bad_token"
    assert stage.log_in(MARA, FRESH).status == 200


def test_two_links_to_new_addresses_move_it_once(stage: Stage) -> None:
    token = stage.member(MARA)
    _change_email(stage, token, "one@paper.org")
    _change_email(stage, token, "two@paper.org")
    one, two = stage.mails("one@paper.org")[-1], stage.mails("two@paper.org")[-1]
    assert [_verify(stage, one.token).status, _verify(stage, two.token).status] == [200, 400]
    assert _me(stage, token).json["email"] == "one@paper.org"


def test_an_address_that_was_taken_meanwhile_stays_its_owners(stage: Stage) -> None:
    token = stage.member(MARA)
    _change_email(stage, token)
    link = stage.mails(NEW)[-1].token
    stage.registered(NEW, name="Ben Oru")
    assert _verify(stage, link).code == "bad_token"
    assert stage.log_in(NEW).json["account"]["display_name"] == "Ben Oru"


# ---------------------------------------------------------------- export


def test_the_export_is_one_document_of_everything_but_secrets(stage: Stage) -> None:
    token = stage.member(MARA)
    reply = stage.call("GET", "/v1/me/export", token=token)
    assert reply.headers["content-disposition"] == 'attachment; filename="account.json"'
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json["account"] == {**_me(stage, token).json, "banned_at": None}
    assert [session["current"] for session in reply.json["sessions"]] == [True]
    assert not {"password", "hash", "argon2", token} & set(reply.text.replace('"', " ").split())


# ---------------------------------------------------------------- erasure


def test_an_erased_account_is_gone_with_its_sessions_and_address(stage: Stage) -> None:
    token, other = stage.member(MARA), stage.log_in(MARA).json["token"]
    reply = _erase(stage, token)
    assert (reply.status, reply.json) == (202, {"status": "erased"})
    assert {_me(stage, old).code for old in (token, other)} == {"not_logged_in"}
    assert stage.log_in(MARA).code == "login_failed"
    (*_, mail) = stage.mails(MARA)
    assert "#token=" not in mail.text
    assert MARA not in repr(stage.everything())
    assert "Mara Lind" not in repr(stage.everything())


def test_erasing_takes_the_password(stage: Stage) -> None:
    token = stage.member(MARA)
    assert _erase(stage, token, password="not the password").code == "login_failed"
    assert _me(stage, token).status == 200


def test_an_erased_address_may_register_again_as_somebody_new(stage: Stage) -> None:
    token = stage.member(MARA)
    before = _me(stage, token).json["id"]
    _erase(stage, token)
    assert stage.registered(MARA)["id"] != before


def test_registrations_that_wait_at_an_erased_address_are_forgotten(stage: Stage) -> None:
    token = stage.member(MARA)
    stage.register(MARA, name="Mara Again")
    _erase(stage, token)
    stage.settle()
    assert not [item for item in stage.everything() if item["entity"] == "pending"]


@pytest.mark.parametrize("choice", ["anonymise", "remove"])
def test_the_log_of_erasures_stands_apart_and_names_no_person(stage: Stage, time: Clock, choice: str) -> None:
    token = stage.member(MARA)
    account_id = _me(stage, token).json["id"]
    _erase(stage, token, comments=choice)
    stage.settle()
    (log,) = [item for item in stage.everything() if item["entity"] == "erasure log"]
    assert log["pk"] == f"ERASURES#{time.now:%Y-%m}"
    assert (log["account"], log["comments"]) == (account_id, choice)
    (work,) = [item for item in stage.everything() if item["entity"] == "erasure"]
    assert work["done_at"]
    assert "address" not in work


def test_an_erasure_outlives_a_restore_from_a_backup(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = stage.member(MARA)
    backup = stage.items("AccountsTable")
    _erase(stage, token)
    stage.settle()
    stage.restore("AccountsTable", backup)
    assert stage.log_in(MARA).status == 200

    monkeypatch.setattr(reapply_erasures, "deployed", lambda _stack: {})
    accounts = stage.template.tables["AccountsTable"].physical_name
    assert reapply_erasures.main(["--stack", "broadsheet", "--months", "2", "--accounts", accounts]) == 0
    assert "1 erased again" in capsys.readouterr().out
    stage.settle()
    assert stage.log_in(MARA).code == "login_failed"
    assert MARA not in repr(stage.everything())
    assert reapply_erasures.main(["--stack", "broadsheet"]) == 0
    assert "0 erased again" in capsys.readouterr().out


def test_a_last_administrator_who_came_back_is_named_and_the_others_are_erased(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    admin, reader = stage.person("admin"), stage.member(MARA)
    admin_id, backup = _me(stage, admin).json["id"], stage.items("AccountsTable")
    stage.person("admin")
    assert [_erase(stage, token).status for token in (admin, reader)] == [202, 202]
    stage.restore("AccountsTable", backup)
    monkeypatch.setattr(reapply_erasures, "deployed", lambda _stack: {})
    assert reapply_erasures.main(["--stack", "broadsheet"]) == 1
    said = capsys.readouterr()
    assert "1 erased again" in said.out
    assert admin_id in said.err
    stage.person("admin")
    assert reapply_erasures.main(["--stack", "broadsheet"]) == 0


@pytest.mark.parametrize("months", ["0", "-1", "x"])
def test_a_number_of_months_is_at_least_one(months: str) -> None:
    with pytest.raises(SystemExit):
        reapply_erasures.main(["--stack", "broadsheet", "--months", months])
