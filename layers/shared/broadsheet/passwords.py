"""Passwords: which are taken (NIST SP 800-63B-4), and argon2id at OWASP's parameters to keep them.

Argon2 and the lists of common passwords are loaded when they are first needed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from . import site

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane."""
SHORTEST, LONGEST = 15, 1024
GUESSES = 1_000_000
"""What is guessed in fewer tries, knowing common passwords, words, keyboards and repetition, is common."""
LOOKED_AT = 100
BETWEEN_WORDS = re.compile(r"[\s!-/:-@\[-`{-~]+")
"""A word that is said twice is two words to an estimate that sees something between them."""
REFUSALS = {
    "too_short": f"A password has at least {SHORTEST} characters.",
    "too_long": f"A password has at most {LONGEST} characters.",
    "holds_known": "A password holds neither the site's name nor the address.",
    "too_common": "This password is one of the first that would be tried.",
}


def refusal(password: str, email: str) -> tuple[str, str] | None:
    """Code and reason where a password is not taken. No rule asks for kinds of characters."""
    code = _refused(_normal(password), email)
    return (code, REFUSALS[code]) if code else None


def _refused(text: str, email: str) -> str | None:
    if len(text) < SHORTEST:
        return "too_short"
    if len(text) > LONGEST:
        return "too_long"
    if _holds(text, email):
        return "holds_known"
    return "too_common" if min(map(_guesses, {text, BETWEEN_WORDS.sub("", text) or text})) < GUESSES else None


def _guesses(text: str) -> float:
    from zxcvbn import zxcvbn

    return float(zxcvbn(text[:LOOKED_AT], max_length=LOOKED_AT)["guesses"])


def _holds(password: str, email: str) -> bool:
    folded = "".join(password.casefold().split())
    names = {"".join(name.casefold().split()) for name in site.get().name.values()}
    return any(known in folded for known in {email, email.partition("@")[0], *names} if len(known) >= 4)  # noqa: PLR2004


def hashed(password: str) -> str:
    return _hasher().hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Without a stored hash it takes as long and says no."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    nobody = _nobody()
    try:
        _hasher().verify(stored or nobody, _normal(password))
    except (Argon2Error, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return hashed("nobody's password, never equal to one that is sent")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def _normal(password: str) -> str:
    """NFC, so that the same keys on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)
