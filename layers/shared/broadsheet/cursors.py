"""Cursors: where a page ended, opaque to clients and good for its own listing only."""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import blake2b

from .errors import BadCursor

ULID_FORM = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE | re.ASCII)
MARK = 6
"""Bytes that tie a cursor to its partition. No secret: a forged one only names another place in the same listing."""


def encode(partition: str, sk: str) -> str:
    return base64.urlsafe_b64encode(_mark(partition) + sk.encode()).rstrip(b"=").decode()


def decode(partition: str, cursor: str | None) -> str:
    """The sort key to go on after, empty at the beginning. Raises BadCursor."""
    if not cursor:
        return ""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mark, sk = raw[:MARK], raw[MARK:].decode("ascii")
    except (ValueError, binascii.Error):
        raise BadCursor from None
    if mark != _mark(partition) or not sk.isprintable() or not 0 < len(sk) <= 200:  # noqa: PLR2004
        raise BadCursor
    return sk


def is_ulid(text: str) -> bool:
    return ULID_FORM.fullmatch(text) is not None


def _mark(partition: str) -> bytes:
    return blake2b(partition.encode(), digest_size=MARK).digest()
