"""Passwords by NIST SP 800-63B-4: long, whole, uncommon, and no rule about kinds of characters."""

from __future__ import annotations

import time
import unicodedata

import pytest
from broadsheet import passwords

MARA = "mara.lind@paper.org"


def _code(password: str, email: str = MARA) -> str | None:
    refusal = passwords.refusal(password, email)
    return refusal[0] if refusal else None


@pytest.mark.parametrize(
    "password",
    [
        "four small words are long",
        "correct horse battery staple",
        "onlylowercaseletterswithoutdigits",
        "     spaces around them     kept",
        "\u0442\u0440\u0438 \u043a\u043e\u0440\u043e\u0442\u043a\u0438\u0445 \u0441\u043b\u043e\u0432\u0430",
        "\U0001f40e\U0001f50b\U0001f4ce four words \U0001f40e",
    ],
)
def test_no_kinds_of_characters_are_asked_for(password: str) -> None:
    assert _code(password) is None


@pytest.mark.parametrize(("length", "code"), [(14, "too_short"), (15, None), (1024, None), (1025, "too_long")])
def test_a_password_has_15_characters_and_128_are_never_too_many(length: int, code: str | None) -> None:
    whole = "correct horse battery staple and a lamp " * 40
    assert _code(whole[:length].replace(" ", "-")) == code


def test_characters_are_counted_after_normalisation() -> None:
    assert _code("e\u0301" * 14) == "too_short"
    assert len(unicodedata.normalize("NFC", "e\u0301" * 14)) == 14


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "password password",
        "password-password-password",
        "Password12345678",
        "123456789012345",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "iloveyouiloveyou",
        "letmeinletmeinletmein",
    ],
)
def test_the_first_that_would_be_tried_are_refused(password: str) -> None:
    assert _code(password) == "too_common"


@pytest.mark.parametrize(
    "password",
    [
        "I read The Broadsheet Courier",
        "ireadthebroadsheetcourier",
        "THE BROADSHEET COURIER 24",
        "my name is mara.lind and so on",
        "write to MARA.LIND@PAPER.ORG",
    ],
)
def test_the_sites_name_and_the_address_are_refused(password: str) -> None:
    assert _code(password) == "holds_known"


def test_a_short_name_before_the_at_forbids_no_words() -> None:
    assert _code("correct horse battery staple", "ho@paper.org") is None


def test_a_long_password_is_verified_whole() -> None:
    long = "correct horse battery staple and a lamp " * 20
    stored = passwords.hashed(long)
    assert passwords.matches(stored, long)
    assert not passwords.matches(stored, long[:-1])
    assert not passwords.matches(stored, long[:-1] + "x")
    assert not passwords.matches(stored, long.upper())
    assert not passwords.matches(stored, long.strip())


def test_a_zero_byte_ends_nothing() -> None:
    stored = passwords.hashed("correct horse\0battery staple")
    assert not passwords.matches(stored, "correct horse\0another staple")


def test_composed_and_decomposed_are_the_same_password() -> None:
    stored = passwords.hashed("caf\u00e9 con leche y pan")
    assert passwords.matches(stored, "cafe\u0301 con leche y pan")


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    one, other = passwords.hashed("four small words are long"), passwords.hashed("four small words are long")
    assert one != other
    assert one.startswith("$argon2id$v=19$")


def test_the_parameters_are_owasps() -> None:
    import importlib.util

    spec = importlib.util.find_spec("broadsheet.passwords")
    assert spec
    assert spec.origin
    module = importlib.util.module_from_spec(spec)  # as deployed: the tests' own is made cheap
    assert spec.loader
    spec.loader.exec_module(module)
    stored = module.hashed("four small words are long")
    assert "$m=19456,t=2,p=1$" in stored


def test_nobodys_password_matches_nothing() -> None:
    for password in ("", "nobody's password, never equal to one that is sent"):
        assert not passwords.matches(None, password)


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_broken_hash_matches_nothing(stored: str) -> None:
    assert not passwords.matches(stored, "four small words are long")


def test_a_hash_of_other_parameters_is_outdated() -> None:
    from argon2 import PasswordHasher

    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.hashed("x"))


@pytest.mark.parametrize("password", ["a" * 1024, "ab1!" * 256, "qwerty" * 170, "p@ssw0rd" * 128, "1234567890" * 102])
def test_judging_a_long_password_takes_no_longer_than_a_short_one(password: str) -> None:
    began = time.process_time()
    passwords.refusal(password, MARA)
    assert time.process_time() - began < 1
