"""Text to fingerprint: the 128 terms that say most about an article, with weights, as a vector of length one."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from typing import TYPE_CHECKING

from . import words
from .idf import idf

if TYPE_CHECKING:
    from collections.abc import Mapping

BODY = 4000
"""Characters of the text that are read: what comes later says the same, or something else."""
LEDE = 600
"""Characters at its beginning that count twice."""
TITLE = 5
"""How often a word in the title counts."""
NAME = 1.3
"""What a capital inside a sentence is worth."""
KEPT = 128

Fingerprint = dict[str, float]
"""Weights by term, heaviest first, with four decimals; the squares add up to 1."""


def fingerprint(title: str, text: str, language: str) -> Fingerprint:
    """Weight = log2(1 + f) * (1.3 for names) * sqrt(idf), f = times in the text + times in the lede + 5 * times in the title.

    The square root because a cosine multiplies two weights: a shared term then counts with its idf once, as in BM25, rather
    than with its square. Titles and text are plain, never HTML.
    """
    counts, names = counted(title, text, language)
    return unit(
        {
            term: math.log2(1 + count) * (NAME if term in names else 1) * math.sqrt(idf(term, language))
            for term, count in counts.items()
        }
    )


def counted(title: str, text: str, language: str) -> tuple[Counter[str], set[str]]:
    counts: Counter[str] = Counter()
    names = set()
    end_of_lede = _between_words(text, LEDE)
    for part, worth in ((text[:end_of_lede], 2), (text[end_of_lede:BODY], 1)):
        for term, named in words.read(part, language):
            counts[term] += worth
            if named:
                names.add(term)
    for term in words.terms(title, language):
        counts[term] += TITLE
    return counts, names


def _between_words(text: str, near: int) -> int:
    """The last place before `near` where a word ends; `near` itself where there is none, as in Chinese."""
    return near if len(text) <= near else text.rfind(" ", 0, near) + 1 or near


def unit(weights: Mapping[str, float]) -> Fingerprint:
    """The heaviest, scaled to length one; equal weights in the order of their terms."""
    heaviest = heapq.nsmallest(KEPT, ((-weight, term) for term, weight in weights.items() if weight))
    length = math.sqrt(sum(weight * weight for weight, _ in heaviest))
    return {term: round(-weight / length, 4) for weight, term in heaviest}
