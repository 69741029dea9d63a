"""DynamoDB: the only module that knows botocore.

Items are plain dicts of str, bytes, int, bool, None, list and dict. Conditions name attributes as `#name`, and the names
are declared from there, so no reserved word ever bites. Writes are values (`put`, `update`, `delete`, `check`) which
`transact` or `write` carries out.
"""

from __future__ import annotations

import gc
import random
import re
import time
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from .errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .keys import Key

Item = dict[str, Any]
MAX_ITEM_BYTES = 400 * 1024
MOST_WRITES = 100
TRIES = 8
TRIES_OF_A_CALL, TO_CONNECT, TO_READ = 3, 1, 3
"""A call that nobody answers gives up after these seconds, tries and botocore's waits between them, well within a function's
time: it can still say that the database is not there.
"""
BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "TransactionConflictException",
    }
)
PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
NAME = re.compile(r"#(\w+)")


@cache
def client(service: str = "dynamodb") -> Any:
    """One client a process. Botocore alone: boto3 adds start-up time and nothing that is used here.

    The service's model is a hundred thousand objects that stay; looking for garbage among them took a third of the time.
    """
    config = Config(
        retries={"mode": "standard", "total_max_attempts": TRIES_OF_A_CALL},
        connect_timeout=TO_CONNECT,
        read_timeout=TO_READ,
        tcp_keepalive=True,
    )
    collecting = gc.isenabled()
    gc.disable()
    try:
        return botocore.session.get_session().create_client(service, config=config)
    finally:
        if collecting:
            gc.freeze()
            gc.enable()


# ---------------------------------------------------------------- items and attribute values


def to_item(attributes: Mapping[str, Any]) -> Item:
    return {name: from_value(value) for name, value in attributes.items()}


def from_item(item: Mapping[str, Any]) -> Item:
    return {name: to_value(value) for name, value in item.items()}


def from_value(value: Mapping[str, Any]) -> Any:
    kind, raw = next(iter(value.items()))
    match kind:
        case "S" | "B" | "BOOL":
            return raw
        case "N":
            return int(raw)
        case "L":
            return [from_value(member) for member in raw]
        case "M":
            return to_item(raw)
        case "NULL":
            return None
    raise TypeError(f"attribute type {kind} is not used here")


def to_value(value: Any) -> Item:  # noqa: PLR0911  one for each type
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case list() | tuple():
            return {"L": [to_value(member) for member in value]}
        case dict():
            return {"M": from_item(value)}
    raise TypeError(f"{type(value).__name__} has no place in an item")


# ---------------------------------------------------------------- reads


def get(table: str, key: Key, *, consistent: bool = False) -> Item | None:
    answer = _call("get_item", TableName=table, Key=from_item(key), ConsistentRead=consistent)
    return to_item(answer["Item"]) if "Item" in answer else None


Place = tuple[str, str, str]
"""Table, pk, sk."""


def batch_get(table: str, keys: Sequence[Key], *, consistent: bool = False) -> dict[tuple[str, str], Item]:
    """Up to 100 items of one table by (pk, sk)."""
    found = batch_get_across([(table, key) for key in keys], consistent=consistent)
    return {(pk, sk): item for (_, pk, sk), item in found.items()}


def batch_get_across(wanted: Sequence[tuple[str, Key]], *, consistent: bool = False) -> dict[Place, Item]:
    """Up to 100 items of any tables, in one call; what DynamoDB leaves unprocessed is asked for again."""
    asked: dict[str, Any] = {}
    for name, key in wanted:
        asked.setdefault(name, {"Keys": [], "ConsistentRead": consistent})["Keys"].append(from_item(key))
    found: dict[Place, Item] = {}
    for _ in tries():
        if not asked:
            return found
        answer = _call("batch_get_item", RequestItems=asked)
        for name, raws in answer["Responses"].items():
            found |= {(name, item["pk"], item["sk"]): item for item in map(to_item, raws)}
        asked = answer.get("UnprocessedKeys") or {}
        if not asked:
            return found
    raise Unavailable


def query(
    table: str,
    pk: str,
    *,
    prefix: str = "",
    after: str = "",
    up_to: str = "",
    between: tuple[str, str] | None = None,
    backwards: bool = False,
    limit: int | None = None,
    consistent: bool = False,
    attributes: Sequence[str] = (),
) -> list[Item]:
    """The items of one partition in order of `sk`.

    `prefix`, or the open end `after` (exclusive, in the direction of reading) and `up_to` (inclusive), or `between` two
    (inclusive), narrow it; one of them at a time. Reads on until `limit` items or the end: a page of DynamoDB ends at 1 MB.
    """
    found: list[Item] = []
    request = _request(table, pk, prefix, after, up_to, backwards, limit, consistent, attributes)
    if between:
        request["KeyConditionExpression"] = "pk = :pk AND sk BETWEEN :since AND :until"
        request["ExpressionAttributeValues"] |= from_item({":since": between[0], ":until": between[1]})
    for page in _pages(request):
        found += page
        if limit and len(found) >= limit:
            return found[:limit]
    return found


def page(
    table: str,
    pk: str,
    limit: int,
    *,
    after: str = "",
    backwards: bool = False,
    consistent: bool = False,
    prefix: str = "",
) -> tuple[list[Item], bool]:
    """At most `limit` items by one Query, and whether there are more: a page ends where DynamoDB's does, at 1 MB."""
    request = _request(table, pk, prefix, "" if prefix else after, "", backwards, limit + 1, consistent, ())
    if prefix and after:
        request["ExclusiveStartKey"] = from_item({"pk": pk, "sk": after})
    answer = _call("query", **request)
    items = [to_item(raw) for raw in answer["Items"]]
    return items[:limit], len(items) > limit or ("LastEvaluatedKey" in answer and bool(items))


def _pages(request: dict[str, Any]) -> Iterator[list[Item]]:
    while True:
        answer = _call("query", **request)
        yield [to_item(raw) for raw in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _request(
    table: str,
    pk: str,
    prefix: str,
    after: str,
    up_to: str,
    backwards: bool,
    limit: int | None,
    consistent: bool,
    attributes: Sequence[str],
) -> dict[str, Any]:
    condition, values = "pk = :pk", {":pk": pk}
    for text, clause in (
        (prefix, "begins_with(sk, :sk)"),
        (after, "sk < :sk" if backwards else "sk > :sk"),
        (up_to, "sk <= :sk"),
    ):
        if text:
            condition, values = f"pk = :pk AND {clause}", {":pk": pk, ":sk": text}
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": from_item(values),
        "ScanIndexForward": not backwards,
        "ConsistentRead": consistent,
    }
    if limit:
        request["Limit"] = limit
    if attributes:
        request["ProjectionExpression"] = ", ".join(f"#{name}" for name in attributes)
        request["ExpressionAttributeNames"] = {f"#{name}": name for name in attributes}
    return request


# ---------------------------------------------------------------- writes


@dataclass(frozen=True, eq=False)
class Write:
    """One conditional write. `condition` is its rule in words; when it fails, `Refused` has the item as it stands."""

    action: str
    table: str
    item: Mapping[str, Any]
    """The whole item for a put, else its key."""
    expression: str = ""
    condition: str = ""
    values: Mapping[str, Any] | None = None

    def request(self) -> dict[str, Any]:
        request: dict[str, Any] = {
            "TableName": self.table,
            "Item" if self.action == "Put" else "Key": from_item(self.item),
        }
        if self.expression:
            request["UpdateExpression"] = self.expression
        if self.condition:
            request["ConditionExpression"] = self.condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if names := NAME.findall(f"{self.expression} {self.condition}"):
            request["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        if self.values:
            request["ExpressionAttributeValues"] = {f":{name}": to_value(value) for name, value in self.values.items()}
        return request


def put(table: str, item: Mapping[str, Any], condition: str = "", **values: Any) -> Write:
    return Write("Put", table, item, condition=condition, values=values)


def update(table: str, key: Key, expression: str, condition: str = "", **values: Any) -> Write:
    return Write("Update", table, key, expression, condition, values)


def delete(table: str, key: Key, condition: str = "", **values: Any) -> Write:
    return Write("Delete", table, key, condition=condition, values=values)


def check(table: str, key: Key, condition: str, **values: Any) -> Write:
    return Write("ConditionCheck", table, key, condition=condition, values=values)


ABSENT = "attribute_not_exists(pk)"
PRESENT = "attribute_exists(pk)"


class Refused(Exception):  # noqa: N818  a condition that does not hold is an answer, not an error
    """Conditions did not hold. `items` maps each refused write to the item as it stands, None where there is none."""

    def __init__(self, items: dict[Write, Item | None]) -> None:
        super().__init__([f"{write.action} {write.condition}" for write in items])
        self.items = items

    def __contains__(self, write: Write | None) -> bool:
        return write in self.items


def write(operation: Write) -> None:
    """One write on its own. Raises Refused."""
    verb = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}[operation.action]
    try:
        _call(verb, **operation.request())
    except ClientError as error:
        if _code(error) != "ConditionalCheckFailedException":
            raise
        raise Refused({operation: _old(error.response)}) from None


def transact(writes: Iterable[Write]) -> None:
    """All of the writes, MOST_WRITES of them, or none. Raises Refused, or Unavailable when others kept getting in the way.

    Botocore does not retry a transaction that collided with another one, so that is done here; one token for all tries
    makes sure that an answer lost on the way does not become a second transaction.
    """
    operations = list(writes)
    request = {
        "TransactItems": [{operation.action: operation.request()} for operation in operations],
        "ClientRequestToken": str(uuid.uuid4()),
    }
    for _ in tries():
        try:
            _call("transact_write_items", **request)
        except ClientError as error:
            if refused := _refused(operations, error):
                raise Refused(refused) from None
        else:
            return
    raise Unavailable


def _refused(operations: list[Write], error: ClientError) -> dict[Write, Item | None]:
    """The writes whose conditions did not hold; none of them when the transaction was only in another one's way."""
    if _code(error) == "TransactionInProgressException":
        return {}
    if _code(error) != "TransactionCanceledException":
        raise error
    reasons = error.response["CancellationReasons"]
    if not {reason["Code"] for reason in reasons} <= PASSING | {"None", "ConditionalCheckFailed"}:
        raise error
    return {
        operation: _old(reason)
        for operation, reason in zip(operations, reasons, strict=True)
        if reason["Code"] == "ConditionalCheckFailed"
    }


def _old(response: Mapping[str, Any]) -> Item | None:
    raw = response.get("Item")
    return to_item(raw) if raw else None


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def tries() -> Iterator[int]:
    """For what may have to be tried again: growing, jittered pauses between the tries, about two seconds in all."""
    for attempt in range(TRIES):
        yield attempt
        time.sleep(random.uniform(0.5, 1) * min(0.02 * 2**attempt, 0.5))  # noqa: S311


def _call(operation: str, **request: Any) -> Any:
    try:
        return getattr(client(), operation)(**request)
    except ClientError as error:
        if _code(error) in BUSY:
            raise Unavailable from error
        raise
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable from error
