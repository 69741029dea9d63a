"""What wakes a function: routes, streams, schedules, queues and rules, read from the template's events.

An event that says more than is understood here is refused: left out silently, it would make this machine another one than
AWS.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_AT_ONCE = 2
"""The least that MaximumConcurrency may say."""
DAY = 24 * 60 * 60
OF_STREAMS = (
    "Stream",
    "StartingPosition",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FilterCriteria",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "DestinationConfig",
)


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    @property
    def key(self) -> str:
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class StreamSource:
    """One consumer of a table's stream; the limits are those of Lambda's event source mapping."""

    name: str
    table: str
    batch_size: int
    window: float
    """Seconds to wait for a fuller batch."""
    filters: tuple[Mapping[str, Any], ...]
    """A record is delivered when any of them matches, or when there is none."""
    retries: int
    """How often a failed batch is tried again; -1 for ever."""
    max_age: int
    bisect: bool
    reports_failures: bool
    failure_queue: str | None
    from_oldest: bool


@dataclass(frozen=True)
class Schedule:
    name: str
    expression: str
    """`rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC."""
    input: Any = None
    """Sent in place of the scheduled event where the template says so."""


@dataclass(frozen=True)
class QueueSource:
    """A function that reads a queue."""

    name: str
    queue: str
    batch_size: int
    at_once: int | None
    """How many batches it may have at a time; None leaves it to the number of instances."""
    reports_failures: bool


@dataclass(frozen=True)
class RuleSource:
    """Events of the default bus that a function wants. Its limits are for what cannot be handed to Lambda."""

    name: str
    pattern: Mapping[str, Any]
    retries: int
    max_age: int
    """Seconds."""
    failure_queue: str | None


@dataclass(frozen=True)
class Unattended:
    """How Lambda deals with events whose sender does not wait for an answer."""

    retries: int = 2
    max_age: int = 6 * 60 * 60
    """Seconds."""
    failure_queue: str | None = None


@dataclass(frozen=True)
class Queue:
    """A standard queue. Times in seconds."""

    name: str
    arn: str
    delay: int
    visibility: int
    """How long a message that failed is out of sight, at most."""
    receives: int
    """How often it is delivered before it goes to the failure queue."""
    failure_queue: str | None


def trigger(name: str, kind: str, raw: Mapping[str, Any], streams: Mapping[str, str]) -> tuple[str, Any]:
    """The field of Function it belongs to, and the trigger. `streams` are the tables by their streams' ARNs."""
    match kind:
        case "HttpApi":
            return "routes", Route(raw.get("Method", "ANY").upper(), raw.get("Path", "$default"))
        case "DynamoDB":
            return "streams", _stream(name, raw, streams)
        case "Schedule" | "ScheduleV2":
            given = raw.get("Input")
            expression = raw.get("Schedule") or raw["ScheduleExpression"]
            return "schedules", Schedule(name, expression, json.loads(given) if given else None)
        case "SQS":
            return "queues", _queue_source(name, raw)
        case "EventBridgeRule" | "CloudWatchEvent":
            return "rules", _rule(name, raw)
    raise TemplateError(f"event {name}: type {kind} is not understood")


def _stream(name: str, raw: Mapping[str, Any], streams: Mapping[str, str]) -> StreamSource:
    _only(name, raw, *OF_STREAMS)
    if raw["Stream"] not in streams:
        raise TemplateError(f"event {name}: {raw['Stream']} is no stream of a table here")
    filters = raw.get("FilterCriteria", {}).get("Filters", [])
    return StreamSource(
        name=name,
        table=streams[raw["Stream"]],
        batch_size=int(raw.get("BatchSize", 100)),
        window=float(raw.get("MaximumBatchingWindowInSeconds", 0)),
        filters=tuple(json.loads(each["Pattern"]) for each in filters),
        retries=int(raw.get("MaximumRetryAttempts", -1)),
        max_age=int(raw.get("MaximumRecordAgeInSeconds", -1)),
        bisect=bool(raw.get("BisectBatchOnFunctionError", False)),
        reports_failures="ReportBatchItemFailures" in raw.get("FunctionResponseTypes", []),
        failure_queue=_on_failure(raw),
        from_oldest=raw.get("StartingPosition", "LATEST") == "TRIM_HORIZON",
    )


def _queue_source(name: str, raw: Mapping[str, Any]) -> QueueSource:
    _only(name, raw, "Queue", "BatchSize", "FunctionResponseTypes", "ScalingConfig")
    at_once = raw.get("ScalingConfig", {}).get("MaximumConcurrency")
    if at_once is not None and int(at_once) < FEWEST_AT_ONCE:
        raise TemplateError(f"event {name}: MaximumConcurrency is {FEWEST_AT_ONCE} at least")
    return QueueSource(
        name=name,
        queue=last_part(raw["Queue"]),
        batch_size=int(raw.get("BatchSize", 10)),
        at_once=None if at_once is None else int(at_once),
        reports_failures="ReportBatchItemFailures" in raw.get("FunctionResponseTypes", []),
    )


def _rule(name: str, raw: Mapping[str, Any]) -> RuleSource:
    _only(name, raw, "Pattern", "RetryPolicy", "DeadLetterConfig", "RuleName")
    policy, dead = raw.get("RetryPolicy", {}), raw.get("DeadLetterConfig", {})
    return RuleSource(
        name=name,
        pattern=raw["Pattern"],
        retries=int(policy.get("MaximumRetryAttempts", 185)),
        max_age=int(policy.get("MaximumEventAgeInSeconds", DAY)),
        failure_queue=last_part(dead["Arn"]) if "Arn" in dead else None,
    )


def unattended(raw: Mapping[str, Any]) -> Unattended:
    """A function's EventInvokeConfig."""
    return Unattended(
        retries=int(raw.get("MaximumRetryAttempts", Unattended.retries)),
        max_age=int(raw.get("MaximumEventAgeInSeconds", Unattended.max_age)),
        failure_queue=_on_failure(raw),
    )


def queue(name: str, arn: str, raw: Mapping[str, Any]) -> Queue:
    if raw.get("FifoQueue"):
        raise TemplateError(f"{name}: only standard queues are understood")
    redrive = raw.get("RedrivePolicy", {})
    return Queue(
        name=name,
        arn=arn,
        delay=int(raw.get("DelaySeconds", 0)),
        visibility=int(raw.get("VisibilityTimeout", 30)),
        receives=int(redrive.get("maxReceiveCount", 0)),
        failure_queue=last_part(redrive["deadLetterTargetArn"]) if redrive else None,
    )


def _on_failure(raw: Mapping[str, Any]) -> str | None:
    destination = raw.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return last_part(destination) if destination else None


def _only(name: str, raw: Mapping[str, Any], *known: str) -> None:
    if unknown := set(raw) - set(known):
        raise TemplateError(f"event {name}: {', '.join(sorted(unknown))} is not understood")


def last_part(arn: str) -> str:
    """The name in an ARN or a queue's URL."""
    return re.split(r"[:/]", arn)[-1]
