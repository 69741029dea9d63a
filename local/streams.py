"""Reading a table's stream: shards, iterators, and records in the shape Lambda gives them.

The only module of the local run that talks to the streams API. Nothing here knows of consumers; see `pump.py`.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .cloudformation import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

TRIMMED = {"TrimmedDataAccessException"}
EXPIRED = {"ExpiredIteratorException"}
OLDEST = ""
"""Position before the first record that the stream still has."""


@dataclass(frozen=True)
class Record:
    sequence: str
    created: float
    """Seconds since 1970."""
    event: Mapping[str, Any]
    """What Lambda would put into `Records`."""


@dataclass(frozen=True)
class Shard:
    name: str
    parent: str | None


async def stream_arn(database: Any, table: str) -> str:
    """The current stream of a table; a table made anew has a new one."""
    answer = await asyncio.to_thread(database.describe_table, TableName=table)
    return str(answer["Table"]["LatestStreamArn"])


async def shards(client: Any, arn: str) -> list[Shard]:
    found: list[Shard] = []
    request: dict[str, Any] = {"StreamArn": arn}
    while True:
        answer = (await asyncio.to_thread(client.describe_stream, **request))["StreamDescription"]
        found += [Shard(raw["ShardId"], raw.get("ParentShardId")) for raw in answer["Shards"]]
        if "LastEvaluatedShardId" not in answer:
            return found
        request["ExclusiveStartShardId"] = answer["LastEvaluatedShardId"]


class Reader:
    """Reads on from a position in one shard."""

    def __init__(self, client: Any, arn: str, shard: str, position: str) -> None:
        self.arn = arn
        self.shard = shard
        self.position = position
        self.closed = False
        """No record will ever follow: the shard was split or its table deleted."""
        self._client = client
        self._iterator: str | None = None

    async def read(self, limit: int) -> list[Record]:
        """The next records, none when there are none yet."""
        try:
            return await asyncio.to_thread(self._read, limit)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            self._iterator = None
            if code in TRIMMED:
                self.position = OLDEST
            elif code not in EXPIRED:
                raise
            return []

    def _read(self, limit: int) -> list[Record]:
        iterator = self._iterator or self._start()
        answer = self._client.get_records(ShardIterator=iterator, Limit=limit)
        records = [_record(raw, self.arn) for raw in answer["Records"]]
        self._iterator = answer.get("NextShardIterator")
        self.closed = self._iterator is None
        if records:
            self.position = records[-1].sequence
        return records

    def _start(self) -> str:
        where = (
            {"ShardIteratorType": "TRIM_HORIZON"}
            if self.position == OLDEST
            else {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.position}
        )
        answer = self._client.get_shard_iterator(StreamArn=self.arn, ShardId=self.shard, **where)
        return str(answer["ShardIterator"])


def _record(raw: Mapping[str, Any], arn: str) -> Record:
    change = _plain(raw["dynamodb"])
    created = raw["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    change["ApproximateCreationDateTime"] = created
    event = {
        "eventID": raw["eventID"],
        "eventName": raw["eventName"],
        "eventVersion": raw.get("eventVersion", "1.1"),
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": change,
        "eventSourceARN": arn,
        **({"userIdentity": raw["userIdentity"]} if raw.get("userIdentity") else {}),
    }
    return Record(str(change["SequenceNumber"]), created, event)


def _plain(value: Any) -> Any:
    """JSON as Lambda has it: bytes in base64."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
