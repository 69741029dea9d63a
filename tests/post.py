"""Queues and the bus in tests: what the local run has, in this process. Nothing is delayed; how long it should be is noted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore import handlers

from local import aws_json
from local.bus import Bus
from local.queues import Queues

if TYPE_CHECKING:
    from pathlib import Path

    from local.messages import Subscription
    from local.template import Template

EVENTS = ("before-call.sqs", "before-call.eventbridge")


@dataclass
class Post:
    """Answers every client of SQS and EventBridge that is made from now on; begins empty with each stage."""

    subscriptions: list[Subscription] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    """Seconds that each message should have waited, in the order in which they were sent."""
    _services: dict[str, Any] = field(default_factory=dict)

    def begin(self, template: Template, folder: Path) -> None:
        queues, bus = Queues(template, folder), Bus(template, folder)
        self._services = {"AmazonSQS": queues.answer, "AWSEvents": bus.answer}
        self.subscriptions = [*queues.subscriptions(), *bus.subscriptions()]
        self.delays.clear()

    def everywhere(self) -> None:
        """Stands before every client that is made from now on."""
        for event in EVENTS:
            handlers.BUILTIN_HANDLERS.append((event, self._answer))

    def _answer(self, params: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        given = json.loads(params["body"])
        for entry in given.get("Entries", [given]):
            if "MessageBody" in entry:
                self.delays.append(entry.pop("DelaySeconds", 0))
        status, answer = aws_json.answer(self._services, params["headers"]["X-Amz-Target"], given)
        if status >= 300:
            answer = {"Error": {"Code": answer["__type"], "Message": answer["message"]}, "ResponseMetadata": {}}
        return SimpleNamespace(status_code=status), answer
