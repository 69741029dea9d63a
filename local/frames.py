"""Messages between the main process and a worker: JSON after its length in four bytes."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import asyncio

LENGTH = struct.Struct(">I")


def pack(message: Any) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    return LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> Any | None:
    """The next message, None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return json.loads(stream.read(LENGTH.unpack(head)[0]))


async def receive(stream: asyncio.StreamReader) -> Any:
    """The next message. Raises IncompleteReadError at the end."""
    head = await stream.readexactly(LENGTH.size)
    return json.loads(await stream.readexactly(LENGTH.unpack(head)[0]))
