"""Which version of a function's files is on disk, so that an edit is picked up by the next invocation."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INTERVAL = 0.005
"""Seconds for which a scan holds: one takes a few hundred microseconds, and requests come by the hundred."""


class Sources:
    def __init__(self, *shared: Path) -> None:
        self._shared = shared
        self._scans: dict[Path, tuple[float, int]] = {}

    def version(self, folder: Path) -> tuple[int, ...]:
        """Changes whenever a file of the folder, or of what all functions share, does."""
        return tuple(self._scan(each) for each in (folder, *self._shared))

    def _scan(self, folder: Path) -> int:
        at, found = self._scans.get(folder, (0.0, 0))
        if time.monotonic() - at >= INTERVAL:
            found = hash(frozenset(_files(str(folder))))
            self._scans[folder] = (time.monotonic(), found)
        return found


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _files(entry.path)
        else:
            try:
                found = entry.stat()
            except FileNotFoundError:  # an editor was replacing it just now; the next scan sees the new one
                continue
            yield entry.path, found.st_mtime_ns, found.st_size
