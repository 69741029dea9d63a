"""Texts packed to fit an item: zlib, which unpacks fastest, or LZMA for the few that fit no other way.

LZMA sees across the whole text, so a Markdown source and the HTML made of it take little more than one of them.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from .table import MAX_ITEM_BYTES

if TYPE_CHECKING:
    from .table import Item

ROOM = 2_048
"""Bytes of an item left for its other attributes."""
MOST = MAX_ITEM_BYTES - ROOM
LZMA = b"\xfd7zXZ"
PACK_FROM = 2_000
"""Letters from which packing pays: every reader pays for an item's size."""


def stored(text: str) -> str | bytes | None:
    """As an item holds it, which `text_of` reads: as it is where it is short. None for what does not fit."""
    return text if len(text) < PACK_FROM else pack(text)


def pack(text: str) -> bytes | None:
    """None for what does not fit an item however it is packed."""
    packed = zlib.compress(text.encode(), 6)
    if len(packed) <= MOST:
        return packed
    import lzma

    packed = lzma.compress(text.encode(), preset=2)  # a window of 2 MiB
    return packed if len(packed) <= MOST else None


def text_of(item: Item) -> str:
    """The JSON of an item, which large items hold packed."""
    stored: str | bytes = item["json"]
    return stored if isinstance(stored, str) else unpack(stored)


def unpack(packed: bytes) -> str:
    if packed.startswith(LZMA):
        import lzma

        return lzma.decompress(packed).decode()
    return zlib.decompress(packed).decode()
