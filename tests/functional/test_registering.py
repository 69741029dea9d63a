"""Registering: an address is confirmed by its mail, and nobody learns which addresses have an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage import PASSWORD

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA = "mara@paper.org"


def _verify(stage: Stage, token: str) -> Reply:
    return stage.call("POST", "/v1/verify", {"token": token})


def _alike(one: Reply, other: Reply) -> None:
    assert (one.status, one.text, one.headers, one.cookies) == (other.status, other.text, other.headers, other.cookies)
    assert [call.operation for call in one.calls] == [call.operation for call in other.calls]


def test_who_answers_the_mail_has_an_account_and_may_log_in(stage: Stage) -> None:
    reply = stage.register(MARA, name="Mara Lind")
    assert (reply.status, reply.json) == (202, {"status": "mail_sent"})
    assert stage.log_in(MARA).code == "login_failed"
    (mail,) = stage.mails(MARA)
    verified = _verify(stage, mail.token)
    assert verified.status == 200
    assert verified.json["account"] | {"id": ""} == {"id": "", "display_name": "Mara Lind", "role": "reader"}
    assert stage.log_in(MARA).json["account"] == verified.json["account"]


def test_known_and_unknown_addresses_get_the_same_answer_after_the_same_calls(stage: Stage) -> None:
    stage.registered(MARA)
    _alike(stage.register(MARA), stage.register("nobody@paper.org"))


def test_who_owns_a_known_address_is_told_and_nothing_else_happens(stage: Stage) -> None:
    stage.registered(MARA)
    stage.register(MARA, "another password of mine", name="Somebody Else")
    mail = stage.mails(MARA)[-1]
    assert "#token=" not in mail.text
    assert stage.log_in(MARA, "another password of mine").code == "login_failed"
    assert stage.log_in(MARA).json["account"]["display_name"] == "Mara Lind"


def test_each_registration_keeps_its_own_password_and_verifying_one_discards_the_others(stage: Stage) -> None:
    stage.register(MARA, "the first of two passwords", name="First")
    stage.register(MARA, "the second of two passwords", name="Second")
    first, second = stage.mails(MARA)
    assert _verify(stage, first.token).json["account"]["display_name"] == "First"
    assert stage.log_in(MARA, "the first of two passwords").status == 200
    assert stage.log_in(MARA, "the second of two passwords").code == "login_failed"
    assert _verify(stage, second.token).code == "bad_token"
    assert not [item for item in stage.everything() if item["entity"] == "pending"]


def test_a_link_is_good_once(stage: Stage) -> None:
    stage.register(MARA)
    (mail,) = stage.mails(MARA)
    assert _verify(stage, mail.token).status == 200
    assert _verify(stage, mail.token).code == "bad_token"


def test_a_link_is_good_for_an_hour(stage: Stage, time: Clock) -> None:
    stage.register(MARA)
    (mail,) = stage.mails(MARA)
    time.forward(minutes=60)
    assert _verify(stage, mail.token).code == "bad_token"
    stage.register(MARA)
    later = stage.mails(MARA)[-1]
    time.forward(minutes=59)
    assert _verify(stage, later.token).status == 200


def test_a_reset_link_verifies_nothing_and_a_verifying_one_resets_nothing(stage: Stage) -> None:
    stage.registered(MARA)
    stage.call("POST", "/v1/password/forgot", {"email": MARA})
    assert _verify(stage, stage.mails(MARA)[-1].token).code == "bad_token"
    stage.register("ben@paper.org")
    token = stage.mails("ben@paper.org")[-1].token
    reset = stage.call("POST", "/v1/password/reset", {"token": token, "password": "four other words are long"})
    assert reset.code == "bad_token"


def test_following_the_link_with_get_does_nothing(stage: Stage) -> None:
    reply = stage.call("GET", "/v1/verify")
    assert (reply.code, reply.calls) == ("not_found", [])


@pytest.mark.parametrize("email", ["MARA@Paper.ORG", " mara@paper.org "])
def test_an_address_is_the_same_in_capitals(stage: Stage, email: str) -> None:
    stage.registered(MARA)
    stage.register(email)
    assert "#token=" not in stage.mails(MARA)[-1].text
    assert stage.log_in(email).status == 200


def test_composed_and_decomposed_addresses_are_the_same(stage: Stage) -> None:
    stage.registered("jose\u0301@paper.org")
    assert stage.log_in("jos\u00e9@paper.org").status == 200


def test_addresses_that_only_look_alike_folded_are_two(stage: Stage) -> None:
    stage.registered("ada@stra\u00dfe.example")
    assert stage.log_in("ada@strasse.example").code == "login_failed"
    assert stage.mails("ada@stra\u00dfe.example")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "no address", "bad_email"),
        ("email", "a@b", "bad_email"),
        ("email", "a@b.org\r\nBcc: c@d.org", "control_character"),
        ("email", "a\x00@b.org", "control_character"),
        ("email", f"{'a' * 250}@b.org", "too_long"),
        ("email", f"{'a' * 65}@b.org", "bad_email"),
        ("email", "a@b.org>", "bad_email"),
        ("email", "a@b.org,c@d.org", "bad_email"),
        ("password", "too short", "too_short"),
        ("password", "x" * 4097, "too_long"),
        ("display_name", "", "required"),
        ("display_name", "x" * 61, "too_long"),
        ("display_name", "Mara\u202eLind", "control_character"),
        ("display_name", "Mara\nLind", "control_character"),
        ("language", "English!", "bad_language"),
    ],
)
def test_a_wrong_field_is_named_and_not_repeated(stage: Stage, field: str, value: str, code: str) -> None:
    given = {"email": MARA, "password": PASSWORD, "display_name": "Mara Lind", field: value}
    reply = stage.call("POST", "/v1/register", given)
    assert (reply.status, reply.fields) == (422, {field: code})
    assert len(value) < 2 or value not in reply.text


def test_everything_that_is_wrong_is_said_at_once(stage: Stage) -> None:
    reply = stage.call("POST", "/v1/register", {"email": "no address", "password": "short", "display_name": " "})
    assert reply.fields == {"email": "bad_email", "password": "too_short", "display_name": "required"}
    assert (reply.status, reply.calls) == (422, [])
    nothing = stage.call("POST", "/v1/register", {"email": "", "password": "", "display_name": "", "language": "?"})
    required = dict.fromkeys(("email", "password", "display_name"), "required")
    assert nothing.fields == {**required, "language": "bad_language"}
    known = {"email": MARA, "password": f"is {MARA} secret", "display_name": "Editors"}
    assert stage.call("POST", "/v1/register", known).fields == {
        "password": "holds_known",
        "display_name": "reserved_name",
    }


def test_what_is_wrong_beside_a_known_address_does_not_tell_that_it_is_known(stage: Stage) -> None:
    stage.registered(MARA)
    _alike(stage.register(MARA, "short", name=""), stage.register("nobody@paper.org", "short", name=""))


RESERVED = [
    "The Broadsheet Courier",
    "the broadsheet  courier",
    "Editors",
    "MODERATORS",
    "m o d e r a t o r s",
    "Éditors",
    "Мoderators",  # Cyrillic
    "Ed1tors",
    "Ｎｅｗｓｒｏｏｍ",
    "The Editors",
    "Redaccion",
]


@pytest.mark.parametrize("name", RESERVED)
def test_nobody_new_is_called_like_the_site_or_who_works_there(stage: Stage, name: str) -> None:
    assert stage.register(MARA, name=name).fields == {"display_name": "reserved_name"}
    token = stage.token("reader")
    renamed = stage.call("PATCH", "/v1/me", {"display_name": name}, token=token)
    assert (renamed.status, renamed.fields) == (422, {"display_name": "reserved_name"})
    assert stage.say(stage.published()["slug"], guest=name).fields == {"guest.name": "reserved_name"}


@pytest.mark.parametrize("name", ["Ed Editor", "Modesta", "Staffan", "Broadsheet Reader", "Editorial Fan", "Reader"])
def test_a_name_that_only_holds_such_a_word_is_like_any_other(stage: Stage, name: str) -> None:
    assert stage.registered(MARA, name=name)["display_name"] == name
    assert stage.comment(stage.published()["slug"], guest=name)["author"]["name"] == name


def test_who_works_here_may_be_called_so_and_keeps_the_name_while_nothing_else_is_chosen(stage: Stage) -> None:
    token = stage.person("editor")
    renamed = stage.call("PATCH", "/v1/me", {"display_name": "Moderators"}, token=token)
    assert renamed.json["display_name"] == "Moderators"
    person = f"/v1/admin/accounts/{renamed.json['id']}"
    stage.call("PATCH", person, {"role": "reader"}, token=stage.token("admin"))
    token = stage.log_in(renamed.json["email"]).json["token"]
    same = stage.call("PATCH", "/v1/me", {"display_name": "Moderators", "language": "es"}, token=token)
    assert (same.status, same.json["language"]) == (200, "es")
    assert stage.comment(stage.published()["slug"], token)["state"] == "pending"


@pytest.mark.parametrize("field", ["role", "id", "created_at", "banned_at", "generation"])
def test_nobody_registers_with_a_role_or_an_id_of_their_own(stage: Stage, field: str) -> None:
    given = {"email": MARA, "password": PASSWORD, "display_name": "Mara", field: "admin"}
    assert stage.call("POST", "/v1/register", given).fields == {field: "unknown_field"}


@pytest.mark.parametrize("path", ["/v1/register", "/v1/verify", "/v1/password/forgot", "/v1/password/reset"])
def test_another_site_may_not_send_a_form(stage: Stage, path: str) -> None:
    assert stage.call("POST", path, {}, origin="https://elsewhere.example").code == "cross_site"
    assert stage.call("POST", path, {}, sec_fetch_site="cross-site").code == "cross_site"
    assert stage.call("POST", path, {}, sec_fetch_site="same-site").code == "cross_site"
    assert stage.call("POST", path, raw=b"email=a", content_type="text/plain").code == "unsupported_type"
    assert stage.call("POST", path, {}, origin="https://news.example").status == 422


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b"null", b'{"token": "\\ud800"}'])
def test_what_is_no_object_of_json_is_said_to_be_none(stage: Stage, raw: bytes) -> None:
    assert stage.call("POST", "/v1/verify", raw=raw).code == "bad_json"


def test_a_large_body_is_refused(stage: Stage) -> None:
    assert stage.register(MARA, "x" * 70_000).code == "too_large"


def test_two_who_answer_for_one_address_make_one_account(stage: Stage) -> None:
    stage.register(MARA, name="First")
    stage.register(MARA, name="Second")
    tokens = [mail.token for mail in stage.mails(MARA)]
    assert sorted(_verify(stage, token).status for token in tokens) == [200, 400]
    assert len([item for item in stage.everything() if item["entity"] == "account"]) == 1
