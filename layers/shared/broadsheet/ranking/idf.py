"""How telling a term is: its inverse document frequency, from a table that ships with the code.

A fixed table rather than the site's own counts: a stored fingerprint never goes stale, and publishing writes no counter that
every other publication writes too. `tools/word_tables.py` makes the tables from wordfreq (CC BY-SA 4.0; see NOTICE). A
language without one goes by length: everywhere the commonest words are short (Zipf's law of abbreviation).
"""

from __future__ import annotations

import math
import re
import zlib
from functools import cache
from pathlib import Path

from .words import KEPT, RUN, base

DOCUMENTS = 8000
WORDS = 300
"""Tables speak of 8,000 articles of 300 words: a word with a share p of all words stands in 8000 (1 - (1 - p)^300) of them."""
STEPS = 4
"""Frequencies are kept as powers of two in quarter steps: within 9 %, which no ranking notices."""
TOO_COMMON = 1400
"""In so many pseudo-documents a word tells nothing: about 150 words in English, all that a list of stop words has and more."""
YEAR = re.compile(r"(?:19|20)\d\d")
YEAR_DF = 400
SHORT = 3
"""Letters up to which a word of a language without a table tells nothing; from KEPT it tells all it can."""
FLAT = math.log(1 + DOCUMENTS + 1)
TABLES = Path(__file__).with_name("tables")
SAME = {"no": "nb", "nn": "nb", "hr": "sh", "bs": "sh", "tl": "fil"}
"""Languages that share a table."""


def idf(term: str, language: str) -> float:
    """ln(1 + 8001 / (df + 0.5)), the usual one (Robertson and Sparck Jones, smoothed); 0 for a word that tells nothing.

    A word or number that is not in the table is as telling as can be; a bare year is an everyday word.
    """
    if term[0].isdigit():
        return _of(YEAR_DF) if YEAR.fullmatch(term) else _of(0)
    known = table(base(language))
    if known is not None:
        return known.get(term, _of(0))
    return FLAT if RUN.match(term) else FLAT * min(1.0, max(0, len(term) - SHORT) / (KEPT - SHORT))


def _of(df: float) -> float:
    return math.log(1 + (DOCUMENTS + 1) / (df + 0.5)) if df <= TOO_COMMON else 0.0


@cache
def table(tongue: str) -> dict[str, float] | None:
    """The idf of a language's commonest terms. Read on first use: a few milliseconds, and about 3 MB, for 30,000 terms."""
    file = TABLES / f"{SAME.get(tongue, tongue)}.z"
    if not re.fullmatch("[a-z]{2,3}", tongue) or not file.exists():
        return None
    known: dict[str, float] = {}
    for line in zlib.decompress(file.read_bytes()).decode().splitlines():
        step, *same = line.split(" ")
        known.update(dict.fromkeys(same, _of(2 ** (int(step) / STEPS))))
    return known
