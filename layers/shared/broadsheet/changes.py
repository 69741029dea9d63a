"""What the Site stream says of articles: which changed, in which languages, and whether readers gained or lost it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import table
from .observability import bug

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Change:
    sequence_number: str
    slug: str
    languages: frozenset[str]
    """Of listings and fronts; two where it was moved from one to another."""
    comes_or_goes: bool
    """Whether readers had it withdrawn or put back: what caches still hold is wrong at once."""


def changes(records: Iterable[dict[str, Any]]) -> tuple[list[Change], list[str]]:
    """The changes in a batch, and the sequence numbers of records that cannot be read."""
    seen, unreadable = [], []
    for record in records:
        try:
            seen.append(_change(record["dynamodb"]))
        except (KeyError, TypeError) as error:
            number = record.get("dynamodb", {}).get("SequenceNumber", "")
            bug("unreadable record", error, sequence_number=number)
            unreadable.append(number)
    return seen, unreadable


def _change(record: dict[str, Any]) -> Change:
    new, old = table.to_item(record.get("NewImage", {})), table.to_item(record.get("OldImage", {}))
    return Change(
        sequence_number=record["SequenceNumber"],
        slug=(new or old)["slug"],
        languages=frozenset(image.get("edition") or image["language"] for image in (new, old) if image),
        comes_or_goes=new.get("withdrawn", False) or old.get("withdrawn", False),
    )
