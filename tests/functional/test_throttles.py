"""Throttles: guessing becomes hopeless, mail stays rare, and nobody can lock somebody else out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from broadsheet import settings, throttle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MARA = "mara@paper.org"
HOME, ELSEWHERE = "203.0.113.9", "198.51.100.7"


def _guess(stage: Stage, email: str = MARA, address: str = ELSEWHERE) -> Reply:
    return stage.log_in(email, "not the password", address=address)


def _until_slowed(stage: Stage, email: str = MARA, address: str = ELSEWHERE) -> Reply:
    for _ in range(10):
        if (reply := _guess(stage, email, address)).status == 429:
            return reply
    raise AssertionError("never slowed")


def _wait(reply: Reply) -> int:
    assert (reply.code, reply.headers["cache-control"]) == ("too_many_requests", "no-store")
    return int(reply.headers["retry-after"])


def test_the_delay_doubles_up_to_a_minute(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    waits = []
    for _ in range(9):
        waits.append(_wait(_until_slowed(stage)))
        time.forward(seconds=waits[-1])
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_refused_try_lengthens_nothing(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    wait = _wait(_until_slowed(stage))
    assert [_wait(_guess(stage)) for _ in range(3)] == [wait] * 3
    time.forward(seconds=wait)
    assert stage.log_in(MARA, address=ELSEWHERE).status == 200


def test_even_the_right_password_waits_where_tries_were_many(stage: Stage) -> None:
    stage.registered(MARA)
    _until_slowed(stage)
    assert stage.log_in(MARA, address=ELSEWHERE).code == "too_many_requests"


def test_unknown_addresses_are_throttled_alike(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    known = [_guess(stage) for _ in range(8)]
    unknown = [_guess(stage, "nobody@paper.org", "192.0.2.1") for _ in range(8)]
    for one, other in zip(known, unknown, strict=True):
        assert (one.status, one.text, one.headers) == (other.status, other.text, other.headers)
        assert [call.operation for call in one.calls] == [call.operation for call in other.calls]


@pytest.mark.parametrize("same", ["MARA@PAPER.ORG", " mara@paper.org", "mara@paper.org "])
def test_another_way_to_write_an_address_begins_no_new_count(stage: Stage, same: str) -> None:
    _until_slowed(stage)
    assert _guess(stage, same).status == 429


def test_nor_does_another_way_to_compose_its_letters(stage: Stage) -> None:
    _until_slowed(stage, "jos\u00e9@paper.org")
    assert _guess(stage, "jose\u0301@paper.org").status == 429


def test_strangers_do_not_make_the_owner_wait_where_the_owner_lately_logged_in(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    stage.log_in(MARA, address=HOME)
    for _ in range(3):
        time.forward(seconds=_wait(_until_slowed(stage)))
    _until_slowed(stage)
    assert stage.log_in(MARA, address=HOME).status == 200
    assert stage.log_in(MARA, address="203.0.113.200").status == 200


def test_a_trusted_network_is_throttled_on_its_own(stage: Stage) -> None:
    stage.registered(MARA)
    stage.log_in(MARA, address=HOME)
    _until_slowed(stage, address=HOME)
    assert _guess(stage, address=ELSEWHERE).code == "login_failed"


def test_trust_ends_after_a_month(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    stage.log_in(MARA, address=HOME)
    time.forward(days=30)
    _until_slowed(stage)
    assert stage.log_in(MARA, address=HOME).status == 429


def test_trust_is_for_one_account_only(stage: Stage) -> None:
    stage.registered(MARA)
    stage.registered("ben@paper.org")
    stage.log_in("ben@paper.org", address=ELSEWHERE)
    _until_slowed(stage)
    assert stage.log_in(MARA, address=ELSEWHERE).status == 429


def test_an_owner_who_is_kept_waiting_anywhere_gets_in_by_mail(stage: Stage) -> None:
    stage.registered(MARA)
    _until_slowed(stage)
    stage.call("POST", "/v1/password/forgot", {"email": MARA}, address=HOME)
    given = {"token": stage.mails(MARA)[-1].token, "password": "four other words are long"}
    assert stage.call("POST", "/v1/password/reset", given, address=HOME).status == 200
    _until_slowed(stage)
    assert stage.log_in(MARA, "four other words are long", address=HOME).status == 200


def test_a_log_in_that_succeeds_forgets_the_tries(stage: Stage) -> None:
    stage.registered(MARA)
    for _ in range(4):
        _guess(stage)
    assert stage.log_in(MARA, address=ELSEWHERE).status == 200
    assert [_guess(stage).status for _ in range(5)] == [401] * 5


def test_tries_are_forgotten_after_an_hour(stage: Stage, time: Clock) -> None:
    _until_slowed(stage)
    time.forward(hours=1)
    assert [_guess(stage).status for _ in range(5)] == [401] * 5


def test_many_addresses_from_one_network_are_slowed_together(stage: Stage) -> None:
    statuses = [_guess(stage, f"a{n}@paper.org", f"198.51.100.{n}").status for n in range(33)]
    assert statuses == [401] * 31 + [429] * 2
    assert _guess(stage, "a99@paper.org", "192.0.2.9").status == 401


def test_a_network_that_must_wait_does_not_make_an_address_wait_too(stage: Stage) -> None:
    for n in range(31):
        _guess(stage, f"a{n}@paper.org")
    for _ in range(10):
        assert _guess(stage).status == 429
    assert _guess(stage, address="192.0.2.9").status == 401


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("2001:db8:1:200:ffff::9", "2001:db8:1:200::/56"),
        ("2001:db8:1:300::1", "2001:db8:1:300::/56"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_network_is_24_bits_of_ipv4_and_56_of_ipv6(address: str, network: str) -> None:
    assert throttle.prefix(address) == network


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "cloudfront-viewer-address", "x-real-ip"])
def test_a_client_cannot_say_where_it_comes_from(stage: Stage, header: str) -> None:
    for n in range(31):
        _guess(stage, f"a{n}@paper.org")
    given = {"email": MARA, "password": "not the password"}
    assert stage.call("POST", "/v1/login", given, address=ELSEWHERE, **{header: "192.0.2.9:443"}).status == 429


@pytest.mark.parametrize(
    ("path", "given", "free"),
    [
        ("/v1/register", {"email": "{n}@paper.org", "password": "four small words are long", "display_name": "M"}, 10),
        ("/v1/password/forgot", {"email": "{n}@paper.org"}, 10),
        ("/v1/verify", {"token": "{n}"}, 20),
        ("/v1/password/reset", {"token": "{n}", "password": "four small words are long"}, 20),
    ],
)
def test_a_network_that_asks_too_often_waits(stage: Stage, path: str, given: dict[str, str], free: int) -> None:
    def ask(n: int, address: str) -> int:
        filled = {name: value.replace("{n}", f"n{n}") for name, value in given.items()}
        return stage.call("POST", path, filled, address=address).status

    answers = [ask(n, f"198.51.100.{n}") for n in range(free + 3)]
    assert 429 not in answers[: free + 1]
    assert answers[free + 1 :] == [429, 429]
    assert ask(99, "192.0.2.9") == answers[0]


def test_mail_to_one_address_is_limited_without_saying_so(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    replies = [stage.call("POST", "/v1/password/forgot", {"email": MARA}, address=f"192.0.{n}.1") for n in range(6)]
    assert {(reply.status, reply.text) for reply in replies} == {(202, '{"status":"mail_sent"}')}
    assert len({tuple(call.operation for call in reply.calls) for reply in replies}) == 1
    assert len([mail for mail in stage.mails(MARA) if "/reset#" in mail.text]) == 2  # the first of three was to verify
    time.forward(hours=1)
    stage.call("POST", "/v1/password/forgot", {"email": MARA}, address="192.0.9.1")
    assert len([mail for mail in stage.mails(MARA) if "/reset#" in mail.text]) == 3


def test_whoever_goes_on_asking_does_not_keep_mail_from_its_owner(stage: Stage, time: Clock) -> None:
    stage.registered(MARA)
    for n in range(8):
        time.forward(minutes=10)
        stage.call("POST", "/v1/password/forgot", {"email": MARA}, address=f"192.0.{n}.1")
    assert len([mail for mail in stage.mails(MARA) if "/reset#" in mail.text]) == 5


@pytest.fixture
def _off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("THROTTLES", "off")
    yield
    settings.get.cache_clear()


@pytest.mark.usefixtures("_off")
def test_throttles_can_be_off(stage: Stage) -> None:
    assert {_guess(stage).status for _ in range(40)} == {401}
    assert {stage.register(f"{n}@paper.org").status for n in range(12)} == {202}
    assert not [item for item in stage.items("SessionsTable") if item["entity"] == "throttle"]
