"""How functions reach what stands in for AWS's JSON services: the operation in a header, an error's name in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Service = Callable[[str, Mapping[str, Any]], dict[str, Any]]


PATH = "/_local/aws"


def endpoints(origin: str) -> dict[str, str]:
    """What makes a function's clients come here."""
    return {f"AWS_ENDPOINT_URL_{service}": f"{origin}{PATH}" for service in ("SQS", "EVENTBRIDGE")}


class Refused(Exception):  # noqa: N818
    """What the service answers in place of doing it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def answer(services: Mapping[str, Service], target: str, request: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Status and body. `target` is the header X-Amz-Target: `AmazonSQS.SendMessage`."""
    name, _, operation = target.partition(".")
    try:
        return 200, services.get(name, _unknown)(operation, request)
    except Refused as refused:
        return 400, {"__type": refused.code, "message": str(refused)}


def _unknown(operation: str, _: Mapping[str, Any]) -> dict[str, Any]:
    raise Refused("UnknownOperationException", f"{operation} is not known here")
