"""Slugs: the words of an address, and the key in it that never changes.

A public slug is `<words>-<key>`. The words may change with the headline; the key finds the article. Words keep the letters
of their own script, so a headline in Arabic or Greek has an address that can be read.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like a digit, and few words one would rather not see."""
KEY_LENGTH = 8
MAX_WORDS = 80
SLUG = re.compile(rf"(?:[^\s/]*-)?([{ALPHABET}]{{{KEY_LENGTH}}})")
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Which drawing of a sign is meant."""
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
FOLDED = str.maketrans(LETTERS | {chr(mark): "" for mark in range(0x0300, 0x0370)})
"""With the accents of Latin, Greek and Cyrillic, which go."""


def new_key() -> str:
    """40 random bits; a transaction makes sure that no other article has it."""
    import secrets

    return "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))


def words(text: str, limit: int = MAX_WORDS) -> str:
    """`Élysée's "new" deal` → `elysees-new-deal`; empty where there is neither letter nor digit."""
    joined = "-".join(_words(folded(re.sub(r"['’ʼ]", "", text))))
    if len(joined) <= limit:
        return joined
    return joined[: limit + 1].rpartition("-")[0] or joined[:limit]


def _words(text: str) -> Iterator[str]:
    """Runs of letters and digits. A mark goes on with a word, since in many scripts it is a vowel, and begins none."""
    word = ""
    for letter in f"{SELECTORS.sub('', text)} ":
        kind = unicodedata.category(letter)
        if kind[0] in "LN" or (word and kind in {"Mn", "Mc"}):
            word += letter
        elif word:
            yield word
            word = ""


def folded(text: str) -> str:
    """`Élysée` → `elysee`: small letters without accents. The marks of other scripts carry vowels and stay."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text).lower().translate(FOLDED)
    return unicodedata.normalize("NFC", small)


def slug(its_words: str, key: str) -> str:
    return f"{its_words}-{key}" if its_words else key


def key_of(text: str) -> str | None:
    """The key in a slug, or None where it is no slug of ours."""
    match = SLUG.fullmatch(text.casefold())
    return match[1] if match else None
