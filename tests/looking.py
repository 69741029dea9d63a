"""Pages as readers and machines find them: HTML read by lxml, structured data by extruct."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import feedparser
import lxml.etree
import lxml.html
from extruct.jsonld import JsonLdExtractor

if TYPE_CHECKING:
    from .stage import Reply, Stage

MAPS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}
"""Namespaces of sitemaps."""


@dataclass(frozen=True)
class Page:
    reply: Reply

    @cached_property
    def tree(self) -> Any:
        return lxml.html.document_fromstring(self.reply.text)

    def all(self, path: str) -> list[Any]:
        """Elements or values that an XPath finds."""
        return list(self.tree.xpath(path))

    def one(self, path: str) -> Any:
        (found,) = self.all(path)
        return found

    def texts(self, path: str) -> list[str]:
        return [" ".join(each.text_content().split()) for each in self.all(path)]

    def text(self, path: str) -> str:
        (found,) = self.texts(path)
        return found

    def has(self, path: str) -> bool:
        return bool(self.all(path))

    @property
    def words(self) -> str:
        """What is read on it."""
        return " ".join(self.texts("//body")[0].split())

    def of_class(self, name: str) -> list[str]:
        return self.texts(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]")

    def meta(self, name: str) -> list[str]:
        return self.all(f"//meta[@property='{name}' or @name='{name}']/@content")

    def link(self, rel: str) -> list[str]:
        return self.all(f"//link[@rel='{rel}']/@href")

    @property
    def hreflang(self) -> dict[str, str]:
        return {each.get("hreflang"): each.get("href") for each in self.all("//link[@rel='alternate'][@hreflang]")}

    @cached_property
    def data(self) -> dict[str, Any]:
        """Structured data by type."""
        found = JsonLdExtractor().extract(self.reply.text)
        return {each["@type"]: each for each in found}

    @property
    def packed(self) -> int:
        """Bytes on the way to a browser."""
        return len(gzip.compress(self.reply.text.encode(), 6))


def look(stage: Stage, path: str, status: int = 200, **more: Any) -> Page:
    reply = stage.call("GET", path, **more)
    assert reply.status == status, f"{path}: {reply.status} {reply.text[:500]}"
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return Page(reply)


def harmless(page: Page) -> None:
    """Raises AssertionError where there is anything on it that runs and that a page does not have anyway."""
    assert page.all("//@*[starts-with(name(), 'on')]") == []
    assert page.all("//@style") == []
    assert page.all("//*[starts-with(normalize-space(@href), 'javascript:')]") == []
    for script in page.all("//script"):
        assert script.get("src", "").startswith("/static/") or script.get("type") in {
            "application/ld+json",
            "application/json",
        }
        if not script.get("src"):
            json.loads(script.text)
            assert not re.search(r"[<>&\u2028\u2029]", script.text)
    assert page.all("//main//script | //main//svg | //main//style | //main//iframe | //main//base | //main//meta") == []


def feed(stage: Stage, path: str) -> Any:
    """A feed as feedparser reads it; what is not well-formed is a failure."""
    reply = stage.call("GET", path)
    assert reply.status == 200, reply.text
    found = feedparser.parse(reply.text, response_headers={"content-type": reply.headers["content-type"]})
    assert not found.bozo, found.get("bozo_exception")
    return found


def read_xml(text: str) -> Any:
    return lxml.etree.fromstring(text.encode())
