"""Messages and events between throwaway functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local import failures

from .throwaway import Throwaway, eventually, pumping, run, running, site, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.template import Template

    from .throwaway import Running, Site

RESOURCES = """
Work:
  Type: AWS::SQS::Queue
  Properties: {{RedrivePolicy: {{deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}}}}
Failed: {{Type: AWS::SQS::Queue}}
Other: {{Type: AWS::SQS::Queue}}
Sender:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/sender
    Environment: {{Variables: {{WORK: !Ref Work, OTHER: !Ref Other}}}}
    Policies:
      - Statement:
          - {{Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Work.Arn}}
          - Effect: Allow
            Action: events:PutEvents
            Resource: !Sub arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:event-bus/default
    Events:
      Send: {{Type: HttpApi, Properties: {{Method: POST, Path: /send}}}}
Reader:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/reader
    Environment: {{Variables: {{FOLDER: {folder}}}}}
    Policies: []
    EventInvokeConfig:
      MaximumRetryAttempts: 2
      DestinationConfig: {{OnFailure: {{Type: SQS, Destination: !GetAtt Failed.Arn}}}}
    Events:
      Pieces:
        Type: SQS
        Properties:
          Queue: !GetAtt Work.Arn
          BatchSize: {batch_size}
          FunctionResponseTypes: [ReportBatchItemFailures]
          ScalingConfig: {{MaximumConcurrency: 2}}
      Asked: {{Type: EventBridgeRule, Properties: {{Pattern: {{source: [paper], detail-type: [Asked]}}}}}}
"""
SENDS = """
import json, os
import botocore.session
from botocore.exceptions import ClientError

def handler(event, context):
    asked = json.loads(event["body"])
    client = botocore.session.get_session().create_client(asked["service"])
    given = {**asked["given"], **({"QueueUrl": os.environ[asked["queue"]]} if "queue" in asked else {})}
    try:
        answer = getattr(client, asked["operation"])(**given)
    except ClientError as error:
        return {"statusCode": 400, "body": json.dumps(error.response["Error"])}
    answer.pop("ResponseMetadata")
    return {"statusCode": 200, "body": json.dumps(answer)}
"""
READS = """
import json, os, pathlib, time

FOLDER = pathlib.Path(os.environ["FOLDER"])

def note(name, line):
    with (FOLDER / name).open("a") as file:
        file.write(json.dumps(line) + "\\n")

def handler(event, context):
    note("seen", event)
    bodies = [record["body"] for record in event["Records"]] if "Records" in event else [event["detail"]["name"]]
    for body in bodies:
        (FOLDER / f"open-{body}").touch()
    while (FOLDER / "closed").exists():
        time.sleep(0.005)
    for body in bodies:
        (FOLDER / f"open-{body}").unlink()
    if "Records" not in event:
        if (FOLDER / "poisoned").exists():
            raise RuntimeError("no")
        return None
    bad = [record["messageId"] for record in event["Records"] if record["body"] == "poison"]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in bad]}
"""


def staged(throwaway: Throwaway, batch_size: int = 1) -> Template:
    throwaway.function("sender", SENDS)
    throwaway.function("reader", READS)
    return throwaway.template(RESOURCES.format(folder=throwaway.folder, batch_size=batch_size))


def seen(folder: Path) -> list[Any]:
    path = folder / "seen"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def bodies(folder: Path) -> list[list[str]]:
    """Of each invocation, in order."""
    return [[record["body"] for record in each["Records"]] for each in seen(folder)]


def send(parts: Running, *texts: str, delay: int = 0) -> None:
    for text in texts:
        request = {"QueueUrl": "x/Work", "MessageBody": text, "DelaySeconds": delay}
        parts.carriers.services["AmazonSQS"]("SendMessage", request)


def put(parts: Running, **detail: str) -> None:
    entry = {"Source": "paper", "DetailType": "Asked", "Detail": json.dumps(detail)}
    assert parts.carriers.services["AWSEvents"]("PutEvents", {"Entries": [entry]})["FailedEntryCount"] == 0


# ---------------------------------------------------------------- from function to function, over HTTP


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Throwaway:
    return Throwaway(tmp_path_factory.mktemp("queues"))


@pytest.fixture(scope="module")
def whole(files: Throwaway) -> Iterator[Site]:
    with site(files, staged(files)) as running_:
        yield running_


@pytest.fixture
def ask(whole: Site, files: Throwaway) -> Iterator[Site]:
    yield whole
    (files.folder / "seen").unlink(missing_ok=True)


def says(ask: Site, service: str, operation: str, given: Any, **more: str) -> Any:
    """What a client of a function was answered."""
    asked = {"service": service, "operation": operation, "given": given, **more}
    return ask("POST", "/send", json.dumps(asked).encode(), [("Content-Type", "application/json")])


def test_a_function_sends_a_message_and_another_gets_it(ask: Site, files: Throwaway) -> None:
    answer = says(ask, "sqs", "send_message", {"MessageBody": "one"}, queue="WORK")
    assert answer.status == 200, answer.body
    ask("POST", "/_local/events/settle")
    (event,) = seen(files.folder)
    (record,) = event["Records"]
    assert (record["messageId"], record["body"]) == (answer.json["MessageId"], "one")


def test_a_batch_of_messages_is_sent_whole(ask: Site, files: Throwaway) -> None:
    entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(10)]
    answer = says(ask, "sqs", "send_message_batch", {"Entries": entries}, queue="WORK")
    assert [each["Id"] for each in answer.json["Successful"]] == [str(n) for n in range(10)]
    ask("POST", "/_local/events/settle")
    assert sorted(body for (body,) in bodies(files.folder)) == [str(n) for n in range(10)]


def test_a_function_puts_an_event_and_whoever_wants_it_gets_it(ask: Site, files: Throwaway) -> None:
    entries = [
        {"Source": "paper", "DetailType": kind, "Detail": '{"name": "' + kind + '"}'} for kind in ("Asked", "Other")
    ]
    answer = says(ask, "events", "put_events", {"Entries": entries})
    assert answer.json["FailedEntryCount"] == 0
    ask("POST", "/_local/events/settle")
    (event,) = seen(files.folder)
    assert event["id"] == answer.json["Entries"][0]["EventId"]
    assert (event["source"], event["detail-type"], event["detail"]) == ("paper", "Asked", {"name": "Asked"})


@pytest.mark.parametrize(
    ("service", "operation", "given", "queue", "needs"),
    [
        ("sqs", "send_message", {"MessageBody": "x"}, "OTHER", "sqs:SendMessage"),
        ("sqs", "send_message_batch", {"Entries": [{"Id": "0", "MessageBody": "x"}]}, "OTHER", "sqs:SendMessage"),
        ("sqs", "receive_message", {}, "WORK", "sqs:ReceiveMessage"),
        (
            "events",
            "put_events",
            {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}", "EventBusName": "other"}]},
            None,
            "events:PutEvents",
        ),
    ],
)
def test_what_the_role_does_not_allow_is_refused(
    ask: Site, service: str, operation: str, given: Any, queue: str | None, needs: str
) -> None:
    answer = says(ask, service, operation, given, **({"queue": queue} if queue else {}))
    assert (answer.status, answer.json["Code"]) == (400, "AccessDeniedException")
    assert f"not authorized to perform: {needs} on resource: arn:aws:{service}:" in answer.json["Message"]


def test_what_waits_and_what_was_given_up_is_shown(ask: Site, files: Throwaway) -> None:
    (files.folder / "closed").touch()
    entries = [{"Id": body, "MessageBody": body} for body in ("a", "b", "c")]
    says(ask, "sqs", "send_message_batch", {"Entries": entries}, queue="WORK")
    wait_until(lambda: len(seen(files.folder)) == 2)
    state = ask("GET", "/_local/events").json
    assert state["queues"]["Work"] == {"waiting": 1, "under_way": 2}
    assert "<td>Work</td><td>1</td><td>2</td>" in ask("GET", "/_local").body.decode()
    (files.folder / "closed").unlink()
    says(ask, "sqs", "send_message", {"MessageBody": "poison"}, queue="WORK")
    state = ask("POST", "/_local/events/settle").json
    assert state["queues"]["Work"] == {"waiting": 0, "under_way": 0}
    assert state["queues"]["Failed"] == {"waiting": 1, "under_way": 0}
    assert [line["body"] for line in state["failures"]["Failed"]] == ["poison"]
    newest = state["deliveries"][0]
    assert (newest["consumer"], newest["messages"]) == ("Reader.Pieces", [state["failures"]["Failed"][0]["messageId"]])


# ---------------------------------------------------------------- carrying


def test_of_a_batch_only_what_failed_comes_again_and_then_goes_to_the_failure_queue(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with running(throwaway, staged(throwaway, 3)) as parts:
            send(parts, "a", "poison", "b")
            async with pumping(parts):
                await parts.carriers.settle()
        assert bodies(throwaway.folder) == [["a", "poison", "b"], ["poison"], ["poison"]]
        counts = [each["Records"][-1]["attributes"]["ApproximateReceiveCount"] for each in seen(throwaway.folder)]
        assert counts == ["1", "2", "3"]
        (kept,) = failures.kept(throwaway.data)["Failed"]
        assert (kept["body"], kept["attributes"]["ApproximateReceiveCount"]) == ("poison", "3")

    run(test)


def test_no_more_than_so_many_are_under_way_at_once(throwaway: Throwaway) -> None:
    async def test() -> None:
        (throwaway.folder / "closed").touch()
        async with running(throwaway, staged(throwaway)) as parts:
            send(parts, *(str(n) for n in range(6)))
            async with pumping(parts):
                await eventually(lambda: len(list(throwaway.folder.glob("open-*"))) == 2)
                assert parts.carriers.lengths()["Work"] == {"waiting": 4, "under_way": 2}
                (throwaway.folder / "closed").unlink()
                await parts.carriers.settle()
        assert sorted(bodies(throwaway.folder)) == [[str(n)] for n in range(6)]

    run(test)


def test_a_delayed_message_comes_when_it_is_due_and_others_before_it(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with running(throwaway, staged(throwaway)) as parts, pumping(parts):
            send(parts, "later", delay=1)
            send(parts, "now")
            await parts.carriers.settle()
        waited = {}
        for each in seen(throwaway.folder):
            (record,) = each["Records"]
            sent, received = (
                int(record["attributes"][name]) for name in ("SentTimestamp", "ApproximateFirstReceiveTimestamp")
            )
            waited[record["body"]] = received - sent
        assert waited["now"] < 1000 <= waited["later"]

    run(test)


def test_an_event_that_fails_is_tried_twice_more_and_then_kept_with_its_error(throwaway: Throwaway) -> None:
    async def test() -> None:
        (throwaway.folder / "poisoned").touch()
        async with running(throwaway, staged(throwaway)) as parts, pumping(parts):
            put(parts, name="a")
            await parts.carriers.settle()
        assert len(seen(throwaway.folder)) == 3
        (kept,) = failures.kept(throwaway.data)["Failed"]
        assert kept["requestPayload"]["detail"] == {"name": "a"}
        assert kept["responsePayload"]["errorMessage"] == "no"

    run(test)


def test_what_was_under_way_or_waiting_when_all_was_killed_is_delivered_after_a_restart(throwaway: Throwaway) -> None:
    async def test() -> None:
        (throwaway.folder / "closed").touch()
        template = staged(throwaway)
        async with running(throwaway, template) as parts, pumping(parts):
            send(parts, "a", "b", "c")
            put(parts, name="event")
            await eventually(lambda: len(seen(throwaway.folder)) == 2)
        (throwaway.folder / "closed").unlink()
        (throwaway.folder / "seen").unlink()
        async with running(throwaway, template) as parts, pumping(parts):
            await parts.carriers.settle()
        invoked = seen(throwaway.folder)
        assert sorted(each["Records"][0]["body"] for each in invoked if "Records" in each) == ["a", "b", "c"]
        assert [each["detail"] for each in invoked if "detail" in each] == [{"name": "event"}]

    run(test)
