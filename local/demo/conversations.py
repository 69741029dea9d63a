"""What the demo's readers say: one file, an outline whose headings answer the heading above them.

`# <article>` opens an article's conversation. Deeper headings are comments: `## 0:42 Nan Tully [like 3, funny 1]` says when
(hours and minutes after publishing, each time once in an article), who, and how many members react. `[deleted 5:10]` takes
a comment back at that time. Who is no member comments as a guest.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from local.demo.manuscripts import FENCE

FILE = Path(__file__).resolve().parent / "comments.md"
SECTION = re.compile(r"^(?=#+ )", re.MULTILINE)
HEADING = re.compile(r"(#{2,}) (\d+:[0-5]\d) ([^\[\]]+?)(?: \[(.+)\])?")


class ConversationError(Exception):
    """What is not as it should be, and where."""


@dataclass(frozen=True)
class Remark:
    after: timedelta
    """From publishing; what a comment is known by in its article."""
    name: str
    text: str
    answers: timedelta | None = None
    reactions: dict[str, int] = field(default_factory=dict)
    deleted: timedelta | None = None
    """From publishing."""


@dataclass(frozen=True)
class Conversations:
    members: list[str]
    remarks: dict[str, list[Remark]]
    """By the name of the manuscript, in order of time."""


def read(path: Path = FILE) -> Conversations:
    """Raises ConversationError."""
    before, _, rest = path.read_text("utf-8").partition(FENCE)
    front, _, outline = rest.partition(f"\n{FENCE}")
    if before or not outline.startswith("# "):
        raise ConversationError("no members between +++ lines, or no article after them")
    found: dict[str, list[Remark]] = {}
    for heading, _, text in (section.partition("\n") for section in SECTION.split(outline) if section):
        if heading.startswith("# "):
            above: list[timedelta] = []
            said = found.setdefault(heading[2:], [])
            continue
        remark, above = _remark(heading, text.strip(), above)
        said.append(remark)
    return Conversations(tomllib.loads(front)["members"], {name: _in_time(found[name]) for name in found})


def _remark(heading: str, text: str, above: list[timedelta]) -> tuple[Remark, list[timedelta]]:
    """The comment, and the times of those that a heading after it can answer, by level; `above` are those before it."""
    match = HEADING.fullmatch(heading)
    if match is None or not text:
        raise ConversationError(f"{heading}: no `## 0:42 Name`, or no text below it")
    level, after = len(match[1]) - 2, _time(match[2])
    if level > len(above):
        raise ConversationError(f"{heading}: deeper than what it could answer")
    marks = dict(mark.split(" ") for mark in (match[4] or "").split(", ") if mark)
    deleted = _time(marks.pop("deleted")) if "deleted" in marks else None
    reactions = {kind: int(count) for kind, count in marks.items()}
    answers = above[level - 1] if level else None
    return Remark(after, match[3], text, answers, reactions, deleted), [*above[:level], after]


def _time(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _in_time(remarks: list[Remark]) -> list[Remark]:
    """So that what is answered is there. Raises ConversationError."""
    ordered = sorted(remarks, key=lambda remark: remark.after)
    for before, after in pairwise(ordered):
        if before.after == after.after:
            raise ConversationError(f"{after.name}: {after.after} is taken by {before.name}")
    if early := [remark for remark in remarks if remark.answers and remark.answers > remark.after]:
        raise ConversationError(f"{early[0].name}: {early[0].after} is before what it answers")
    return ordered
