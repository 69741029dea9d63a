"""Ties a process to the life of its parent, so that not even `kill -9` leaves an orphan holding the database.

On Linux the kernel does it: a signal on the parent's death, kept over exec. Elsewhere `python -m local.tether` stays
between the two and ends the command when its standard input, held by the parent, is closed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1
LINUX = sys.platform == "linux"


def to_parent(ending: signal.Signals = signal.SIGKILL) -> None:
    """This process gets the signal when its parent ends; at once when that has happened already."""
    if not LINUX:
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(ending))
    if os.getppid() != parent:
        os.kill(os.getpid(), ending)


def command(*argv: str) -> list[str]:
    """The command line that runs `argv` tethered. Give it a pipe as standard input and keep that open."""
    return [sys.executable, "-S", "-m", "local.tether", str(os.getpid()), *argv]


def main(parent: int, argv: list[str]) -> None:
    if LINUX:
        to_parent()
        if os.getppid() == parent:
            os.execvp(argv[0], argv)  # noqa: S606  the command is the caller's
        return
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    sys.exit(process.wait())


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    process.kill()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
