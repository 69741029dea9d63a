"""Streams of a real database carried to throwaway functions."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from local import failures
from local.pump import Pump

from .throwaway import Running, Throwaway, eventually, pumping, run, running

if TYPE_CHECKING:
    from pathlib import Path

    from local.template import Template

RESOURCES = """
Failed: {{Type: AWS::SQS::Queue}}
Notes:
  Type: AWS::DynamoDB::Table
  Properties:
    BillingMode: PAY_PER_REQUEST
    AttributeDefinitions: [{{AttributeName: pk, AttributeType: S}}, {{AttributeName: sk, AttributeType: S}}]
    KeySchema: [{{AttributeName: pk, KeyType: HASH}}, {{AttributeName: sk, KeyType: RANGE}}]
    StreamSpecification: {{StreamViewType: NEW_AND_OLD_IMAGES}}
Reader:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/reader
    Environment: {{Variables: {{FOLDER: {folder}}}}}
    Policies: [Statement: [{{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Notes.Arn}}]]
    Events:
      Changes:
        Type: DynamoDB
        Properties:
          Stream: !GetAtt Notes.StreamArn
          StartingPosition: TRIM_HORIZON
          BatchSize: 4
          MaximumRetryAttempts: 2
          BisectBatchOnFunctionError: true
          FunctionResponseTypes: [ReportBatchItemFailures]
          DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt Failed.Arn}}}}
          {more}
"""
KEEPS = """
import json, os, pathlib

def handler(event, context):
    with (pathlib.Path(os.environ["FOLDER"]) / "batches").open("a") as file:
        file.write(json.dumps(event["Records"]) + "\\n")
"""
REFUSES = KEEPS + "    raise RuntimeError('not today')\n"
POISONED = (
    KEEPS
    + """
    bad = [r["dynamodb"]["SequenceNumber"] for r in event["Records"] if r["dynamodb"]["Keys"]["pk"]["S"] == "poison"]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in bad]}
"""
)


def staged(throwaway: Throwaway, source: str, more: str = "") -> Template:
    throwaway.function("reader", source)
    return throwaway.template(RESOURCES.format(folder=throwaway.folder, more=more))


def batches(folder: Path) -> list[list[dict[str, Any]]]:
    path = folder / "batches"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def names(folder: Path) -> list[str]:
    """The partition keys of what was delivered, in order."""
    return [record["dynamodb"]["Keys"]["pk"]["S"] for batch in batches(folder) for record in batch]


def test_a_record_arrives_in_lambdas_shape(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        async with running(throwaway, template) as parts:
            item = {"pk": {"S": "a"}, "sk": {"S": "-"}, "raw": {"B": b"\x00\xff"}, "n": {"N": "1"}}
            parts.clients.database.put_item(TableName="broadsheet-local-Notes", Item=item)
            async with pumping(parts):
                await parts.pump.settle()
            ((record,),) = batches(throwaway.folder)
        change = record.pop("dynamodb")
        assert record.pop("eventID")
        assert record.pop("eventVersion")
        assert ":table/broadsheet-local-Notes/stream/" in record.pop("eventSourceARN")
        assert record == {"eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1"}
        assert change["Keys"] == {"pk": {"S": "a"}, "sk": {"S": "-"}}
        assert change["NewImage"]["raw"] == {"B": "AP8="}
        assert "OldImage" not in change
        assert isinstance(change["ApproximateCreationDateTime"], float)
        assert isinstance(change["SequenceNumber"], str)
        assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"

    run(test)


def test_records_come_in_order_and_in_batches_of_the_size_allowed(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        async with running(throwaway, template) as parts:
            for number in range(10):
                parts.put("Notes", f"{number:02d}")
            async with pumping(parts):
                await parts.pump.settle()
        assert names(throwaway.folder) == [f"{number:02d}" for number in range(10)]
        assert [len(batch) for batch in batches(throwaway.folder)] == [4, 4, 2]

    run(test)


def test_a_window_waits_for_a_fuller_batch(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS, "MaximumBatchingWindowInSeconds: 30")
        async with running(throwaway, template) as parts, pumping(parts):
            for number in range(4):
                parts.put("Notes", str(number))
                await asyncio.sleep(0)
            await eventually(lambda: len(names(throwaway.folder)) == 4)
        assert [len(batch) for batch in batches(throwaway.folder)] == [4]

    run(test)


def test_only_what_the_filter_lets_through_is_delivered(throwaway: Throwaway) -> None:
    more = """FilterCriteria: {{Filters: [{{Pattern: '{{"dynamodb": {{"Keys": {{"sk": {{"S": ["wanted"]}}}}}}}}'}}]}}"""

    async def test() -> None:
        template = staged(throwaway, KEEPS, more.replace("{{", "{").replace("}}", "}"))
        async with running(throwaway, template) as parts:
            for number in range(6):
                parts.put("Notes", str(number), "wanted" if number % 2 else "other")
            async with pumping(parts):
                await parts.pump.settle()
        assert names(throwaway.folder) == ["1", "3", "5"]

    run(test)


def test_a_poisoned_record_goes_to_the_failure_queue_and_the_rest_goes_on(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, POISONED)
        async with running(throwaway, template) as parts:
            for name in ("a", "poison", "b", "c", "d"):
                parts.put("Notes", name)
            async with pumping(parts):
                await parts.pump.settle()
            (failure,) = failures.kept(throwaway.data)["Failed"]
        seen = names(throwaway.folder)
        assert {"a", "b", "c", "d"} <= set(seen)
        assert (seen.count("a"), seen.count("d")) == (1, 1)
        where = failure["DDBStreamBatchInfo"]
        assert (where["batchSize"], where["startSequenceNumber"]) == (1, where["endSequenceNumber"])
        assert where["streamArn"].startswith("arn:aws:dynamodb:")
        assert where["approximateArrivalOfFirstRecord"].endswith("Z")
        assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
        assert failure["requestContext"]["functionArn"].endswith(":function:Reader")
        assert "poison" not in json.dumps(failure)

    run(test)


def test_what_was_not_acknowledged_is_delivered_after_a_restart_and_nothing_else(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        async with running(throwaway, template) as parts:
            parts.put("Notes", "before")
            async with pumping(parts):
                await parts.pump.settle()
            throwaway.function("reader", REFUSES)
            parts.put("Notes", "during")
            async with pumping(parts):
                await eventually(lambda: "during" in names(throwaway.folder))
            throwaway.function("reader", KEEPS)
            (throwaway.folder / "batches").unlink()
            again = Running(
                parts.workers,
                parts.clients,
                Pump(template, parts.workers, parts.clients, throwaway.data),
                parts.carriers,
                parts.clock,
                template,
            )
            parts.put("Notes", "after")
            async with pumping(again):
                await again.pump.settle()
        assert names(throwaway.folder) == ["during", "after"]

    run(test)


def test_a_consumer_that_starts_at_the_latest_record_skips_what_was_there(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        text = (throwaway.folder / "template.yaml").read_text("utf-8")
        (throwaway.folder / "template.yaml").write_text(text.replace("TRIM_HORIZON", "LATEST"), "utf-8")
        template = type(template).load(throwaway.folder / "template.yaml")
        async with running(throwaway, template) as parts:
            parts.put("Notes", "old")
            async with pumping(parts):
                await parts.pump.settle()
                parts.put("Notes", "new")
                await parts.pump.settle()
        assert names(throwaway.folder) == ["new"]

    run(test)


def test_a_table_made_anew_is_read_from_its_beginning(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        async with running(throwaway, template) as parts:
            for number in range(3):
                parts.put("Notes", f"first {number}")
            async with pumping(parts):
                await parts.pump.settle()
            parts.clients.database.delete_table(TableName="broadsheet-local-Notes")
            parts.clients.database.create_table(**template.tables["Notes"].create)
            parts.put("Notes", "second")
            async with pumping(parts):
                await eventually(lambda: "second" in names(throwaway.folder))
        assert names(throwaway.folder)[-1] == "second"

    run(test)


def test_a_function_that_writes_wakes_the_consumers_and_settling_waits_for_all_that_follows(
    throwaway: Throwaway,
) -> None:
    source = KEEPS.replace("def handler", "import botocore.session\n\ndef handler") + (
        """
    n = int(event["Records"][0]["dynamodb"]["Keys"]["pk"]["S"])
    if n < 5:
        item = {"pk": {"S": str(n + 1)}, "sk": {"S": "-"}}
        client = botocore.session.Session().create_client("dynamodb")
        client.put_item(TableName="broadsheet-local-Notes", Item=item)
"""
    )

    async def test() -> None:
        template = staged(throwaway, source)
        async with running(throwaway, template) as parts, pumping(parts):
            parts.put("Notes", "0")
            await parts.pump.settle()
        assert names(throwaway.folder) == ["0", "1", "2", "3", "4", "5"]

    run(test)


def test_deliveries_are_remembered_for_whoever_looks(throwaway: Throwaway) -> None:
    async def test() -> None:
        template = staged(throwaway, KEEPS)
        async with running(throwaway, template) as parts, pumping(parts):
            parts.put("Notes", "a")
            await parts.pump.settle()
            (delivery,) = parts.pump.deliveries
        assert (delivery["consumer"], delivery["error"]) == ("Reader.Changes", None)
        assert delivery["records"][0]["keys"] == {"pk": "a", "sk": "-"}

    run(test)


@pytest.mark.parametrize("sizes", [[100, 100, 100, 100], [3_000_000, 3_000_000, 100]])
def test_a_batch_never_grows_over_an_invocations_limit(sizes: list[int]) -> None:
    from local.pump import _within
    from local.streams import Record

    records = [Record(str(n), 0.0, {"x": "x" * size}) for n, size in enumerate(sizes)]
    assert _within(records, 10) == (1 if max(sizes) > 1000 else 4)
    assert _within(records, 2) == (1 if max(sizes) > 1000 else 2)
