"""Messages for build_lists' own queue: what is too much for one invocation goes on in another, a piece at a time."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from . import settings, table
from .errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAUSE = 1
"""Seconds between two pieces. With the two that the template lets be worked on at a time, it keeps a large work from taking
what readers and writers need of the tables."""
MOST_SENT = 10
"""Messages in one call of SQS."""


def send(pieces: Sequence[Mapping[str, Any]], delay: int = 0) -> None:
    """`delay` in seconds. Each says by `said` which one it is, also when it comes back out of a queue of failures.

    Raises Unavailable.
    """
    for start in range(0, len(pieces), MOST_SENT):
        entries = [
            {"Id": str(n), "MessageBody": json.dumps({**piece, "said": secrets.token_hex(8)}), "DelaySeconds": delay}
            for n, piece in enumerate(pieces[start : start + MOST_SENT])
        ]
        if table.client("sqs").send_message_batch(QueueUrl=settings.get().rebuild_queue, Entries=entries).get("Failed"):
            raise Unavailable
