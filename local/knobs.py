"""What the person at the keyboard decides: PORT, DATA, SEED, THROTTLES."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_PORT = 65_535


class CannotRun(Exception):  # noqa: N818
    """One sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Knobs:
    port: int
    data: Path
    seed: str
    throttles: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters that differ on this machine."""
        return {"Stage": "local", "SiteOrigin": self.origin}


def read(environment: Mapping[str, str]) -> Knobs:
    port = environment.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= LAST_PORT):
        raise CannotRun(f"PORT={port} is no port; a number from 1 to {LAST_PORT} is.")
    data = Path(environment.get("DATA") or ".data").expanduser().resolve()
    if data.exists() and not data.is_dir():
        raise CannotRun(f"DATA={data} is a file; it has to be a folder, or nothing yet.")
    return Knobs(
        port=int(port),
        data=data,
        seed=_one_of(environment, "SEED", "demo", "none"),
        throttles=_one_of(environment, "THROTTLES", "on", "off"),
    )


def _one_of(environment: Mapping[str, str], name: str, *values: str) -> str:
    """The first value is the default."""
    given = environment.get(name) or values[0]
    if given not in values:
        raise CannotRun(f"{name}={given} is not known; {' or '.join(values)} is.")
    return given
