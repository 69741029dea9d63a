"""Several threads on one client, held together so that a race is certain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from broadsheet import table

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

WRITES = {"transact_write_items", "put_item", "update_item", "delete_item"}
PATIENCE = 30.0


def at_once(patch: pytest.MonkeyPatch, *works: Callable[[], Any]) -> list[Any]:
    """What each work returned or raised; none writes before all have read and are about to."""
    barrier, mine, call = threading.Barrier(len(works)), threading.local(), table._call

    def meeting(operation: str, **request: Any) -> Any:
        if operation in WRITES and not getattr(mine, "met", False):
            mine.met = True
            barrier.wait(PATIENCE)
        return call(operation, **request)

    def outcome(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Exception as error:
            return error

    with patch.context() as patched, ThreadPoolExecutor(len(works)) as pool:
        patched.setattr(table, "_call", meeting)
        return list(pool.map(outcome, works))
