"""Prepares what readers will ask for: when an article changed, every five minutes, and when a rebuild is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from broadsheet import clock, edge, front, keys, lists, pinned, popular, rebuilding, slugs, streams
from broadsheet.changes import Change, changes

if TYPE_CHECKING:
    from datetime import datetime


def handler(event: dict[str, Any], context: Any) -> Any:  # noqa: ARG001
    match event:
        case {"Records": [{"messageId": _}, *_] as messages}:
            return streams.each(messages, _work_off)
        case {"Records": records}:
            return _follow(records)
        case {"detail-type": rebuilding.REQUESTED, "detail": asked}:
            return rebuilding.begin(asked, clock.now())
        case {"source": "aws.events"}:
            return _pass(clock.now())
    raise ValueError("an event of no known kind")


def _pass(at: datetime) -> None:
    """What was read in the last five minutes: the lists of those articles, then what is popular."""
    lists.choose(popular.count(at), at)
    if popular.prepare(at):
        front.build_all(at)


def _follow(records: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """The front in every language that the changes touch, and the lists of all articles they touch."""
    seen, unreadable = changes(record for record in records if _is_article(record))
    turned = [change for change in seen if change.comes_or_goes]
    _purge(turned)
    if turned or {slugs.key_of(change.slug) for change in seen} & set(front.picked(clock.now())):
        popular.prepare(clock.now())
    for language in sorted({None}.union(*(change.languages for change in seen)), key=str):
        front.build(language, clock.now())
    readable = [record for record in records if record["dynamodb"]["SequenceNumber"] not in unreadable]
    answer = streams.each(readable, _follow_one)
    answer["batchItemFailures"] += [{"itemIdentifier": number} for number in unreadable]
    lists.choose_marked(clock.now())
    return answer


def _follow_one(record: dict[str, Any]) -> None:
    key = _key(record)
    match key["sk"]:
        case keys.ARTICLE:
            lists.follow(keys.id_of(key["pk"]), clock.now())
            lists.choose(pinned.within(keys.id_of(key["pk"])), clock.now())
        case keys.PINS:
            lists.rebuild(keys.id_of(key["pk"]), clock.now())
        case keys.PICKS:
            popular.prepare(clock.now())
            front.build_all(clock.now())


def _is_article(record: dict[str, Any]) -> bool:
    """A record without a key is none, and fails on its own where it is followed."""
    return bool(record["dynamodb"].get("Keys", {}).get("sk") == {"S": keys.ARTICLE})


def _key(record: dict[str, Any]) -> dict[str, str]:
    return {name: value["S"] for name, value in record["dynamodb"]["Keys"].items()}


def _purge(turned: list[Change]) -> None:
    if turned:
        edge.purge({change.slug for change in turned}, since=turned[-1].sequence_number)


def _work_off(message: dict[str, Any]) -> None:
    rebuilding.work(message["messageId"], json.loads(message["body"]), clock.now(), _rebuild)


def _rebuild(key: str) -> None:
    lists.rebuild(key, clock.now())
