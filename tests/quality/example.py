"""The worked example of docs/ranking.md, computed by the code that it explains. `python -m tests.quality.example` prints it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from broadsheet.ranking import choosing, fingerprint, idf, near, showing
from broadsheet.ranking.index import Article, Facts

from . import streaming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .memory import MemoryIndex

WRITTEN = {
    "A": (
        "Glassworks burns down",
        "A fire destroyed the glassworks in Orrin on Sunday. The kiln of Ada Brook survived.",
    ),
    "B": ("Glassworks kiln lit again", "A week after the fire in Orrin, Ada Brook lit the kiln of her glassworks."),
    "C": (
        "Council votes on a ferry",
        "The council decides on Sunday about a ferry across the Sund, after the fire on the old one.",
    ),
    "D": (
        "Ferry across the Sund sails",
        "The ferry that a council would not pay for has sailed, in fog and with a band.",
    ),
}
TERMS = 5
"""Terms that are shown, of one article."""


def articles() -> list[Article]:
    began = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        Article(Facts(name, began + timedelta(days=day), "en", topic="Orrin"), 1, title, text)
        for day, (name, (title, text)) in enumerate(WRITTEN.items())
    ]


def text() -> str:
    return "\n".join(_lines(streaming.streamed(articles())))


def _lines(index: MemoryIndex) -> Iterator[str]:
    for name, (title, its_text) in WRITTEN.items():
        yield f"> **{name}. {title}.** {its_text}"
        yield ">"
    yield ""
    yield from _of_terms()
    yield ""
    yield from _of_cosines(index)
    yield ""
    yield from _of_scores(index)
    yield ""
    yield from _of_lists(index)


def _of_terms() -> Iterator[str]:
    title, its_text = WRITTEN["A"]
    counts, names = fingerprint.counted(title, its_text, "en")
    weights = fingerprint.fingerprint(title, its_text, "en")
    yield f"The {TERMS} heaviest of A's {len(weights)} terms; “the”, “in”, “on” and “of” have idf 0 and are none:"
    yield ""
    yield "| term | f | log2(1 + f) | name | idf | product | scaled |"
    yield "|---|---|---|---|---|---|---|"
    for term in list(weights)[:TERMS]:
        worth = fingerprint.NAME if term in names else 1.0
        telling = idf.idf(term, "en")
        log = math.log2(1 + counts[term])
        product = log * worth * math.sqrt(telling)
        yield (
            f"| {term} | {counts[term]} | {log:.3f} | {worth:.1f} | {telling:.3f} | {product:.3f} | {weights[term]:.4f} |"
        )


def _of_cosines(index: MemoryIndex) -> Iterator[str]:
    prints = {name: its.fingerprint for name, its in index.stored_prints.items()}
    found = (
        f"cos({one}, {other}) = {near.cosine(prints[one], prints[other]):.3f}"
        for one, other in combinations(WRITTEN, 2)
    )
    yield f"Cosines: {', '.join(found)}."


def _of_scores(index: MemoryIndex) -> Iterator[str]:
    entries = index.stored_entries
    for name, cos in entries["A"].near:
        together = near.cosine(near.neighbourhood("A", entries["A"].near), near.neighbourhood(name, entries[name].near))
        score = dict(near.scores("A", {one: entry.near for one, entry in entries.items()}))[name]
        yield (
            f"- score(A, {name}) = {near.OWN_WORD} · {cos:.3f} + {1 - near.OWN_WORD:.1f} · {together:.3f} = {score:.3f}, "
            f"where {together:.3f} is v(A)·v({name})"
        )


def _of_lists(index: MemoryIndex) -> Iterator[str]:
    for neighbour in showing.ranked(index.stored_entries["A"], index.stored_entries):
        same = choosing.same_story(index.stored_entries["A"].facts, neighbour)
        yield f"- A and {neighbour.facts.id} are {'' if same else 'not '}of one story."
    yield ""
    for name, both in streaming.chosen(index, list(WRITTEN)).items():
        more = ", ".join(f"{choice.id} (`{choice.why}`)" for choice in both.more_about)
        yield f"- More about, beside {name}: {more}."


if __name__ == "__main__":
    print(text())
