"""Password hashes: argon2id at OWASP's parameters. Argon2 itself is loaded when a password is first checked."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane."""
SHORTEST, LONGEST = 15, 1024


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
    """NFC, so that the same keys on another keyboard are the same password (NIST SP 800-63B-4)."""
    return unicodedata.normalize("NFC", password)
