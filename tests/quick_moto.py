"""moto copies a whole table for each single write of a transaction, to be able to undo them. That was most of the tests' time.

Here a table is copied once for a transaction, and of its items only those that the transaction touches.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from moto.dynamodb import models
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

if TYPE_CHECKING:
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


def quicken(patch: pytest.MonkeyPatch) -> None:
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

    patch.setattr(models.DynamoDBBackend, "transact_write_items", transact_write_items)
