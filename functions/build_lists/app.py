"""Prepares what readers will ask for: when an article changes, every five minutes, every night, and when somebody asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from broadsheet import clock, edge, front, keys, lists, nightly, pinned, popular, rebuilding, slugs, streams
from broadsheet.changes import Change, changes
from broadsheet.observability import count, measure

if TYPE_CHECKING:
    from datetime import datetime

    from broadsheet.keys import Key

    Record = dict[str, Any]


def handler(event: dict[str, Any], context: Any) -> Any:  # noqa: ARG001
    match event:
        case {"Records": [{"messageId": _}, *_] as messages}:
            return streams.each(messages, _work_off)
        case {"Records": records}:
            return _follow(records)
        case {"detail-type": rebuilding.REQUESTED, "detail": asked}:
            return _begin(asked)
        case {"source": "aws.events"}:
            return _pass(clock.now())
        case {"night": True}:
            return nightly.begin()
    raise ValueError("an event of no known kind")


# ---------------------------------------------------------------- when something changes


def _follow(records: list[Record]) -> dict[str, list[dict[str, str]]]:
    """Both lists of all articles that the changes touch, and the front in every language they touch; first what went."""
    seen, unreadable = changes(record for record in records if streams.is_of(record, keys.ARTICLE))
    turned = [change for change in seen if change.comes_or_goes]
    _purge(turned)
    first, others = _parted(records, {change.sequence_number for change in turned})
    failed = set(unreadable) | _failed(streams.together(first, _choose))
    if turned:
        popular.prepare(clock.now())
        front.refresh(clock.now())
    failed |= _failed(streams.together(others, _choose))
    if {slugs.key_of(change.slug) for change in seen} & set(front.picked(clock.now())):
        popular.prepare(clock.now())
    for language in sorted({None}.union(*(change.languages for change in seen)), key=str):
        front.build(language, clock.now())
    measure("ListsBehind", streams.age(records, clock.now()))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failed)]}


def _parted(records: list[Record], numbers: set[str]) -> tuple[list[Record], list[Record]]:
    """Those with such sequence numbers, and the others."""
    first = [record for record in records if record["dynamodb"]["SequenceNumber"] in numbers]
    return first, [record for record in records if record not in first]


def _failed(answer: dict[str, list[dict[str, str]]]) -> set[str]:
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def _choose(changed: list[Key]) -> None:
    at, names = clock.now(), {sk: [keys.id_of(key["pk"]) for key in changed if key["sk"] == sk] for sk in WANTED}
    lists.follow(names[keys.ARTICLE], at)
    lists.choose({*names[keys.PINS], *(key for article in names[keys.ARTICLE] for key in pinned.within(article))}, at)
    if names[keys.PICKS]:
        popular.prepare(at)
        front.refresh(at)


WANTED = (keys.ARTICLE, keys.PINS, keys.PICKS)
"""What the template's filter lets through, by sort key."""


def _purge(turned: list[Change]) -> None:
    if turned:
        edge.purge({change.slug for change in turned}, since=turned[-1].sequence_number)


# ---------------------------------------------------------------- by the clock, and in pieces


def _pass(at: datetime) -> None:
    """What was read in the last five minutes: what is popular, then the lists of those articles."""
    popular.count(at)
    popular.prepare(at)
    front.refresh(at)
    lists.choose_around(popular.lately(), at)
    count("MinutesBehind", popular.minutes_behind(at))


def _begin(asked: Any) -> None:
    """What stands on the fronts is rebuilt with whatever is asked for: it is little."""
    rebuilding.begin(asked, clock.now())
    popular.prepare(clock.now())
    front.rebuild(clock.now())


def _work_off(message: dict[str, Any]) -> None:
    match json.loads(message["body"]):
        case {"night": _} as piece:
            nightly.work(piece, clock.now())
        case {"choose": around}:
            lists.choose_around(around, clock.now())
        case piece:
            each = _rebuild if piece["listing"] or piece.get("failed") else _follow_again
            rebuilding.work(message["messageId"], piece, clock.now(), each)


def _rebuild(key: str) -> None:
    lists.rebuild(key, clock.now())


def _follow_again(key: str) -> None:
    """An article alone, as if it had changed just now: nobody else's turn brings what stands around it."""
    lists.follow([key], clock.now())
    lists.choose(pinned.within(key), clock.now())
