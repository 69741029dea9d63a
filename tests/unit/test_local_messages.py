"""local/messages.py, queues.py, bus.py: what is sent waits on the disk, and is what AWS would deliver."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from local import failures
from local.aws_json import Refused, answer
from local.bus import Bus
from local.cloudformation import TemplateError
from local.messages import Messages
from local.queues import Queues
from local.template import Template
from local.workers import TOO_MANY, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from local.messages import Subscription

WORK = "https://sqs.us-east-1.amazonaws.com/000000000000/Work"
TEXT = """
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      DelaySeconds: 0
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 3}
  Failed: {Type: AWS::SQS::Queue}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: reader
      Handler: app.handler
      Timeout: 10
      Role: !GetAtt ReaderRole.Arn
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}
      Events:
        Pieces:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 2
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
        Asked:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [paper], detail-type: [Asked]}
            RetryPolicy: {MaximumRetryAttempts: 2}
            DeadLetterConfig: {Arn: !GetAtt Undelivered.Arn}
  Undelivered: {Type: AWS::SQS::Queue}
  ReaderRole:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument:
            Statement:
              - {Effect: Allow, Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes], Resource: !GetAtt Work.Arn}
              - {Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Failed.Arn}
"""
ERROR = Outcome(error={"errorType": "ValueError", "errorMessage": "no"})


def load(folder: Path, text: str = TEXT) -> Template:
    (folder / "template.yaml").write_text(text, "utf-8")
    return Template.load(folder / "template.yaml", {})


@pytest.fixture
def small(tmp_path: Path) -> Template:
    return load(tmp_path)


@pytest.fixture
def queues(small: Template, tmp_path: Path) -> Queues:
    return Queues(small, tmp_path)


@pytest.fixture
def bus(small: Template, tmp_path: Path) -> Bus:
    return Bus(small, tmp_path)


# ---------------------------------------------------------------- messages


def test_messages_come_in_the_order_in_which_they_were_sent(tmp_path: Path) -> None:
    messages = Messages(tmp_path)
    for n in range(5):
        messages.add(n)
    assert [each.body for each in messages.take(3)] == [0, 1, 2]
    assert [each.body for each in messages.take(3)] == [3, 4]


def test_what_is_taken_is_nobody_elses_until_it_comes_again(tmp_path: Path) -> None:
    messages = Messages(tmp_path)
    messages.add("a")
    (taken,) = messages.take(9)
    assert (messages.take(9), len(messages), messages.taken) == ([], 1, 1)
    messages.again(taken, 0)
    (again,) = messages.take(9)
    assert (again.id, again.tries, again.first_at) == (taken.id, 2, taken.first_at)
    messages.done(again)
    assert (len(messages), list(tmp_path.iterdir())) == (0, [])


def test_what_is_delayed_or_paused_is_not_due(tmp_path: Path) -> None:
    messages = Messages(tmp_path)
    messages.add("a", delay=60)
    messages.add("b")
    (taken,) = messages.take(9)
    assert taken.body == "b"
    messages.again(taken, 60)
    assert (messages.take(9), len(messages)) == ([], 2)


def test_whoever_waits_is_woken_by_a_message_and_by_one_that_falls_due(tmp_path: Path) -> None:
    async def woken() -> None:
        messages = Messages(tmp_path)
        waiting = asyncio.create_task(messages.wait())
        await asyncio.sleep(0)
        messages.add("a", delay=0.05)
        await asyncio.wait_for(waiting, 5)
        while not messages.take(1):
            await asyncio.wait_for(messages.wait(), 1)

    asyncio.run(woken())


def test_after_a_kill_everything_waits_that_was_not_done(tmp_path: Path) -> None:
    before = Messages(tmp_path)
    for name in ("done", "taken", "waiting", "failed"):
        before.add(name)
    before.add("delayed", delay=60)
    first, second, *_ = before.take(2)
    before.done(first)
    (tmp_path / "cut.json.new").write_text('{"id": "', "utf-8")
    (tmp_path / "cut.json").write_text('{"id": "', "utf-8")

    after = Messages(tmp_path)
    found = after.take(9)
    assert [(each.body, each.tries) for each in found] == [("taken", 2), ("waiting", 1), ("failed", 1)]
    assert found[0].id == second.id
    assert len(after) == 4


# ---------------------------------------------------------------- queues


def send(queues: Queues, *bodies: str, **more: Any) -> list[str]:
    entries = [{"Id": str(n), "MessageBody": body, **more} for n, body in enumerate(bodies)]
    sent = queues.answer("SendMessageBatch", {"QueueUrl": WORK, "Entries": entries})
    assert [each["Id"] for each in sent["Successful"]] == [entry["Id"] for entry in entries]
    return [each["MessageId"] for each in sent["Successful"]]


def deliver(of: Queues | Bus, outcome: Outcome) -> tuple[Any, list[bool]]:
    """What the function was invoked with, and of each message that failed whether it was given up."""
    (subscription,) = of.subscriptions()
    batch = subscription.messages.take(subscription.batch_size)
    failed = subscription.failed(batch, outcome)
    return subscription.event(batch), [given_up(subscription, each, outcome) for each in batch if each.id in failed]


def given_up(subscription: Subscription, message: Any, outcome: Outcome) -> bool:
    gone = subscription.gives_up(message, outcome)
    if not gone:
        subscription.messages.again(message, 0)
    return gone


def test_a_message_arrives_in_lambdas_shape(queues: Queues) -> None:
    answered = queues.answer("SendMessage", {"QueueUrl": WORK, "MessageBody": "one"})
    assert answered["MD5OfMessageBody"] == "f97c5d29941bfb1b2fdab0874906ab82"
    event, _ = deliver(queues, Outcome())
    (record,) = event["Records"]
    assert record.pop("receiptHandle")
    attributes = record.pop("attributes")
    assert {name: value for name, value in attributes.items() if "Timestamp" not in name} == {
        "ApproximateReceiveCount": "1",
        "SenderId": "000000000000",
    }
    assert attributes["SentTimestamp"].isdigit()
    assert attributes["ApproximateFirstReceiveTimestamp"] >= attributes["SentTimestamp"]
    assert record == {
        "messageId": answered["MessageId"],
        "body": "one",
        "messageAttributes": {},
        "md5OfBody": answered["MD5OfMessageBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:Work",
        "awsRegion": "us-east-1",
    }


@pytest.mark.parametrize(
    ("named", "fail"),
    [
        ([], []),
        (["a"], ["a"]),
        (["b", "a"], ["a", "b"]),
        (["a", "somebody else's"], ["a", "b"]),
        ([""], ["a", "b"]),
    ],
)
def test_only_what_an_answer_names_comes_again(queues: Queues, named: list[str], fail: list[str]) -> None:
    ids = dict(zip("ab", send(queues, "a", "b"), strict=True))
    deliver(queues, Outcome({"batchItemFailures": [{"itemIdentifier": ids.get(name, name)} for name in named]}))
    again, _ = deliver(queues, Outcome())
    assert [record["body"] for record in again["Records"]] == fail


@pytest.mark.parametrize("payload", ["text", {"batchItemFailures": [{"wrong": 1}]}, {"batchItemFailures": 1}, [1]])
def test_an_answer_that_cannot_be_understood_means_that_all_failed(queues: Queues, payload: Any) -> None:
    send(queues, "a", "b")
    _, failed = deliver(queues, Outcome(payload))
    assert failed == [False, False]


def test_a_message_that_fails_for_the_last_time_is_in_the_failure_queue(queues: Queues, tmp_path: Path) -> None:
    (sent,) = send(queues, "poison")
    assert [deliver(queues, ERROR)[1] for _ in range(3)] == [[False], [False], [True]]
    (kept,) = failures.kept(tmp_path)["Failed"]
    assert (kept["messageId"], kept["body"]) == (sent, "poison")
    assert kept["attributes"]["ApproximateReceiveCount"] == "3"


def test_a_queue_that_nobody_reads_keeps_what_it_gets(queues: Queues, tmp_path: Path) -> None:
    queues.answer("SendMessage", {"QueueUrl": WORK.replace("Work", "Failed"), "MessageBody": "x"})
    assert [line["body"] for line in failures.kept(tmp_path)["Failed"]] == ["x"]


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("SendMessage", {"QueueUrl": WORK + "2", "MessageBody": "x"}, "QueueDoesNotExist"),
        ("SendMessage", {"QueueUrl": WORK, "MessageBody": ""}, "MissingParameter"),
        ("SendMessage", {"QueueUrl": WORK, "MessageBody": "x", "DelaySeconds": 901}, "InvalidParameterValue"),
        ("SendMessage", {"QueueUrl": WORK, "MessageBody": "x" * 262_145}, "BatchRequestTooLong"),
        ("SendMessage", {"QueueUrl": WORK, "MessageBody": "x", "MessageGroupId": "1"}, "UnsupportedOperation"),
        ("SendMessageBatch", {"QueueUrl": WORK, "Entries": []}, "EmptyBatchRequest"),
        (
            "SendMessageBatch",
            {"QueueUrl": WORK, "Entries": [{"Id": str(n), "MessageBody": "x"} for n in range(11)]},
            "TooManyEntriesInBatchRequest",
        ),
        (
            "SendMessageBatch",
            {"QueueUrl": WORK, "Entries": [{"Id": "a", "MessageBody": "x"}] * 2},
            "BatchEntryIdsNotDistinct",
        ),
        ("ReceiveMessage", {"QueueUrl": WORK}, "UnsupportedOperation"),
    ],
)
def test_what_sqs_would_not_take_is_refused_whole(
    queues: Queues, operation: str, request_: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        queues.answer(operation, request_)
    assert refused.value.code == code
    assert len(queues.messages["Work"]) == 0


def test_an_error_is_told_as_aws_tells_it(queues: Queues) -> None:
    services = {"AmazonSQS": queues.answer}
    status, body = answer(services, "AmazonSQS.SendMessage", {"QueueUrl": "x", "MessageBody": "x"})
    assert (status, body["__type"]) == (400, "QueueDoesNotExist")
    assert answer(services, "DynamoDB_20120810.GetItem", {})[1]["__type"] == "UnknownOperationException"


# ---------------------------------------------------------------- the bus


def entry(**changed: Any) -> dict[str, Any]:
    return {"Source": "paper", "DetailType": "Asked", "Detail": '{"n": 1}', **changed}


def put(bus: Bus, *entries: dict[str, Any]) -> Any:
    return bus.answer("PutEvents", {"Entries": list(entries)})


def test_an_event_arrives_in_eventbridges_shape(bus: Bus) -> None:
    answered = put(bus, entry(Resources=["arn:of:it"]))
    event, _ = deliver(bus, Outcome())
    assert len(event.pop("time")) == len("2026-03-01T09:00:00Z")
    assert answered == {"FailedEntryCount": 0, "Entries": [{"EventId": event.pop("id")}]}
    assert event == {
        "version": "0",
        "detail-type": "Asked",
        "source": "paper",
        "account": "000000000000",
        "region": "us-east-1",
        "resources": ["arn:of:it"],
        "detail": {"n": 1},
    }


def test_only_what_the_pattern_wants_is_kept(bus: Bus) -> None:
    put(bus, entry(), entry(Source="other"), entry(DetailType="Answered"))
    assert [len(each.messages) for each in bus.subscriptions()] == [1]


def test_a_bad_entry_says_why_and_the_others_are_taken(bus: Bus) -> None:
    wrong = [
        entry(Detail="{"),
        entry(Detail="[]"),
        entry(Source="aws.paper"),
        entry(EventBusName="other"),
        entry(DetailType=""),
        entry(Time=1),
    ]
    answered = put(bus, *wrong, entry(EventBusName="arn:aws:events:us-east-1:000000000000:event-bus/default"))
    assert [each.get("ErrorCode") for each in answered["Entries"]] == [
        "MalformedDetail",
        "MalformedDetail",
        "NotAuthorizedForSource",
        "InvalidArgument",
        "InvalidArgument",
        "InvalidArgument",
        None,
    ]
    assert answered["FailedEntryCount"] == 6


@pytest.mark.parametrize("entries", [[], [entry()] * 11, [entry(Detail=json.dumps({"x": "x" * 262_144}))]])
def test_too_few_too_many_and_too_large_are_refused_whole(bus: Bus, entries: list[Any]) -> None:
    with pytest.raises(Refused):
        put(bus, *entries)


def test_an_event_that_a_function_fails_at_is_tried_again_and_then_lambdas_to_keep(bus: Bus, tmp_path: Path) -> None:
    put(bus, entry())
    assert [deliver(bus, ERROR)[1] for _ in range(2)] == [[False], [True]]
    (kept,) = failures.kept(tmp_path)["Failed"]
    assert kept["requestPayload"]["detail"] == {"n": 1}
    assert kept["responsePayload"] == {"errorType": "ValueError", "errorMessage": "no"}
    assert kept["requestContext"]["condition"] == "RetriesExhausted"
    assert kept["requestContext"]["approximateInvokeCount"] == 2
    assert kept["requestContext"]["functionArn"].endswith(":function:Reader:$LATEST")


def test_an_event_that_never_reached_its_function_is_eventbridges_to_keep(bus: Bus, tmp_path: Path) -> None:
    put(bus, entry())
    full = Outcome(error={"errorType": TOO_MANY, "errorMessage": "too many wait"})
    assert [deliver(bus, full)[1] for _ in range(3)] == [[False], [False], [True]]
    (kept,) = failures.kept(tmp_path)["Undelivered"]
    assert json.loads(kept["body"])["detail"] == {"n": 1}
    assert kept["messageAttributes"]["ERROR_CODE"] == TOO_MANY


def test_an_event_that_has_become_too_old_is_not_tried_again(tmp_path: Path) -> None:
    aged = TEXT.replace("MaximumRetryAttempts: 1\n", "MaximumRetryAttempts: 1\n        MaximumEventAgeInSeconds: 0\n")
    bus = Bus(load(tmp_path, aged), tmp_path)
    put(bus, entry())
    assert deliver(bus, ERROR)[1] == [True]
    assert failures.kept(tmp_path)["Failed"][0]["requestContext"]["condition"] == "EventAgeExceeded"


# ---------------------------------------------------------------- the template


@pytest.mark.parametrize(
    ("said", "meant", "complaint"),
    [
        ("VisibilityTimeout: 60", "VisibilityTimeout: 5", "visibility is shorter"),
        ("sqs:ReceiveMessage, ", "", "not authorized to perform: sqs:ReceiveMessage"),
        ("Action: sqs:SendMessage", "Action: sqs:GetQueueUrl", "not authorized to perform: sqs:SendMessage"),
        ("MaximumConcurrency: 2", "MaximumConcurrency: 1", "MaximumConcurrency is 2 at least"),
        ("BatchSize: 2", "MaximumBatchingWindowInSeconds: 2", "MaximumBatchingWindowInSeconds is not understood"),
        ("RetryPolicy:", "InputPath: $.detail\n            RetryPolicy:", "InputPath is not understood"),
        ("DelaySeconds: 0", "FifoQueue: true", "only standard queues"),
    ],
)
def test_what_lambda_would_refuse_and_what_is_not_understood_is_refused(
    tmp_path: Path, said: str, meant: str, complaint: str
) -> None:
    assert said in TEXT
    with pytest.raises(TemplateError, match=complaint):
        load(tmp_path, TEXT.replace(said, meant))
