"""The words of clean HTML, for whoever reads an article's text and cleans none."""

from __future__ import annotations

from html.parser import HTMLParser


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_data(self, data: str) -> None:
        self.out.append(data)


def text(html: str) -> str:
    """The words of clean HTML, its tags read as spaces."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join(reader.out)
