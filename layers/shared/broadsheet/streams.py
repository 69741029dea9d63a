"""Records of streams and messages of queues: what fails is reported and tried again, and the others are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .observability import bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def _key(record: dict[str, Any]) -> Key:
    found = record["dynamodb"]["Keys"]
    return {"pk": found["pk"]["S"], "sk": found["sk"]["S"]}


def _which(record: dict[str, Any]) -> dict[str, str]:
    if "messageId" in record:
        return {"message_id": record["messageId"]}
    return {"sequence_number": record["dynamodb"]["SequenceNumber"]}
