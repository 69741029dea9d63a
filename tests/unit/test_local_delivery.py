"""local/delivery.py: retries, partial failures, bisecting and giving up, with a function that is scripted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from local.delivery import Delivery, Stretch
from local.streams import Record
from local.triggers import StreamSource
from local.workers import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SOURCE = StreamSource(
    name="Changes",
    table="Notes",
    batch_size=10,
    window=0,
    filters=(),
    retries=2,
    max_age=-1,
    bisect=False,
    reports_failures=True,
    failure_queue="Failed",
    from_oldest=True,
)
ERROR = Outcome(error={"errorType": "ValueError", "errorMessage": "no"})
FINE = Outcome(payload={"batchItemFailures": []})


class Played:
    """What a delivery did, by the names of records."""

    def __init__(self, function: Callable[[str], Outcome], source: StreamSource) -> None:
        self.seen: list[str] = []
        self.done: list[str] = []
        self.given_up: list[tuple[str, int]] = []
        self._function = function
        self._delivery = Delivery(source, self._invoke, self._tell, self._give_up, pause=0)

    def deliver(self, names: str) -> Played:
        asyncio.run(self._delivery.deliver([Record(name, 0.0, {}) for name in names]))
        return self

    async def _invoke(self, records: Sequence[Record]) -> Outcome:
        names = "".join(record.sequence for record in records)
        self.seen.append(names)
        return self._function(names)

    def _tell(self, record: Record) -> None:
        self.done.append(record.sequence)

    def _give_up(self, stretch: Stretch) -> None:
        self.given_up.append(("".join(record.sequence for record in stretch.records), stretch.invocations))


def play(function: Callable[[str], Outcome], names: str = "abcd", **source: Any) -> Played:
    return Played(function, replace(SOURCE, **source)).deliver(names)


def failing(*sequences: str) -> Outcome:
    return Outcome(payload={"batchItemFailures": [{"itemIdentifier": sequence} for sequence in sequences]})


def poisoned(names: str) -> Outcome:
    return ERROR if "c" in names else FINE


def reported(names: str) -> Outcome:
    return failing("c") if "c" in names else FINE


@pytest.mark.parametrize("payload", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_answer_without_failures_means_all_is_done(payload: Any) -> None:
    played = play(lambda _: Outcome(payload=payload))
    assert (played.seen, played.done) == (["abcd"], ["d"])


@pytest.mark.parametrize(
    "payload",
    [
        "fine",
        {"batchItemFailures": "c"},
        {"batchItemFailures": [{"id": "c"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "unknown"}]},
    ],
)
def test_an_answer_that_makes_no_sense_fails_the_whole_batch(payload: Any) -> None:
    answers = [Outcome(payload=payload), FINE]
    played = play(lambda _: answers.pop(0))
    assert (played.seen, played.done) == (["abcd", "abcd"], ["d"])


def test_a_function_that_reports_nothing_is_done_whatever_it_answers() -> None:
    assert play(lambda _: failing("a"), reports_failures=False).seen == ["abcd"]


def test_it_goes_on_from_the_lowest_reported_failure() -> None:
    answers = [failing("d", "c"), FINE]
    played = play(lambda _: answers.pop(0))
    assert played.seen == ["abcd", "cd"]
    assert played.done == ["b", "d"]


def test_a_batch_that_keeps_failing_is_given_up_after_its_retries() -> None:
    played = play(lambda _: ERROR, "ab")
    assert played.seen == ["ab"] * 3
    assert played.given_up == [("ab", 3)]
    assert played.done == ["b"]


@pytest.mark.parametrize("function", [poisoned, reported])
def test_bisecting_gives_up_the_poisoned_record_alone(function: Callable[[str], Outcome]) -> None:
    played = play(function, "abcdefgh", bisect=True)
    assert [names for names, _ in played.given_up] == ["c"]
    assert played.seen.count("c") == 3
    assert played.done[-1] == "h"
    assert all(any(name in names for names in played.seen if "c" not in names) for name in "defgh")


def test_no_record_is_dealt_with_before_an_earlier_one() -> None:
    played = play(poisoned, "abcdefgh", bisect=True)
    assert played.done == sorted(played.done)


def test_without_bisecting_everything_behind_the_poisoned_record_goes_with_it() -> None:
    assert play(reported).given_up == [("cd", 3)]


def test_retries_without_end_go_on_until_it_works() -> None:
    answers = [ERROR] * 50 + [FINE]
    played = play(lambda _: answers.pop(0), retries=-1)
    assert (len(played.seen), played.given_up) == (51, [])


def test_records_that_failed_for_too_long_are_given_up() -> None:
    assert play(lambda _: ERROR, "a", retries=-1, max_age=0).given_up == [("a", 1)]
