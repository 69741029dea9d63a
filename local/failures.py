"""What was given up, in files of the data folder, a line each: the queues that no function reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import durable

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "queues"


def keep(data: Path, queue: str, content: Any) -> None:
    durable.append(data / FOLDER / f"{queue}.jsonl", content)


def kept(data: Path) -> dict[str, list[Any]]:
    """By queue, oldest first."""
    return {path.stem: durable.lines(path) for path in sorted((data / FOLDER).glob("*.jsonl"))}
