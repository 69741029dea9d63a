"""Every answer of the reader's site that tests see is one that a browser is safe with and a cache may keep."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contract import interface

if TYPE_CHECKING:
    from .stage import Reply

SECURITY = {
    "content-security-policy": r"default-src 'none'; script-src 'self'; style-src 'self'; ",
    "x-content-type-options": r"nosniff",
    "referrer-policy": r"strict-origin-when-cross-origin",
    "permissions-policy": r"camera=\(\)",
    "cross-origin-opener-policy": r"same-origin",
    "strict-transport-security": r"max-age=31536000",
}
KEPT = {
    200: r"public, max-age=(0, s-maxage=\d+, stale-while-revalidate=60|31536000, immutable)$",
    304: r"public, max-age=(0, s-maxage=\d+, stale-while-revalidate=60|31536000, immutable)$",
    308: r"public, max-age=0, s-maxage=60, stale-while-revalidate=60$",
    404: r"public, max-age=0, s-maxage=5$",
    410: r"public, max-age=0, s-maxage=60$",
    500: r"no-store$",
    503: r"no-store$",
}
"""What each status says to caches; there is no other."""
EXECUTABLE = re.compile(
    r"<script(?![^>]* src=\"/static/)(?![^>]* type=\"application/(ld\+)?json\")|\son\w+=|\sstyle=|<style|javascript:",
    re.IGNORECASE,
)
"""What the policy would refuse, and nobody has to rely on that."""


def sound(reply: Reply) -> None:
    """Raises AssertionError."""
    path = reply.route.partition(" ")[2]
    if interface.is_interface(path) or reply.headers.get("content-type") == "application/problem+json":
        return
    where = f"{reply.route} {reply.status}"
    for name, pattern in SECURITY.items():
        assert re.search(pattern, reply.headers.get(name, "")), f"{where}: {name} is {reply.headers.get(name)}"
    assert re.match(KEPT[reply.status], reply.headers["cache-control"]), f"{where}: {reply.headers['cache-control']}"
    assert reply.cookies == [], f"{where} sets a cookie"
    assert "unsafe" not in reply.headers["content-security-policy"]
    if reply.status in {200, 304}:
        assert reply.etag.startswith('W/"'), where
    if reply.headers.get("content-type", "").startswith("text/html"):
        tags = re.findall(r"<[a-zA-Z][^>]*>", reply.text)
        found = [tag for tag in tags if EXECUTABLE.search(tag)]
        assert found == [], f"{where} would run {found}"
