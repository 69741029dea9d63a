"""Every answer of the reader's site that tests see is one that a browser is safe with and a cache may keep."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from contract import interface

if TYPE_CHECKING:
    from .stage import Reply

SECURITY = {
    "content-security-policy": r"default-src 'none'; script-src 'self'[^;]*; style-src 'self'",
    "x-content-type-options": r"nosniff",
    "referrer-policy": r"strict-origin-when-cross-origin",
    "permissions-policy": r"camera=\(\)",
    "cross-origin-opener-policy": r"same-origin",
    "strict-transport-security": r"max-age=31536000",
}
KEPT = {
    200: r"public, max-age=(0, s-maxage=\d+, stale-while-revalidate=60|31536000, immutable)$",
    304: r"public, max-age=(0, s-maxage=\d+, stale-while-revalidate=60|31536000, immutable)$",
    302: r"public, max-age=0, s-maxage=60, stale-while-revalidate=60$",
    308: r"public, max-age=0, s-maxage=60, stale-while-revalidate=60$",
    404: r"public, max-age=0, s-maxage=5$",
    410: r"public, max-age=0, s-maxage=60$",
    500: r"no-store$",
    503: r"no-store$",
}
"""What each status says to caches; there is no other."""
DATA = {"application/ld+json", "application/json"}


class _Runs(HTMLParser):
    """What of a page the policy would refuse; nobody has to rely on that."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inline = tag == "script" and not given.get("src", "").startswith("/static/") and given.get("type") not in DATA
        handlers = [name for name in given if name.startswith("on") or name == "style"]
        leads = [name for name in ("href", "src", "action") if given.get(name, "").lower().startswith("javascript:")]
        if inline or tag == "style" or handlers or leads:
            self.found.append(self.get_starttag_text() or tag)


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
        page = _Runs()
        page.feed(reply.text)
        assert page.found == [], f"{where} would run {page.found}"
