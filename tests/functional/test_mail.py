"""The outbox: what is written with its cause is sent at least once, and its token is nowhere but in the mail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, mailing, outbox, settings, table

from tests.stage import PASSWORD

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

MARA, BEN = "mara@paper.org", "ben@paper.org"
KINDS = ("verify", "known", "reset", "confirm_email", "email_changed", "password_changed", "role_changed", "erased")
LINKS = {"verify": "verify", "reset": "reset", "confirm_email": "verify"}


def _outbox(stage: Stage) -> list[dict[str, Any]]:
    return [item for item in stage.items("AccountsTable") if item["entity"] == "mail"]


def _send(stage: Stage, records: list[Any]) -> list[Any]:
    return stage.deliver("SendMailFunction", "AccountsTable", records)


def _write(kind: outbox.Kind, language: str = "en") -> None:
    table.write(outbox.mail(kind, MARA, language, clock.now(), account="01ARZ3NDEKTSV4RRFFQ69G5FAV"))


# ---------------------------------------------------------------- what is in a mail


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_has_a_text_and_a_page_in_the_readers_language(stage: Stage, language: str) -> None:
    for kind in KINDS:
        _write(kind, language)  # type: ignore[arg-type]
    mails = stage.mails(MARA)
    assert len(mails) == len(KINDS)
    for mail in mails:
        assert mail.sender == settings.get().mail_sender
        assert mail.subject.strip()
        assert "\n" not in mail.subject
        assert f'<html lang="{language}">' in mail.html
        for paragraph in mail.text.strip().split("\n\n"):
            assert paragraph in mail.html.replace("&#39;", "'")
        assert "{{" not in mail.text + mail.html
        assert "Broadsheet Courier" in mail.subject + mail.text
    assert len({mail.subject for mail in mails}) >= len(KINDS) - 1


def test_the_two_languages_are_two(stage: Stage) -> None:
    for kind in KINDS:
        _write(kind, "en")  # type: ignore[arg-type]
        _write(kind, "es")  # type: ignore[arg-type]
    assert len({mail.text.partition("#token")[0] for mail in stage.mails(MARA)}) == 2 * len(KINDS)


@pytest.mark.parametrize(("asked", "answered"), [("es-MX", "es"), ("en-GB", "en"), ("fr", "en"), ("zh-Hant", "en")])
def test_a_language_without_a_mail_gets_its_parents_or_the_sites(stage: Stage, asked: str, answered: str) -> None:
    stage.register(MARA, language=asked)
    assert f'<html lang="{answered}">' in stage.mails(MARA)[-1].html


def test_links_come_from_the_configured_origin_with_the_token_in_the_fragment(stage: Stage) -> None:
    for kind in KINDS:
        _write(kind)  # type: ignore[arg-type]
    linked = {}
    for kind, mail in zip(KINDS, stage.mails(MARA), strict=True):
        if "#token=" in mail.text:
            linked[kind] = mail.link.partition("#")[0]
            assert len(mail.token) == 43
            assert f'<a href="{mail.link}">' in mail.html
    assert linked == {kind: f"https://news.example/{page}" for kind, page in LINKS.items()}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_link_leads_to_a_page_that_is_there(stage: Stage, language: str) -> None:
    """In the reader's language where no token goes along; a link with one is the same for everybody."""
    for kind in KINDS:
        _write(kind, language)  # type: ignore[arg-type]
    linked = {}
    for kind, mail in zip(KINDS, stage.mails(MARA), strict=True):
        if "https://" in mail.text:
            path = mail.link.removeprefix("https://news.example").partition("#")[0]
            page = stage.call("GET", path)
            assert page.status == 200, kind
            assert f'<html lang="{"en" if mail.token else language}"' in page.text, kind
            linked[kind] = path.rpartition("/")[2]
    assert linked == {**LINKS, "known": "reset", "password_changed": "reset", "role_changed": "login"}


def test_no_host_of_a_request_gets_into_a_link(stage: Stage) -> None:
    given = {"email": MARA, "password": PASSWORD, "display_name": "Mara"}
    stage.call(
        "POST",
        "/v1/register",
        given,
        host="evil.example",
        x_forwarded_host="evil.example",
        forwarded="host=evil.example",
    )
    assert stage.mails(MARA)[-1].link.startswith("https://news.example/verify#token=")


def test_what_somebody_typed_is_not_in_a_mail(stage: Stage) -> None:
    stage.register(MARA, name="Win <b>money</b> at evil.example")
    mail = stage.mails(MARA)[-1]
    assert "evil" not in mail.text + mail.html + mail.subject


# ---------------------------------------------------------------- where a token is


def test_no_token_is_in_any_item_of_any_table_or_stream(stage: Stage) -> None:
    seen: list[Any] = []
    tokens = []

    def look() -> None:
        while records := stage.records("AccountsTable"):
            seen.extend(records)
            assert _send(stage, records) == []
        seen.append(json.dumps(stage.everything(), default=str))
        tokens.extend(mail.token for mail in stage.outbound.sent if mail.token and mail.token not in tokens)

    stage.register(MARA)
    look()
    stage.call("POST", "/v1/verify", {"token": tokens[0]})
    session = stage.log_in(MARA).json["token"]
    stage.call("POST", "/v1/password/forgot", {"email": MARA})
    stage.call("POST", "/v1/me/email", {"email": BEN, "password": PASSWORD}, token=session)
    look()
    assert len(tokens) == 3
    kept = repr(seen)
    assert not [token for token in [*tokens, session, PASSWORD] if token in kept]


# ---------------------------------------------------------------- when it is sent


def test_a_mail_is_written_with_what_causes_it_or_not_at_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    transact = table.transact
    monkeypatch.setattr(table, "transact", lambda writes: (written.append(len(writes)), transact(writes)))
    stage.register(MARA)
    assert written == [2]
    monkeypatch.undo()


def test_a_sent_mail_is_marked_and_its_address_dropped(stage: Stage) -> None:
    stage.register(MARA)
    stage.settle()
    (item,) = _outbox(stage)
    assert item["state"] == "sent"
    assert "to" not in item
    assert MARA not in repr(item)


def test_a_record_delivered_twice_sends_one_mail(stage: Stage) -> None:
    stage.register(MARA)
    records = stage.records("AccountsTable")
    assert _send(stage, records) == _send(stage, records) == []
    assert len(stage.outbound.sent) == 1


def test_two_deliveries_at_once_send_one_mail(stage: Stage, time: Clock) -> None:
    stage.register(MARA)
    records = stage.records("AccountsTable")
    (item,) = _outbox(stage)
    mailing._lease({"pk": item["pk"], "sk": item["sk"]}, time.now)
    assert len(_send(stage, records)) == 1
    assert stage.outbound.sent == []
    time.forward(seconds=mailing.LEASE)
    assert _send(stage, records) == []
    assert len(stage.outbound.sent) == 1


def test_what_the_mail_service_refuses_is_tried_again_at_once(stage: Stage) -> None:
    stage.register(MARA)
    records = stage.records("AccountsTable")
    stage.outbound.refusing.add(MARA)
    assert len(_send(stage, records)) == 1
    stage.outbound.refusing.clear()
    assert _send(stage, records) == []
    (mail,) = stage.outbound.sent
    assert stage.call("POST", "/v1/verify", {"token": mail.token}).status == 200


def test_one_refused_mail_is_reported_alone_and_the_others_are_sent(stage: Stage) -> None:
    for address in ("a@paper.org", MARA, "z@paper.org"):
        stage.register(address)
    records = stage.records("AccountsTable")
    stage.outbound.refusing.add(MARA)
    failed = _send(stage, records)
    assert len(failed) == 1
    assert MARA in repr(failed)
    assert [mail.to for mail in stage.outbound.sent] == ["a@paper.org", "z@paper.org"]


def test_a_mail_that_cannot_be_made_is_reported_alone(stage: Stage) -> None:
    stage.register("a@paper.org")
    _write("unheard of")  # type: ignore[arg-type]
    stage.register("z@paper.org")
    assert len(_send(stage, stage.records("AccountsTable"))) == 1
    assert [mail.to for mail in stage.outbound.sent] == ["a@paper.org", "z@paper.org"]


def test_a_crash_between_sending_and_noting_it_sends_a_second_mail_whose_link_works(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.register(MARA)
    records = stage.records("AccountsTable")
    send = mailing._send

    def crash(to: str, mail: mailing.Rendered) -> None:
        send(to, mail)
        raise RuntimeError

    monkeypatch.setattr(mailing, "_send", crash)
    assert len(_send(stage, records)) == 1
    monkeypatch.setattr(mailing, "_send", send)
    time.forward(seconds=mailing.LEASE)
    assert _send(stage, records) == []
    first, second = stage.outbound.sent
    assert stage.call("POST", "/v1/verify", {"token": second.token}).status == 200
    assert stage.call("POST", "/v1/verify", {"token": first.token}).code == "bad_token"


def test_a_mail_for_nobody_is_deleted_and_not_sent(stage: Stage) -> None:
    stage.call("POST", "/v1/password/forgot", {"email": "nobody@paper.org"})
    assert [item["kind"] for item in _outbox(stage)] == ["nothing"]
    assert stage.mails() == []
    assert _outbox(stage) == []


def test_what_becomes_of_a_mail_wakes_nobody(stage: Stage) -> None:
    stage.register(MARA)
    _send(stage, stage.records("AccountsTable"))
    later = stage.records("AccountsTable")
    assert later
    stage.outbound.empty()
    assert _send(stage, later) == []
    assert stage.outbound.sent == []
