"""The demo's articles as files: Markdown under TOML front matter between `+++` lines."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "articles"
FENCE = "+++\n"
PASSED_ON = (
    "headline", "standfirst", "section", "topic", "tags", "language", "byline", "contributor_note", "faq", "image"
)  # fmt: skip


class ManuscriptError(Exception):
    """A file that is not what it should be, and how."""


@dataclass(frozen=True)
class Manuscript:
    name: str
    body: str
    given: dict[str, Any]
    """The fields of the article as the newsroom's interface takes them."""
    hours_ago: float | None = None
    publish_in_hours: float | None = None
    translation_of: str | None = None
    """Name of the manuscript it translates."""
    old_slug: str | None = None
    """Words of its address before it got the present one."""
    corrections: tuple[dict[str, str], ...] = ()
    draft: bool = False

    @property
    def headline(self) -> str:
        return str(self.given["headline"])


def read(folder: Path = FOLDER) -> list[Manuscript]:
    """In the order in which a newsroom would have had them: by time, what is still to come last."""
    found = [_read(path) for path in sorted(folder.glob("*.md"))]
    return sorted(found, key=lambda each: (each.hours_ago is None, -(each.hours_ago or 0), each.name))


def _read(path: Path) -> Manuscript:
    before, _, rest = path.read_text("utf-8").partition(FENCE)
    front, fence, body = rest.partition(f"\n{FENCE}")
    if before or not fence or not body.strip():
        raise ManuscriptError(f"{path.name}: no front matter between +++ lines, or no text after it")
    try:
        matter = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise ManuscriptError(f"{path.name}: {error}") from None
    given = {name: matter.pop(name) for name in PASSED_ON if name in matter}
    if unknown := set(matter) - {field.name for field in fields(Manuscript)}:
        raise ManuscriptError(f"{path.name}: unknown {', '.join(sorted(unknown))}")
    if sum(name in matter for name in ("hours_ago", "publish_in_hours", "draft")) != 1:
        raise ManuscriptError(f"{path.name}: needs one of hours_ago, publish_in_hours, draft")
    matter["corrections"] = tuple(matter.get("corrections", ()))
    return Manuscript(path.stem, body.strip(), given, **matter)
