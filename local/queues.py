"""SQS for the local run: what functions send to the template's queues, and what their readers get.

A queue that a function reads keeps its messages until they were dealt with (`messages.py`); one that nobody reads, such as
a queue of failures, is a file of lines (`failures.py`). Of SQS's interface there is what functions call: SendMessage and
SendMessageBatch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import hashlib
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from . import failures
from .aws_json import Refused
from .cloudformation import ACCOUNT, REGION
from .messages import Messages, Subscription
from .triggers import last_part

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from .messages import Message
    from .template import Function, Template
    from .triggers import Queue, QueueSource
    from .workers import Outcome

MAX_BATCH = 10
MAX_BYTES = 262_144
"""Of a message, and of all in a batch together."""
MAX_DELAY = 900
KNOWN = {"QueueUrl", "MessageBody", "DelaySeconds"}


class Queues:
    """The template's queues, kept in the data folder."""

    def __init__(self, template: Template, data: Path) -> None:
        self._queues = template.queues
        self._functions = template.functions
        self._data = data
        read = {source.queue for function in template.functions.values() for source in function.queues}
        self.messages = {name: Messages(data / "messages" / name) for name in sorted(read)}

    # ------------------------------------------------------------ what senders call

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """What SQS answers. Raises Refused."""
        match operation:
            case "SendMessage":
                return self._send([{**request, "Id": "0"}], request)[0]
            case "SendMessageBatch":
                entries = request.get("Entries", [])
                _check_batch(entries)
                sent = self._send([{**each, "QueueUrl": request["QueueUrl"]} for each in entries], request)
                named = [{"Id": each["Id"], **one} for each, one in zip(entries, sent, strict=True)]
                return {"Successful": named, "Failed": []}
        raise Refused("UnsupportedOperation", f"{operation} is not known here")

    def _send(self, entries: Sequence[Mapping[str, Any]], request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All of them or none. Whoever sent them is answered when they are on the disk."""
        name = last_part(str(request.get("QueueUrl", "")))
        if name not in self._queues:
            raise Refused("QueueDoesNotExist", "The specified queue does not exist.")
        for entry in entries:
            _check_entry(entry)
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > MAX_BYTES:
            raise Refused("BatchRequestTooLong", f"{MAX_BYTES} bytes at most")
        return [self._put(name, entry["MessageBody"], entry.get("DelaySeconds")) for entry in entries]

    def _put(self, name: str, body: str, delay: int | None) -> dict[str, Any]:
        sent = str(uuid.uuid4())
        if name in self.messages:
            sent = self.messages[name].add(body, self._queues[name].delay if delay is None else delay).id
        else:
            failures.keep(self._data, name, {"messageId": sent, "body": body})
        return {"MessageId": sent, "MD5OfMessageBody": _md5(body)}

    # ------------------------------------------------------------ what readers get

    def subscriptions(self) -> list[Subscription]:
        return [
            self._subscription(function, source) for function in self._functions.values() for source in function.queues
        ]

    def _subscription(self, function: Function, source: QueueSource) -> Subscription:
        queue = self._queues[source.queue]
        return Subscription(
            name=f"{function.name}.{source.name}",
            source=source.queue,
            function=function.name,
            messages=self.messages[source.queue],
            batch_size=source.batch_size,
            at_once=source.at_once,
            longest_pause=queue.visibility,
            event=lambda batch: {"Records": [_record(message, queue.arn) for message in batch]},
            failed=partial(_failed, source),
            gives_up=lambda message, _: self._gives_up(queue, message),
        )

    def _gives_up(self, queue: Queue, message: Message) -> bool:
        if not queue.failure_queue or message.tries < queue.receives:
            return False
        if queue.failure_queue in self.messages:
            self.messages[queue.failure_queue].add(message.body)
        else:
            failures.keep(self._data, queue.failure_queue, _record(message, queue.arn))
        return True


def _check_batch(entries: Sequence[Mapping[str, Any]]) -> None:
    if not entries:
        raise Refused("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(entries) > MAX_BATCH:
        raise Refused("TooManyEntriesInBatchRequest", f"{MAX_BATCH} entries at most")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise Refused("BatchEntryIdsNotDistinct", "Two entries have the same Id.")


def _check_entry(entry: Mapping[str, Any]) -> None:
    if unknown := set(entry) - KNOWN - {"Id"}:
        raise Refused("UnsupportedOperation", f"{', '.join(sorted(unknown))} is not known here")
    if not entry.get("MessageBody"):
        raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
    if not 0 <= entry.get("DelaySeconds", 0) <= MAX_DELAY:
        raise Refused("InvalidParameterValue", f"DelaySeconds must be >= 0 and <= {MAX_DELAY}.")


def _failed(source: QueueSource, batch: Sequence[Message], outcome: Outcome) -> Collection[str]:
    """An answer that cannot be understood means all of them."""
    everything = {message.id for message in batch}
    if outcome.error is not None:
        return everything
    if not source.reports_failures or outcome.payload is None:
        return set()
    try:
        named = {failure["itemIdentifier"] for failure in outcome.payload.get("batchItemFailures") or []}
    except (AttributeError, KeyError, TypeError):
        return everything
    return named if named <= everything else everything


def _record(message: Message, arn: str) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": f"{message.id}-{message.tries}",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.tries),
            "SentTimestamp": _milliseconds(message.sent_at),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": _milliseconds(message.first_at),
        },
        "messageAttributes": {},
        "md5OfBody": _md5(message.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
