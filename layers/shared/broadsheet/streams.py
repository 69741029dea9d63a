"""Stream records one by one: what fails is reported and tried again, and the others are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .observability import bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def each(records: Iterable[dict[str, Any]], do: Callable[[dict[str, Any]], None]) -> dict[str, list[dict[str, str]]]:
    """Lambda's partial batch answer. It starts again at the lowest failure, so `do` must bear being repeated."""
    failed = []
    for record in records:
        try:
            do(record)
        except Exception as error:  # one record's failure is that record's: the answer says which
            number = record["dynamodb"]["SequenceNumber"]
            bug("record failed", error, sequence_number=number)
            failed.append({"itemIdentifier": number})
    return {"batchItemFailures": failed}
