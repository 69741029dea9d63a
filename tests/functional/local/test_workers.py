"""Workers of throwaway functions: what Lambda does with an instance, on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from local import workers as workers_module

from .throwaway import Throwaway, eventually, run, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from local.workers import Workers

FUNCTION = """
One:
  Type: AWS::Serverless::Function
  Properties:
    CodeUri: functions/one
    Timeout: {timeout}
    Environment: {{Variables: {{FOLDER: {folder}}}}}
    Policies: [Statement: [{{Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Notes.Arn}}]]
Notes:
  Type: AWS::DynamoDB::Table
  Properties:
    BillingMode: PAY_PER_REQUEST
    AttributeDefinitions: [{{AttributeName: pk, AttributeType: S}}, {{AttributeName: sk, AttributeType: S}}]
    KeySchema: [{{AttributeName: pk, KeyType: HASH}}, {{AttributeName: sk, KeyType: RANGE}}]
"""


@asynccontextmanager
async def started(throwaway: Throwaway, source: str, timeout: int = 20) -> AsyncIterator[Workers]:
    throwaway.function("one", source)
    template = throwaway.template(FUNCTION.format(timeout=timeout, folder=throwaway.folder))
    workers = throwaway.workers(template)
    try:
        yield workers
    finally:
        await workers.stop()


def test_an_invocation_gets_the_event_and_a_context(throwaway: Throwaway) -> None:
    source = """
    import os

    def handler(event, context):
        print("not an answer")
        return {
            "event": event,
            "name": context.function_name,
            "memory": context.memory_limit_in_mb,
            "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(),
            "id": context.aws_request_id,
            "environment": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
            "aws": [name for name in os.environ if name.startswith("AWS_PROFILE")],
        }
    """

    async def test() -> None:
        async with started(throwaway, source) as workers:
            answer = (await workers.invoke("One", {"é": ["\ud800", 1.5, None]})).payload
        assert answer["event"] == {"é": ["\ud800", 1.5, None]}
        assert (answer["name"], answer["environment"], answer["memory"]) == ("One", "One", "128")
        assert answer["arn"].endswith(":function:One")
        assert 0 < answer["left"] <= 20_000
        assert answer["id"]
        assert answer["aws"] == []

    run(test)


GATED = """
import os, pathlib, time

FOLDER = pathlib.Path(os.environ["FOLDER"])

def handler(event, context):
    (FOLDER / f"began-{event}").touch()
    while not (FOLDER / "open").exists():
        time.sleep(0.005)
    return [os.getpid(), event]
"""


def began(folder: Path) -> int:
    return len(list(folder.glob("began-*")))


def test_two_are_at_work_at_once_and_the_third_waits(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, GATED) as workers:
            asked = [asyncio.create_task(workers.invoke("One", number)) for number in range(6)]
            await eventually(lambda: began(throwaway.folder) == 2)
            assert workers.pools["One"].running == 2
            (throwaway.folder / "open").touch()
            answers = [(await each).payload for each in asked]
        assert [event for _, event in answers] == list(range(6))
        assert len({process for process, _ in answers}) == 2

    run(test)


def test_one_is_enough_as_long_as_nobody_waits(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, "import os\n\ndef handler(event, context):\n    return os.getpid()") as workers:
            processes = {(await workers.invoke("One", None)).payload for _ in range(5)}
        assert len(processes) == 1

    run(test)


def test_a_flood_is_answered_to_the_last(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, "def handler(event, context):\n    return event") as workers:
            outcomes = await asyncio.gather(*(workers.invoke("One", number) for number in range(2000)))
        assert [outcome.payload for outcome in outcomes] == list(range(2000))

    run(test)


def test_more_than_can_wait_are_turned_away(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "MAX_WAITING", 1)

    async def test() -> None:
        async with started(throwaway, GATED) as workers:
            asked = [asyncio.create_task(workers.invoke("One", number)) for number in range(4)]
            turned_away = await asked[3]
            (throwaway.folder / "open").touch()
            assert turned_away.error_type == workers_module.TOO_MANY
            assert [(await each).error for each in asked[:3]] == [None] * 3

    run(test)


def test_an_unhandled_error_has_lambdas_shape(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, "def handler(event, context):\n    raise KeyError('x')") as workers:
            outcome = await workers.invoke("One", None)
            assert outcome.error is not None
            assert (outcome.error["errorType"], outcome.error["errorMessage"]) == ("KeyError", "'x'")
            assert "raise KeyError('x')" in outcome.error["stackTrace"][-1]
            assert workers.pools["One"].running == 1

    run(test)


def test_what_cannot_be_sent_is_an_error_of_the_function(throwaway: Throwaway) -> None:
    source = "def handler(event, context):\n    return 'x' * 7_000_000 if event else object()"

    async def test() -> None:
        async with started(throwaway, source) as workers:
            assert (await workers.invoke("One", False)).error_type == "TypeError"
            assert (await workers.invoke("One", True)).error_type == "ValueError"

    run(test)


def test_large_events_and_answers_pass(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, "def handler(event, context):\n    return event") as workers:
            assert (await workers.invoke("One", "x" * 5_900_000)).payload == "x" * 5_900_000

    run(test)


STUBBORN = """
import os, time

def handler(event, context):
    if event == "hang":
        time.sleep(600)
    if event == "die":
        os._exit(3)
    if event == "leave":
        raise SystemExit(4)
    return os.getpid()
"""


@pytest.mark.parametrize(
    ("event", "kind"),
    [("hang", workers_module.TIMED_OUT), ("die", "Runtime.ExitError"), ("leave", "Runtime.ExitError")],
)
def test_a_worker_that_hangs_or_dies_is_replaced(throwaway: Throwaway, event: str, kind: str) -> None:
    async def test() -> None:
        async with started(throwaway, STUBBORN, timeout=1) as workers:
            first = (await workers.invoke("One", "work")).payload
            assert (await workers.invoke("One", event)).error_type == kind
            assert (await workers.invoke("One", "work")).payload != first
            with pytest.raises(ProcessLookupError):
                os.kill(first, 0)

    run(test)


def test_a_worker_killed_while_idle_is_replaced(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, STUBBORN) as workers:
            first = (await workers.invoke("One", "work")).payload
            os.kill(first, signal.SIGKILL)
            await eventually(lambda: workers.pools["One"].running == 0)
            assert (await workers.invoke("One", "work")).payload != first

    run(test)


def test_a_caller_who_leaves_takes_nobodys_answer(throwaway: Throwaway) -> None:
    async def test() -> None:
        async with started(throwaway, GATED) as workers:
            leaving = asyncio.create_task(workers.invoke("One", "left"))
            await eventually(lambda: began(throwaway.folder) == 1)
            leaving.cancel()
            (throwaway.folder / "open").touch()
            answers = await asyncio.gather(*(workers.invoke("One", number) for number in range(4)))
        assert [answer.payload[1] for answer in answers] == [0, 1, 2, 3]

    run(test)


def test_an_edit_is_picked_up_by_the_next_invocation(throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.sources.INTERVAL", 0)
    shared = throwaway.folder / "layers" / "shared" / "words.py"
    shared.parent.mkdir(parents=True)
    shared.write_text("WORD = 'a'", "utf-8")
    source = "import words\n\ndef handler(event, context):\n    return words.WORD + '{}'"

    async def test() -> None:
        async with started(throwaway, source.format(1)) as workers:
            answers = [(await workers.invoke("One", None)).payload]
            throwaway.function("one", source.format(2))
            answers.append((await workers.invoke("One", None)).payload)
            shared.write_text("WORD = 'longer'", "utf-8")
            answers.append((await workers.invoke("One", None)).payload)
        assert answers == ["a1", "a2", "longer2"]

    run(test)


def test_a_mistake_is_told_at_each_invocation_until_it_is_mended(
    throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.sources.INTERVAL", 0)
    said: list[str] = []
    monkeypatch.setattr(workers_module, "say", said.append)

    async def test() -> None:
        async with started(throwaway, "def handler(:") as workers:
            assert (await workers.warm()).keys() == {"One"}
            assert (await workers.invoke("One", None)).error_type == "SyntaxError"
            throwaway.function("one", "def handler(event, context):\n    return 'mended'")
            assert (await workers.invoke("One", None)).payload == "mended"
        assert "one | does not start: SyntaxError" in said[0]

    run(test)


def test_what_a_function_prints_has_its_name_in_front_and_metrics_are_left_out(
    throwaway: Throwaway, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(workers_module, "say", said.append)
    source = r"""
    import sys

    def handler(event, context):
        print("to standard output")
        print('{"_aws": {}}')
        print("to standard error", file=sys.stderr)
        sys.stdout.buffer.write(b"x" * 200_000 + b"\n\xff\n")
        sys.stdout.flush()
    """

    async def test() -> None:
        async with started(throwaway, source) as workers:
            await workers.invoke("One", None)
            await eventually(lambda: said and said[-1].endswith("\N{REPLACEMENT CHARACTER}"))
        assert {"one | to standard output", "one | to standard error"} <= set(said)
        assert not any("_aws" in line for line in said)
        assert sum(line.count("x") for line in said) == 200_000

    run(test)


def test_a_call_that_the_role_does_not_allow_is_refused(throwaway: Throwaway) -> None:
    source = """
    import botocore.session

    def handler(event, context):
        client = botocore.session.Session().create_client("dynamodb")
        key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
        client.get_item(TableName="broadsheet-local-Notes", Key=key)
        client.put_item(TableName="broadsheet-local-Notes", Item=key)
    """

    async def test() -> None:
        throwaway.function("one", source)
        template = throwaway.template(FUNCTION.format(timeout=20, folder=throwaway.folder))
        async with running(throwaway, template) as parts:
            error: Any = (await parts.workers.invoke("One", None)).error
        assert error["errorType"] == "ClientError"
        assert "AccessDeniedException" in error["errorMessage"]
        assert "not authorized to perform: dynamodb:PutItem" in error["errorMessage"]

    run(test)
