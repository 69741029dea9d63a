"""Counts every DynamoDB call and what it would cost, by the size of its items: moto's own figures are wrong.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Raw = dict[str, Any]


@dataclass(frozen=True)
class Call:
    operation: str
    read_units: float
    write_units: int


class Meter:
    """Attached to a botocore client; `measuring()` collects the calls made inside it."""

    def __init__(self) -> None:
        self._taken: list[Call] | None = None
        self._params: Raw = {}

    def attach(self, client: Any) -> None:
        client.meta.events.register("provide-client-params.dynamodb", self._before, unique_id=f"before-{id(self)}")
        client.meta.events.register("after-call.dynamodb", self._after, unique_id=f"after-{id(self)}")

    def detach(self, client: Any) -> None:
        client.meta.events.unregister("provide-client-params.dynamodb", unique_id=f"before-{id(self)}")
        client.meta.events.unregister("after-call.dynamodb", unique_id=f"after-{id(self)}")

    @contextmanager
    def measuring(self) -> Iterator[list[Call]]:
        before, self._taken = self._taken, []
        try:
            yield self._taken
        finally:
            self._taken = before

    def _before(self, params: Raw, **_: Any) -> None:
        self._params = params

    def _after(self, parsed: Raw, model: Any, **_: Any) -> None:
        if self._taken is not None:
            self._taken.append(measured(model.name, self._params, parsed))


def measured(operation: str, params: Raw, answer: Raw) -> Call:
    """What one call costs; a refused one as if it had been carried out."""
    match operation:
        case "GetItem":
            return Call(
                operation, _read(_size(answer.get("Item", {})), consistent=params.get("ConsistentRead", False)), 0
            )
        case "Query":
            total = sum(_size(item) for item in answer.get("Items", []))
            return Call(operation, _read(total, consistent=params.get("ConsistentRead", False)), 0)
        case "BatchGetItem":
            sizes = [_size(item) for items in answer.get("Responses", {}).values() for item in items]
            consistent = any(asked.get("ConsistentRead") for asked in params["RequestItems"].values())
            return Call(operation, sum(_read(size, consistent=consistent) for size in sizes), 0)
        case "TransactWriteItems":
            parts = [next(iter(part.values())) for part in params["TransactItems"]]
            return Call(operation, 0, sum(2 * _write(part) for part in parts))
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return Call(operation, 0, _write(params))
    raise AssertionError(f"{operation} has no price here: it should not be called")


def _read(size: int, *, consistent: bool) -> float:
    return max(1, ceil(size / 4096)) * (1 if consistent else 0.5)


def _write(request: Raw) -> int:
    return max(1, ceil(_size(request.get("Item") or request.get("Key", {})) / 1024))


def _size(item: Raw) -> int:
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Raw) -> int:
    kind, raw = next(iter(value.items()))
    match kind:
        case "S":
            return len(raw.encode())
        case "B":
            return len(raw)
        case "N":
            return ceil(len(raw) / 2) + 1
        case "L":
            return 3 + sum(1 + _value(member) for member in raw)
        case "M":
            return 3 + len(raw) + _size(raw)
    return 1
