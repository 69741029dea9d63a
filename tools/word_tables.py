"""The tables of term frequencies that `ranking/idf.py` reads, made anew from wordfreq.

`make word-tables` runs this where wordfreq is installed (.tools/words). Each of a language's words goes through
`ranking/words.py`, so a table and a text agree on what a term is: change the words, and the tables are made again.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter, defaultdict

import wordfreq
from broadsheet.ranking import idf, words

LARGE = 30_000
"""Terms of a language that many sites are written in; fewer cost precision (see docs/ranking.md)."""
SMALL = 4_000
"""Terms of every other: the common words, which is most of what a table is good for."""
IN_FULL = {"de", "en", "es", "fr", "pt"}


def main() -> None:
    idf.TABLES.mkdir(exist_ok=True)
    for tongue in wordfreq.available_languages("small"):
        packed = zlib.compress(_table(tongue).encode(), 9)
        (idf.TABLES / f"{tongue}.z").write_bytes(packed)
        print(f"{tongue:4}{len(packed):8} bytes")


def _table(tongue: str) -> str:
    """A line for each step of frequency: the step, then its terms. The commonest terms come last."""
    shares: Counter[str] = Counter()
    for word, share in wordfreq.get_frequency_dict(tongue, "best").items():
        for term in words.terms(word, tongue):
            if not term[0].isdigit():
                shares[term] += share
    steps = defaultdict(list)
    for term, share in shares.most_common(LARGE if tongue in IN_FULL else SMALL):
        steps[_step(share)].append(term)
    return "\n".join(f"{step} {' '.join(sorted(terms))}" for step, terms in sorted(steps.items()))


def _step(share: float) -> int:
    return round(idf.STEPS * math.log2(idf.DOCUMENTS * (1 - (1 - min(share, 1)) ** idf.WORDS)))


if __name__ == "__main__":
    main()
