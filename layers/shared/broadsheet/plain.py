"""The words of clean HTML, for whoever reads an article's text and cleans none."""

from __future__ import annotations

from html.parser import HTMLParser

WITHIN_A_LINE = {
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span",
    "strong", "sub", "sup", "time", "u",
}  # fmt: skip


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_data(self, data: str) -> None:
        self.out.append(data)


class _Prose(_Text):
    """Words as they are read: what is only set otherwise stays part of its line."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in WITHIN_A_LINE:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag not in WITHIN_A_LINE:
            self.out.append("\n")


def prose(html: str) -> str:
    """Clean HTML as somebody would write it without any: each paragraph a line."""
    reader = _Prose()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.out).split("\n"))
    return "\n".join(line for line in lines if line)


def text(html: str) -> str:
    """The words of clean HTML, its tags read as spaces."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join(reader.out)
