"""In whose lists editors want an article: who must look again when it is published, or published again.

The lists that show an article are found by what the builder keeps. An article that waits to be published stands in none yet,
so that a pin keeps the way back itself, in the transaction that sets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import keys, settings, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .table import Write


def within(key: str) -> list[str]:
    """The articles that have this one pinned, by their keys."""
    rows = table.query(settings.get().site, keys.pinned(key), consistent=True, attributes=("sk",))
    return [row["sk"] for row in rows]


def changed(key: str, before: set[str], after: set[str]) -> Iterator[Write]:
    """The writes that follow when an article has others pinned than before."""
    store = settings.get().site
    for gone in sorted(before - after):
        yield table.delete(store, keys.pinned_within(gone, key))
    for new in sorted(after - before):
        yield table.put(store, {**keys.pinned_within(new, key), "entity": "pinned", "v": 1})
