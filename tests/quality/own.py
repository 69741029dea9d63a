"""A small corpus of our own, for the gate: the demo's articles and those of `corpus.md`, with the stories they belong to.

In `corpus.md` an article is a headline, a line `language · story · topic · day`, and its text; `-` is no story.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet import slugs
from broadsheet.ranking.index import Article, Facts

from local.demo import manuscripts

from .reading import Labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).with_name("corpus.md")
BEGAN = datetime(2026, 3, 1, 6, tzinfo=UTC)
LASTS = timedelta(days=28)


def corpus() -> list[Labelled]:
    """In the order of publication."""
    return sorted([*_written(), *_demo()], key=lambda one: one.article.facts.place)


def _written() -> Iterator[Labelled]:
    for section in f"\n{FILE.read_text('utf-8')}".split("\n# ")[1:]:
        title, line, text = section.split("\n", 2)
        language, story, topic, day = line.split(" · ")
        facts = Facts(slugs.words(title), BEGAN + timedelta(days=int(day)), language, topic=topic)
        yield Labelled(Article(facts, 1, title, text.strip()), None if story == "-" else story)


def _demo() -> Iterator[Labelled]:
    """Its topics are running stories, where there is more than one article of them."""
    found = [one for one in manuscripts.read() if one.hours_ago is not None]
    size = Counter(one.given["topic"] for one in found)
    for one in found:
        topic = one.given["topic"]
        at = BEGAN + LASTS - timedelta(hours=one.hours_ago or 0)
        facts = Facts(
            one.name, at, one.given["language"], one.given["section"], topic, group=one.translation_of or one.name
        )
        yield Labelled(Article(facts, 1, one.headline, one.body), topic if size[topic] > 1 else None)
