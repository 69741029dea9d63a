"""Records of streams and messages of queues: what fails is reported and tried again, and the others are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .observability import bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from .keys import Key


def each(records: Iterable[dict[str, Any]], do: Callable[[dict[str, Any]], None]) -> dict[str, list[dict[str, str]]]:
    """Lambda's partial batch answer. A stream starts again at the lowest failure, so `do` must bear being repeated."""
    failed = []
    for record in records:
        try:
            do(record)
        except Exception as error:  # one record's failure is that record's: the answer says which
            which = _which(record)
            bug("record failed", error, **which)
            failed += [{"itemIdentifier": number} for number in which.values()]
    return {"batchItemFailures": failed}


def together(records: Iterable[dict[str, Any]], do: Callable[[list[Key]], Any]) -> dict[str, list[dict[str, str]]]:
    """A batch by its keys, all at once; where that fails, each record on its own, so that one holds up no other."""
    held = list(records)
    try:
        do([_key(record) for record in held])
    except Exception as error:  # whichever it was, the records tried alone say it
        bug("batch failed", error)
        return each(held, lambda record: do([_key(record)]))
    return {"batchItemFailures": []}


def age(records: Iterable[dict[str, Any]], at: datetime) -> float:
    """Seconds since the oldest of the changes was written, as far as the stream tells."""
    created = [record["dynamodb"].get("ApproximateCreationDateTime", at.timestamp()) for record in records]
    return max((at.timestamp() - when for when in created), default=0.0)


def is_of(record: dict[str, Any], sort_key: str) -> bool:
    """Whether it is about an item with this sort key; what cannot be read is about none."""
    found = record["dynamodb"].get("Keys", {}).get("sk", {})
    return bool(found.get("S") == sort_key)


def _key(record: dict[str, Any]) -> Key:
    found = record["dynamodb"]["Keys"]
    return {"pk": found["pk"]["S"], "sk": found["sk"]["S"]}


def _which(record: dict[str, Any]) -> dict[str, str]:
    if "messageId" in record:
        return {"message_id": record["messageId"]}
    return {"sequence_number": record["dynamodb"]["SequenceNumber"]}
