"""How good lists of ids are: what one finds of its own story, and what readers of all lists together get to see."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING

from broadsheet.ranking.choosing import SAME_STORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from broadsheet.ranking.index import Lists

Stories = dict[str, "str | None"]
"""The story of each article, if it is of one."""
LISTED = 10
"""Entries of a list that are looked at where all lists are measured."""


def asked(stories: Stories, fits: Callable[[str], bool] = bool) -> list[str]:
    """The articles that have another of their story, in the stories that fit."""
    size = Counter(stories.values())
    return [name for name, story in stories.items() if story is not None and size[story] > 1 and fits(story)]


def found(lists: Mapping[str, Sequence[str]], stories: Stories, of: Iterable[str]) -> dict[str, float]:
    """Means over some articles. Right is what is of the same story.

    nDCG@n (Järvelin and Kekäläinen, 2002) with gain 1 and discount log2(place + 1), against the best possible order. P@5 is
    the share of right ones in the first five, or in as many as there are right ones, if those are fewer.
    """
    size = Counter(stories.values())
    measured: dict[str, list[float]] = {"ndcg@5": [], "ndcg@10": [], "p@5": []}
    for name in of:
        right = [stories[other] == stories[name] for other in lists.get(name, ())]
        there_are = size[stories[name]] - 1
        for n in (5, 10):
            measured[f"ndcg@{n}"].append(_gain(right[:n]) / _gain([True] * min(n, there_are)))
        measured["p@5"].append(sum(right[:5]) / min(5, there_are))
    return {metric: fmean(values) if values else math.nan for metric, values in measured.items()}


def _gain(right: Sequence[bool]) -> float:
    return sum(1 / math.log2(place + 2) for place, hit in enumerate(right) if hit)


def coverage(lists: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Of all articles: the share that stands in somebody's first ten, and the share that has ten."""
    shown = {other for names in lists.values() for other in names[:LISTED]}
    full = sum(len(names) >= LISTED for names in lists.values())
    return {"shown": len(shown) / len(lists), "full": full / len(lists)}


def said(lists: Mapping[str, Lists], stories: Stories, of: Iterable[str]) -> tuple[float, float]:
    """Precision and recall of the reason "same story"; of ten at most there are ten to be found."""
    right = told = there = 0
    size = Counter(stories.values())
    for name in of:
        because = [choice.id for choice in lists[name].more_about if choice.why == SAME_STORY]
        right += sum(stories[other] == stories[name] for other in because)
        told += len(because)
        there += min(LISTED, size[stories[name]] - 1)
    return right / max(1, told), right / max(1, there)
