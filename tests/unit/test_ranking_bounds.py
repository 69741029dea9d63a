"""Nothing that can be written keeps an article out of the index."""

from __future__ import annotations

from broadsheet import keys
from broadsheet.ranking import words
from broadsheet.ranking.fingerprint import fingerprint

LONGEST_KEY = 2_048
"""Bytes of a partition key."""


def test_the_longest_word_fits_a_key() -> None:
    for letter in ("y", "ß", "ﷺ", "7", "カ", "漢", "ก", "𒀀"):
        for term in fingerprint("Short", f"Lighthouse {letter * 5000}", "en"):
            assert len(keys.term(term).encode()) <= LONGEST_KEY
            assert len(term) <= words.LONGEST
