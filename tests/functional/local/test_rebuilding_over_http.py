"""Rebuilding by the real template and functions, and a kill between asking and doing."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from local import aws_json

from .test_whole_run import KEEPS, Run, alive, command, publish, staff
from .throwaway import wait_until

if TYPE_CHECKING:
    from pathlib import Path


def rebuild(run: Run, token: str, **what: Any) -> str:
    return str(staff(run, "POST", "/v1/newsroom/rebuild", token, what)["id"])


def progress(run: Run, token: str, rebuild_id: str) -> Any:
    answer = run.ask("GET", f"/v1/newsroom/rebuilds/{rebuild_id}", headers=[("Authorization", f"Bearer {token}")])
    assert answer.status == 200, answer.body
    return answer.json


def waiting(data: Path) -> list[str]:
    """What stands on the disk of messages and events."""
    return [path.name for folder in ("events", "messages") for path in (data / folder).rglob("*.json")]


def test_everything_is_rebuilt(tmp_path: Path) -> None:
    run = Run(tmp_path / "data").ready()
    token = run.login()
    for number in range(3):
        publish(run, token, f"Number {number}")
    asked = rebuild(run, token, all=True)
    queues = run.ask("POST", "/_local/events/settle").json["queues"]
    assert queues["RebuildQueue"] == {"waiting": 0, "under_way": 0}
    assert queues["FailedPieces"] == {"waiting": 0, "under_way": 0}
    told = progress(run, token, asked)
    assert (told["articles"], bool(told["finished_at"])) == (3, True)
    assert run.end(signal.SIGTERM) == 0


def builders(run: Run) -> list[int]:
    return [child for child in run.children() if "BuildListsFunction" in command(child)]


def stand_still(run: Run, all_but: int = 0) -> None:
    """Stops those there are; `all_but` leaves room for so many others, since there are never more than two."""
    found = builders(run)
    for builder in found[len(found) - max(0, len(found) + all_but - MOST) :]:
        os.kill(builder, signal.SIGKILL)
        wait_until(lambda builder=builder: not alive(builder))
    for builder in builders(run):
        os.kill(builder, signal.SIGSTOP)


MOST = 2
"""Instances of a function."""


@pytest.mark.skipif(not KEEPS, reason="no dynoxide here, and moto keeps nothing")
def test_killed_between_asking_and_doing_it_loses_no_event_and_no_message(tmp_path: Path) -> None:
    run = Run(tmp_path / "data").ready()
    token = run.login()
    publish(run, token, "Seen by all")
    run.ask("POST", "/_local/events/settle")
    stand_still(run, all_but=1)
    asked = [rebuild(run, token, topic=topic) for topic in ("trams", "ferries")]
    wait_until(lambda: any(progress(run, token, one)["finished_at"] for one in asked))  # by a second instance
    stand_still(run)
    asked += [rebuild(run, token, topic="trams"), rebuild(run, token, all=True)]
    piece = {"rebuild": "none", "listing": "LISTING#topic#trams", "part": ""}
    sent = {"QueueUrl": "http://127.0.0.1/0/RebuildQueue", "MessageBody": json.dumps(piece)}
    headers = [("X-Amz-Target", "AmazonSQS.SendMessage"), ("Content-Type", "application/x-amz-json-1.0")]
    message = run.ask("POST", aws_json.PATH, json.dumps(sent).encode(), headers).json["MessageId"]
    stopped = builders(run)
    run.process.kill()
    run.process.wait()
    wait_until(lambda: not [builder for builder in stopped if alive(builder)])
    assert f"{message}.json" in waiting(tmp_path / "data")
    assert len(waiting(tmp_path / "data")) >= 4

    again = Run(tmp_path / "data").ready()
    settled = again.ask("POST", "/_local/events/settle").json
    assert waiting(tmp_path / "data") == []
    assert message in [each for delivery in settled["deliveries"] for each in delivery.get("messages", [])]
    token = again.login()
    assert [bool(progress(again, token, each)["finished_at"]) for each in asked] == [True] * 4
    assert progress(again, token, asked[-1])["articles"] == 1
    assert again.end(signal.SIGTERM) == 0
