"""Guests: who comments without an account, by a name, and later proves it by the token they got with the answer.

Only the token's hash is kept. To a repeated request the same token is given again: it is made of a random number beside
the comment and of the request's own idempotency key, which is kept nowhere, so neither alone opens anything.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from . import folding
from .errors import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .comments import Comment


def mint(idempotency_key: str | None) -> tuple[str, str | None]:
    """A new edit token, and the nonce to make it of again where the request can be repeated."""
    if idempotency_key is None:
        return secrets.token_urlsafe(32), None
    nonce = secrets.token_hex(32)
    return again(nonce, idempotency_key), nonce


def again(nonce: str, idempotency_key: str) -> str:
    digest = hmac.digest(bytes.fromhex(nonce), idempotency_key.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def opens(token: str, comment: Comment) -> bool:
    """Whether this is the token that came with the comment."""
    return comment.token is not None and hmac.compare_digest(hashed(token), comment.token)


def check_name(name: str, taken: Iterable[str], *, of_staff: bool) -> None:
    """Raises Invalid for a name that looks like one of the article's byline or of the staff."""
    if of_staff or folding.fold(name) in taken:
        raise invalid("guest.name", "name_taken", "This name belongs to somebody of the newsroom.")
