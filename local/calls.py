"""What a call needs: the (action, resource, leading keys) that IAM asks the policies about.

Of SQS and EventBridge an action on a queue or a bus. Of DynamoDB, batches ask for their own action once a table, and a transaction for the
action of each of its parts.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .cloudformation import ACCOUNT, REGION
from .roles import Need
from .triggers import last_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .template import Table, Template

ITEM_OF = {"PutItem": "Item", "GetItem": "Key", "UpdateItem": "Key", "DeleteItem": "Key"}
PART_OF_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
BATCHES = {"BatchGetItem", "BatchWriteItem"}
EQUALS = r"(?<![\w#.]){name}\s*=\s*(:\w+)"


def needs(template: Template, operation: str, params: Mapping[str, Any], service: str = "dynamodb") -> Iterator[Need]:
    """`operation` and `params` as botocore has them: `"PutItem"`, `{"TableName": ..., "Item": ...}`."""
    match service:
        case "sqs":
            queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{last_part(params.get('QueueUrl', '*'))}"
            yield Need(f"sqs:{operation.removesuffix('Batch')}", queue)
        case "events":
            for bus in sorted(
                {last_part(entry.get("EventBusName", "default")) for entry in params.get("Entries", [{}])}
            ):
                yield Need(f"events:{operation}", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}")
        case _:
            yield from _of_tables(template, operation, params)


def _of_tables(template: Template, operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    tables = {table.physical_name: table for table in template.tables.values()}
    if operation in BATCHES:
        for name, asked in params.get("RequestItems", {}).items():
            yield _item_need(tables, operation, name, _keys_of_batch(asked))
    elif operation in {"TransactWriteItems", "TransactGetItems"}:
        for part in params.get("TransactItems", []):
            kind, request = next(iter(part.items()))
            item = request.get("Item") or request.get("Key") or {}
            yield _item_need(tables, PART_OF_TRANSACTION[kind], request["TableName"], [item])
    elif operation in ITEM_OF:
        yield _item_need(tables, operation, params["TableName"], [params.get(ITEM_OF[operation], {})])
    else:
        yield _other_need(tables, operation, params)


def _keys_of_batch(asked: Any) -> list[Mapping[str, Any]]:
    if isinstance(asked, dict):
        return list(asked.get("Keys", []))
    requests = [next(iter(request.values())) for request in asked]
    return [request.get("Item") or request.get("Key") or {} for request in requests]


def _item_need(tables: Mapping[str, Table], operation: str, name: str, items: Iterable[Mapping[str, Any]]) -> Need:
    table = tables.get(name)
    key = table.partition_key if table else ""
    keys = sorted({_scalar(item[key]) for item in items if key in item})
    return Need(f"dynamodb:{operation}", _arn(tables, name), tuple(keys))


def _other_need(tables: Mapping[str, Table], operation: str, params: Mapping[str, Any]) -> Need:
    """Queries, scans and everything that is no matter of single items."""
    name = params.get("TableName")
    resource = _arn(tables, name) if name else "*"
    index = params.get("IndexName")
    if index:
        resource += f"/index/{index}"
    table = tables.get(name or "")
    if operation != "Query" or table is None:
        return Need(f"dynamodb:{operation}", resource)
    key = table.index_keys.get(index, "") if index else table.partition_key
    return Need("dynamodb:Query", resource, _queried(params, key))


def _queried(params: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The partition that a key condition names."""
    names = [key, *(alias for alias, name in params.get("ExpressionAttributeNames", {}).items() if name == key)]
    pattern = EQUALS.format(name=f"(?:{'|'.join(map(re.escape, names))})")
    found = re.search(pattern, params.get("KeyConditionExpression", ""))
    values = params.get("ExpressionAttributeValues", {})
    return (_scalar(values[found[1]]),) if found and found[1] in values else ()


def _scalar(value: Any) -> str:
    """The text of an attribute value, typed (`{"S": "x"}`) or plain as boto3's resources have it."""
    return str(next(iter(value.values()))) if isinstance(value, dict) else str(value)


def _arn(tables: Mapping[str, Table], name: str) -> str:
    if name.startswith("arn:"):
        return name
    return tables[name].arn if name in tables else f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
