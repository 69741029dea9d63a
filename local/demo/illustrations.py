"""The demo's pictures: drawings that its articles name by a path of the site, and that only the local run serves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "pictures"
PATH = "/pictures/{name}.svg"
KIND = "image/svg+xml"
KEPT = {
    "Cache-Control": "public, max-age=604800",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
"""Whoever opens one by itself gets a picture, whatever might stand in it."""


def read(name: str) -> bytes | None:
    """By its name among those that are there: no path is made of what a request says."""
    path = _there().get(name)
    return path.read_bytes() if path else None


@cache
def _there() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.svg"))}
