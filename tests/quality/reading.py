"""The labelled corpus that lists are measured on: `stories.jsonl.gz` and `background.jsonl.gz` of a folder.

A line is an article: `id`, `title`, `body`, `date`, `topic`, `tags`, `story`. Articles with the same story are right for each
other; those without one are the archive they have to be found in.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from broadsheet.ranking.index import Article, Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEED = 11
LASTS = 3
"""Days that an undated story runs for."""


@dataclass(frozen=True)
class Labelled:
    article: Article
    story: str | None

    @property
    def id(self) -> str:
        return self.article.facts.id

    @property
    def held_out(self) -> bool:
        """Of the half of the stories that no threshold was fitted on. A story is in one half as a whole."""
        return self.story is not None and zlib.crc32(self.story.encode()) % 2 == 1


def corpus(folder: Path, background: int | None = None) -> list[Labelled]:
    """In the order of publication; with `background`, only so many articles of the archive, evenly chosen."""
    stories = list(_rows(folder / "stories.jsonl.gz"))
    archive = list(_rows(folder / "background.jsonl.gz"))
    if background is not None and background < len(archive):
        archive = random.Random(SEED).sample(archive, background)
    return ordered(stories + archive)


def undated(found: list[Labelled]) -> list[Labelled]:
    """The same in a random order, one a minute: as if nothing were known of when articles are from."""
    shuffled = random.Random(SEED).sample(found, len(found))
    began = datetime(2026, 3, 1, tzinfo=UTC)
    return [_at(one, began + timedelta(minutes=n)) for n, one in enumerate(shuffled)]


def _at(one: Labelled, moment: datetime) -> Labelled:
    return replace(one, article=replace(one.article, facts=replace(one.article.facts, published_at=moment)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def ordered(rows: Sequence[dict[str, Any]]) -> list[Labelled]:
    """By date. A story without dates begins on some day of the archive's and runs for three; order within a day is chance."""
    chance = random.Random(SEED)
    days = [_day(row) for row in rows if row["date"]]
    first, last = min(days), max(days)
    began: dict[str, float] = {}
    found = []
    for row in rows:
        if row["date"]:
            at = _day(row) + chance.random()
        else:
            name = row.get("story") or row["id"]
            if name not in began:
                began[name] = chance.uniform(first, last)
            at = began[name] + LASTS * chance.random()
        found.append(Labelled(_article(row, at), row.get("story")))
    return sorted(found, key=lambda one: one.article.facts.place)


def _day(row: dict[str, Any]) -> int:
    return date.fromisoformat(row["date"][:10]).toordinal()


def _article(row: dict[str, Any], at: float) -> Article:
    """A topic is taken where the article's own publisher gave it, as a tag; others were made of the labels."""
    topic = row["topic"] if row["topic"] in row["tags"] else None
    moment = datetime.fromordinal(int(at)).replace(tzinfo=UTC) + timedelta(days=at % 1)
    return Article(Facts(row["id"], moment, "en", topic=topic), 1, row["title"], row["body"])
