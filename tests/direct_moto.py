"""Calls on items reach moto as calls: signing a request, writing it as HTTP and reading it twice took half of the tests' time.

botocore makes the request and checks it, and its events are there for whoever listens; then moto's own handler reads the
body and answers, and what it answers is what botocore's parser would make of it. Everything else goes the long way.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.parsers import create_parser
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.core.parse import JSONParser
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = tuple[SimpleNamespace, dict[str, Any]]
ITEMS: dict[str, Callable[[DynamoHandler], Any]] = {
    "GetItem": DynamoHandler.get_item,
    "BatchGetItem": DynamoHandler.batch_get_item,
    "Query": DynamoHandler.query,
    "Scan": DynamoHandler.scan,
    "PutItem": DynamoHandler.put_item,
    "UpdateItem": DynamoHandler.update_item,
    "DeleteItem": DynamoHandler.delete_item,
    "TransactWriteItems": DynamoHandler.transact_write_items,
}
STREAMS: dict[str, Callable[[DynamoDBStreamsHandler], Any]] = {
    "GetShardIterator": DynamoDBStreamsHandler.get_shard_iterator,
    "GetRecords": DynamoDBStreamsHandler.get_records,
}


def attach(client: Any) -> None:
    """For a client that only speaks to moto, as long as it lives."""
    client.meta.events.register("before-call.dynamodb", _items)
    client.meta.events.register("before-call.dynamodb-streams", _streams)


def _items(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> Answer | None:
    """None sends a request on its way."""
    if model.name not in ITEMS:
        return None
    handler = _at_home(DynamoHandler(), context)
    handler.body = JSONParser(model).parse({"body": params["body"]})
    try:
        return _done(model, ITEMS[model.name](handler).result)
    except JsonRESTError as refusal:
        return _refused(model, refusal)


def _streams(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> Answer | None:
    """Most of the time nothing is new. Records go the long way: what they hold is written in a form of its own."""
    if model.name not in STREAMS:
        return None
    handler = _at_home(DynamoDBStreamsHandler(), context)
    handler.body, handler.querystring, handler.uri_match = params["body"], {}, {}
    result = STREAMS[model.name](handler).result
    return None if result.get("Records") else _done(model, result)


def _at_home(handler: Any, context: dict[str, Any]) -> Any:
    """Where moto would find itself by the address and the signature of a request."""
    handler.region, handler.current_account = context["client_region"], DEFAULT_ACCOUNT_ID
    return handler


def _done(model: Any, result: dict[str, Any]) -> Answer:
    known = model.output_shape.members
    parsed = {name: each for name, each in result.items() if name in known and each is not None}
    return SimpleNamespace(status_code=200), parsed


def _refused(model: Any, refusal: JsonRESTError) -> Answer:
    """Read as botocore does it: what any error has, and what this one has besides, as a transaction's reasons."""
    answer = {"status_code": refusal.code, "headers": {}, "body": refusal.description.encode()}
    parser = create_parser("json")
    parsed = parser.parse(answer, model.output_shape)
    if shape := model.service_model.shape_for_error_code(parsed["Error"]["Code"]):
        parsed.update(parser.parse(answer, shape))
    return SimpleNamespace(status_code=refusal.code), parsed
