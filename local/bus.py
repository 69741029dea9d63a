"""EventBridge's default bus for the local run: what functions put on it, and which functions want it.

Putting an event writes it down once for each rule that it matches, before the sender is answered; from there on Lambda's
own rules for events that nobody waits for hold. Of EventBridge's interface there is what functions call: PutEvents.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

import json
import math
import time
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from . import failures, filters
from .aws_json import Refused
from .cloudformation import ACCOUNT, REGION
from .messages import Messages, Subscription
from .triggers import last_part
from .workers import TOO_MANY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .messages import Message
    from .template import Function, Template
    from .triggers import RuleSource
    from .workers import Outcome

BUS = "default"
MAX_ENTRIES = 10
MAX_BYTES = 262_144
"""Of all entries of a request together."""
FIELDS = {"Source": "source", "DetailType": "detail-type", "Detail": "detail"}


class Bus:
    def __init__(self, template: Template, data: Path) -> None:
        self._data = data
        self._wanted = [
            (function, rule, Messages(data / "events" / f"{function.name}.{rule.name}"))
            for function in template.functions.values()
            for rule in function.rules
        ]

    def answer(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """What EventBridge answers. Raises Refused."""
        entries = request.get("Entries", [])
        if operation != "PutEvents":
            raise Refused("UnknownOperationException", f"{operation} is not known here")
        if not 1 <= len(entries) <= MAX_ENTRIES:
            raise Refused("ValidationException", f"1 to {MAX_ENTRIES} entries")
        if sum(len(str(entry.get(field, "")).encode()) for entry in entries for field in FIELDS) > MAX_BYTES:
            raise Refused("ValidationException", f"{MAX_BYTES} bytes at most")
        answers = [self._put(entry) for entry in entries]
        return {"FailedEntryCount": sum("ErrorCode" in each for each in answers), "Entries": answers}

    def _put(self, entry: Mapping[str, Any]) -> dict[str, str]:
        try:
            event = _event(entry)
        except Refused as refused:
            return {"ErrorCode": refused.code, "ErrorMessage": str(refused)}
        for _, rule, messages in self._wanted:
            if filters.matches(rule.pattern, event):
                messages.add(event)
        return {"EventId": event["id"]}

    def subscriptions(self) -> list[Subscription]:
        return [
            Subscription(
                name=f"{function.name}.{rule.name}",
                source=f"{function.name}.{rule.name}",
                function=function.name,
                messages=messages,
                batch_size=1,
                at_once=None,
                longest_pause=math.inf,
                event=lambda batch: batch[0].body,
                failed=lambda batch, outcome: {batch[0].id} if outcome.error else set(),
                gives_up=partial(self._gives_up, function, rule),
            )
            for function, rule, messages in self._wanted
        ]

    def _gives_up(self, function: Function, rule: RuleSource, message: Message, outcome: Outcome) -> bool:
        """What a function was asked and failed at, Lambda tries again and keeps; what it was never asked, EventBridge."""
        unasked = outcome.error_type == TOO_MANY
        limits = rule if unasked else function.unattended
        spent = message.tries > limits.retries
        if not spent and time.time() - message.sent_at < limits.max_age:
            return False
        if limits.failure_queue:
            given_up = _undelivered(function, rule, message) if unasked else _failure(function, message, outcome, spent)
            failures.keep(self._data, limits.failure_queue, given_up)
        return True


def _event(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The event as a function gets it. Raises Refused, with EventBridge's codes."""
    for field in FIELDS:
        if not entry.get(field):
            raise Refused("InvalidArgument", f"Parameter {field} is not valid. Reason: {field} is a required argument.")
    if unknown := set(entry) - {*FIELDS, "EventBusName", "Resources"}:
        raise Refused("InvalidArgument", f"{', '.join(sorted(unknown))} is not known here")
    if last_part(entry.get("EventBusName", BUS)) != BUS:
        raise Refused("InvalidArgument", f"there is no bus but {BUS}")
    if entry["Source"].startswith("aws."):
        raise Refused("NotAuthorizedForSource", "Not authorized for the source.")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": list(entry.get("Resources", [])),
        "detail": _object(entry["Detail"]),
    }


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("MalformedDetail", "Detail is malformed.")
    return found


def _failure(function: Function, message: Message, outcome: Outcome, spent: bool) -> dict[str, Any]:
    """What Lambda sends to an OnFailure destination."""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": message.id,
            "functionArn": f"{function.arn}:$LATEST",
            "condition": "RetriesExhausted" if spent else "EventAgeExceeded",
            "approximateInvokeCount": message.tries,
        },
        "requestPayload": message.body,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": outcome.error,
    }


def _undelivered(function: Function, rule: RuleSource, message: Message) -> dict[str, Any]:
    """What EventBridge sends to a rule's DeadLetterConfig: the event, and why in attributes."""
    attributes = {
        "RULE_ARN": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{function.name}{rule.name}",
        "TARGET_ARN": function.arn,
        "ERROR_CODE": TOO_MANY,
        "RETRY_ATTEMPTS": str(message.tries - 1),
    }
    return {"body": json.dumps(message.body), "messageAttributes": attributes}
