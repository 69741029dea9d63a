"""What is printed. A thread writes it, so that a terminal or pipe that nobody reads never holds up a request.

When the reader does not keep up, lines are dropped and the number of them is told later.
"""

from __future__ import annotations

import os
import queue
import sys
import threading

KEPT = 10_000
_lines: queue.Queue[str] = queue.Queue(KEPT)
_dropped = 0


def say(text: str) -> None:
    global _dropped  # noqa: PLW0603  one console a process
    try:
        _lines.put_nowait(text)
    except queue.Full:
        _dropped += 1


def start() -> None:
    threading.Thread(target=_write, args=(sys.stdout.fileno(),), daemon=True, name="console").start()


def flush(patience: float = 1.0) -> None:
    """Waits until what was said is written, or nobody has read it for that many seconds."""
    written = threading.Event()

    def wait() -> None:
        _lines.join()
        written.set()

    threading.Thread(target=wait, daemon=True).start()
    written.wait(patience)


def _write(descriptor: int) -> None:
    """Straight to the descriptor: a blocked write to `sys.stdout` would hold its lock, and the exit, for ever."""
    global _dropped
    while True:
        line = _lines.get()
        missed, _dropped = _dropped, 0
        note = f"({missed} lines are not shown: the console does not keep up)\n" if missed else ""
        rest = f"{note}{line}\n".encode("utf-8", "backslashreplace")
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            pass
        finally:
            _lines.task_done()
