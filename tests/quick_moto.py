"""moto without the work that took most of the tests' time; what it answers stays the same.

It copies a whole table for each single write of a transaction, to be able to undo them: here a table is copied once, and of
its items only those that the transaction touches. It sorts all items of a table for a query of one partition: here the query
sees that partition only. It looks for each attribute of an item under a dozen names: here an attribute is what it is. It
asks at each part of an update's expression which parts it is looking for: here each reader of expressions is asked once.
botocore writes down anew for each call what machine it runs on, which moto does not read: here it says one word.

Tables are made once, and begin as copies of what they were then: making them again took longer than most tests.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from botocore.useragent import UserAgentString
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.serialize import JSONSerializer
from moto.dynamodb import models
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

Places = set[tuple[DynamoType, DynamoType]]


class _Copy:
    """What moto's models take for the module `copy`, while one transaction runs."""

    def __init__(self, touched: dict[str, Places]) -> None:
        self._touched = touched
        self._kept: dict[str, Table] = {}

    def deepcopy(self, value: Any) -> Any:
        if not isinstance(value, Table):
            return copy.deepcopy(value)
        if value.name not in self._kept:
            self._kept[value.name] = _kept(value, self._touched[value.name])
        return self._kept[value.name]


def _kept(table: Table, touched: Places) -> Table:
    kept = copy.copy(table)
    kept.items = copy.copy(table.items)
    for pk in {pk for pk, _ in touched} & table.items.keys():
        kept.items[pk] = dict(table.items[pk])
    for pk, sk in touched:
        if sk in kept.items.get(pk, {}):
            kept.items[pk][sk] = copy.deepcopy(table.items[pk][sk])
    if table.stream_shard:
        kept.stream_shard = copy.copy(table.stream_shard)
        kept.stream_shard.table = kept
        kept.stream_shard.items = list(table.stream_shard.items)
    return kept


def tables(region: str) -> dict[str, Table]:
    """A copy of all tables, which `begin_with` takes."""
    return copy.deepcopy(_backend(region).tables)


def begin_with(made: dict[str, Table], region: str) -> None:
    _backend(region).tables = copy.deepcopy(made)


def _backend(region: str) -> models.DynamoDBBackend:
    return models.dynamodb_backends[DEFAULT_ACCOUNT_ID][region]


def quicken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(models.DynamoDBBackend, "transact_write_items", _transact(patch))
    patch.setattr(Table, "query", _query(Table.query))
    patch.setattr(JSONSerializer, "_serialize", _serialize(JSONSerializer._serialize))
    patch.setattr(UserAgentString, "to_string", lambda _: "tests")
    patch.setattr(DepthFirstTraverser, "nodes_to_be_processed", _once(DepthFirstTraverser.nodes_to_be_processed))


def _transact(patch: pytest.MonkeyPatch) -> Callable[..., None]:
    whole = models.DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
        touched: dict[str, Places] = {}
        for request in (next(iter(item.values())) for item in transact_items):
            key = request.get("Key") or request["Item"]
            touched.setdefault(request["TableName"], set()).add((DynamoType(key["pk"]), DynamoType(key["sk"])))
        patch.setattr(models, "copy", _Copy(touched))
        try:
            whole(self, transact_items)
        finally:
            patch.setattr(models, "copy", copy)

    return transact_write_items


def _query(whole: Callable[..., Any]) -> Callable[..., Any]:
    def query(self: Table, hash_key: DynamoType, *given: Any, **named: Any) -> Any:
        if self.all_indexes():
            return whole(self, hash_key, *given, **named)
        partition = copy.copy(self)
        partition.items = {hash_key: self.items[hash_key]} if hash_key in self.items else {}
        return whole(partition, hash_key, *given, **named)

    return query


def _once(asked: Callable[[Any], tuple[type, ...]]) -> Callable[[Any], tuple[type, ...]]:
    def nodes_to_be_processed(self: Any) -> tuple[type, ...]:
        if "_sought" not in self.__dict__:
            self._sought = asked(self)
        return self._sought

    return nodes_to_be_processed


def _serialize(whole: Callable[..., None]) -> Callable[..., None]:
    def serialize(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and (plain := _plain(value)):
            serialized[key] = plain
        else:
            whole(self, serialized, value, shape, key)

    return serialize


def _plain(value: Any) -> dict[str, Any] | None:
    """An attribute as it is sent; None for what only moto knows how to send."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((kind, held),) = value.items()
    if kind in {"S", "N"}:
        return {kind: str(held)}
    if kind == "BOOL" and isinstance(held, bool):
        return {kind: held}
    return None
