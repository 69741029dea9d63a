"""A corpus through the code that is deployed, article by article, on the index in a dictionary.

Each article is settled as its event would have it. Lists are chosen once, at the end: choosing looks at nothing but what stands,
so it leaves what choosing at every event would have left, and the nightly ranking after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet.ranking import building, showing

from .memory import MemoryIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from broadsheet.ranking.index import Article, Lists

AT_ONCE = 50


def streamed(articles: Iterable[Article]) -> MemoryIndex:
    index = MemoryIndex()
    for article in articles:
        index.publish(article)
        building.settle(index, article.facts.id)
    return index


def ranked(index: MemoryIndex, name: str) -> list[str]:
    """By score alone: what the two lists are chosen from."""
    entry = index.stored_entries[name]
    near = index.entries(other for other, _ in entry.near)
    return [neighbour.facts.id for neighbour in showing.ranked(entry, near)]


def by_cosine(index: MemoryIndex, name: str) -> list[str]:
    return [other for other, _ in index.stored_entries[name].near]


def chosen(index: MemoryIndex, names: Sequence[str]) -> dict[str, Lists]:
    showing.show(index, names)
    return {name: standing.lists for name, standing in index.lists(names).items()}


def seen(lists: Lists) -> list[str]:
    """As the page has them: More about, and under it You may also like."""
    return [choice.id for choice in (*lists.more_about, *lists.you_may_also_like)]
