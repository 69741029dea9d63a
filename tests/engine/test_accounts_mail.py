"""Mail from the outbox: once, whoever delivers the same record at once; at least once, whatever dies in between."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, keys, mailing, outbox, settings, table, tokens

from local.delivery import LONGEST_PAUSE
from tests.engine import account_invariants as invariants
from tests.engine.account_requests import Someone
from tests.engine.instances import Run
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.instances import Instances, Outcome
    from tests.stage import Stage

CALLS = ["GetItem", "UpdateItem", "PutItem", "UpdateItem"]
"""What is there to send, the lease, the token; and that it was sent."""


class MailService(ThreadingHTTPServer):
    """What stands for SES: keeps what it is sent, and refuses as long as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailHandler)
        self.sent: list[Any] = []
        self.refuses = False

    def tokens(self) -> list[str]:
        texts = [mail["Content"]["Simple"]["Body"]["Text"]["Data"] for mail in self.sent]
        return [found for text in texts for found in re.findall(r"#token=(\S+)", text)]


class MailHandler(BaseHTTPRequestHandler):
    server: MailService

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if not self.server.refuses:
            self.server.sent.append(sent)
        body = b'{"message": "not now"}' if self.server.refuses else b'{"MessageId": "1"}'
        self.send_response(400 if self.server.refuses else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def _serving() -> Iterator[MailService]:
    with MailService() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def service(stage: Stage, instances: Instances) -> Iterator[MailService]:
    with _serving() as server:
        instances.environment["AWS_ENDPOINT_URL_SESV2"] = f"http://127.0.0.1:{server.server_port}"
        yield server


def _waiting(someone: Someone) -> str:
    """The id of a mail with a link that waits in the outbox."""
    seal = tokens.seal(someone.account)
    mail = outbox.mail("reset", someone.address, "en", clock.now(), account=someone.id, seal=seal)
    table.write(mail)
    return keys.id_of(mail.item["pk"])


def _delivery(mail_id: str, after: timedelta = timedelta(), **how: Any) -> Run:
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "Keys": _keys(mail_id)}}
    return Run("send_mail", {"Records": [record]}, (clock.now() + after).isoformat(), **how)


def _keys(mail_id: str) -> Any:
    return table.from_item(keys.mail(mail_id))


def _done(outcome: Outcome) -> bool:
    assert not outcome.error, outcome.error
    assert outcome.answer is not None
    return outcome.answer == {"batchItemFailures": []}


def _state(mail_id: str) -> str:
    item = table.get(settings.get().accounts, keys.mail(mail_id), consistent=True)
    assert item
    return str(item["state"])


LATER = timedelta(seconds=mailing.LEASE + 1)


@falls_without("lease")
def test_a_record_delivered_eight_times_at_once_is_one_mail(
    stage: Stage, instances: Instances, service: MailService
) -> None:
    mail = _waiting(Someone(stage))
    outcomes = instances.run(*[_delivery(mail)] * 8, meet=True)
    assert len(service.sent) == 1
    assert sorted(map(_done, outcomes)) == [False] * 7 + [True]
    (again,) = instances.run(_delivery(mail))
    assert _done(again), "those that were leased find it sent when they come again"
    assert len(service.sent) == 1


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_delivery_killed_at_any_call_is_made_up_for(
    stage: Stage, instances: Instances, service: MailService, dies: str
) -> None:
    for call in count(1):
        service.sent.clear()
        someone = Someone(stage)
        mail = _waiting(someone)
        (outcome,) = instances.run(_delivery(mail, dies=dies, call=call))
        if not outcome.died:
            assert outcome.calls == CALLS
            break
        sent_by_the_dead = len(service.sent)
        assert sent_by_the_dead == (call == len(CALLS))
        (again,) = instances.run(_delivery(mail, LATER))
        assert _done(again)
        crash_window = (dies, call) == ("before", len(CALLS))
        assert len(service.sent) == (2 if crash_window else 1)
        assert _state(mail) == "sent"
        (reset,) = instances.run(someone.reset(link=service.tokens()[-1]))
        assert reset.status == 200
        invariants.check()


def test_while_the_dead_ones_lease_lasts_nobody_sends_and_the_record_stays_to_be_done(
    stage: Stage, instances: Instances, service: MailService
) -> None:
    mail = _waiting(Someone(stage))
    (dead,) = instances.run(_delivery(mail, dies="after", call=2))
    assert dead.died
    (early,) = instances.run(_delivery(mail))
    assert not _done(early)
    assert service.sent == []
    (late,) = instances.run(_delivery(mail, LATER))
    assert _done(late)
    assert len(service.sent) == 1


def test_a_delivery_whose_answers_get_lost_is_one_mail(
    stage: Stage, instances: Instances, service: MailService
) -> None:
    for call in range(1, len(CALLS) + 1):
        service.sent.clear()
        mail = _waiting(Someone(stage))
        (outcome,) = instances.run(_delivery(mail, dies="lost", call=call))
        if not _done(outcome):
            assert call == 2, "only who does not know that it has the lease waits for its end"
            (outcome,) = instances.run(_delivery(mail, LATER))
        assert _done(outcome)
        assert len(service.sent) == 1
        assert _state(mail) == "sent"


def test_what_the_mail_service_refuses_is_sent_by_the_next_try_at_once(
    stage: Stage, instances: Instances, service: MailService
) -> None:
    mail = _waiting(Someone(stage))
    service.refuses = True
    (refused,) = instances.run(_delivery(mail))
    assert not _done(refused)
    service.refuses = False
    (again,) = instances.run(_delivery(mail))
    assert _done(again)
    assert len(service.sent) == 1


def test_the_lease_ends_before_the_last_retry_of_the_local_run(stage: Stage) -> None:
    """A record is tried again at once, then after twice the last pause each time; the cloud is no quicker."""
    (source,) = stage.template.functions["SendMailFunction"].streams
    pauses = [min(0.2 * 2**retry, LONGEST_PAUSE) for retry in range(source.retries)]
    assert sum(pauses[:-1]) > mailing.LEASE


def test_of_a_mails_token_only_the_hash_is_stored(stage: Stage, instances: Instances, service: MailService) -> None:
    instances.run(_delivery(_waiting(Someone(stage))))
    (token,) = service.tokens()
    people = invariants.People.read()
    everything = repr((people.accounts, people.sessions, people.desk))
    assert token not in everything
    assert invariants.hash_of(token) in everything
