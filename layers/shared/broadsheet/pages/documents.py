"""Pages that hardly change and that a publisher writes: about, privacy, terms, contact. Markdown files, named in `site.json`.

A file's first line is its title: `# About us`. Where a language has no file, the site's own language has its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from broadsheet import site
from broadsheet.errors import NothingPublished

FOLDER = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Document:
    name: str
    title: str
    text: str
    """Markdown, without the title."""
    language: str
    """What it is written in, which may be the site's own where there is no translation."""

    @property
    def html(self) -> str:
        return _html(self.text)


def read(name: str, language: str) -> Document:
    """Raises NothingPublished for what `site.json` does not name, and for what nobody has written."""
    found = _read(name, language) if name in site.get().pages.texts else None
    if found is None:
        raise NothingPublished
    return found


def listed(language: str) -> list[Document]:
    """Those that are written, in the order of `site.json`: a name that is mistyped there takes away itself alone."""
    return [found for name in site.get().pages.texts if (found := _read(name, language))]


@cache
def _read(name: str, language: str) -> Document | None:
    tags = (language, site.get().language)
    written = next((tag for tag in tags if (FOLDER / tag / f"{name}.md").exists()), None)
    if written is None:
        return None
    title, _, text = (FOLDER / written / f"{name}.md").read_text("utf-8").partition("\n")
    return Document(name, title.removeprefix("# ").strip(), text.strip(), written)


@cache
def _html(text: str) -> str:
    """The publisher's own words: no HTML in them is taken, so that nothing has to be cleaned."""
    from markdown_it import MarkdownIt

    made: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return made
