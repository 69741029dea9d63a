"""Text to terms: what two articles must have in common to be near each other.

A term is a word in small letters, without accents, in the singular where its language has a rule here; a language without
one keeps the first letters of its longer words, which is what its endings leave alone. Scripts that are written without
spaces give runs of characters instead: two of Chinese, Korean and Japanese, four of Thai, Lao, Burmese and Khmer.

Which terms are too common to mean anything is not known here: that is what the tables of `idf` are for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from .. import slugs

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0971-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u109d\u17b4-\u17d3\u3099\u309a"
)
"""Vowel signs and accents that stand beside their letter: part of the word to a reader, not to `\\w`."""
LEFT_OUT = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]"
)
"""Hebrew and Arabic vowel signs, and the stroke that stretches a word: written or not, it is the same word."""
HAN_AND_HANGUL = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f\uac00-\ud7a3"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff"
SOUTH_EAST = "\u0e01-\u0e4e\u0e81-\u0ede\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
"""Thai, Lao, Burmese, Khmer."""
RUN = re.compile(f"[{HAN_AND_HANGUL}]+|[{HIRAGANA}]+|[{KATAKANA}]+|[{SOUTH_EAST}]+")
WORD = re.compile(rf"\d+(?:[.,]\d+)+|[^\W_][\w{MARKS}]*(?:['’ʼ][^\W_][\w{MARKS}]*)*")
APOSTROPHE = re.compile("['’ʼ]")
SENTENCE_ENDS = re.compile(r"[.!?…\n]")
THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
CAPITALS_SAY_NOTHING = {"de", "lb"}
"""Languages that write every noun with a capital."""


@lru_cache
def base(language: str) -> str:
    """`pt-BR` → `pt`: words are the same enough in all regions of a language."""
    return language.partition("-")[0].lower()


def terms(text: str, language: str) -> list[str]:
    return [term for term, _ in read(text, language)]


def read(text: str, language: str) -> Iterator[tuple[str, bool]]:
    """Each term in its order, and whether it has a capital inside a sentence, as names have."""
    tongue = base(language)
    capitals_tell = tongue not in CAPITALS_SAY_NOTHING
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if RUN.search(text):
        text = RUN.sub(r" \g<0> ", text)
    end, begins = 0, True
    for match in WORD.finditer(text):
        word, start = match.group(), match.start()
        begins = begins or (start - end != 1 and SENTENCE_ENDS.search(text, end, start) is not None)
        named = not begins and capitals_tell and _capital(word)
        end, begins = match.end(), text[match.end() : match.end() + 1] == "\n"
        for term in _terms(word, tongue):
            yield term, named


def _capital(word: str) -> bool:
    """`Élysée`, and `l'Élysée`."""
    return word[0].isupper() or any(part[:1].isupper() for part in APOSTROPHE.split(word)[1:])


LONGEST = 64
"""Letters of a word that are looked at: what is longer is no word of a language, and a term has to fit a key."""


@lru_cache(maxsize=1 << 15)
def _terms(whole: str, tongue: str) -> tuple[str, ...]:
    word = whole[:LONGEST]
    if word[0].isdigit():
        number = THOUSANDS.sub("", word).replace(",", ".").lower()
        return (number,) if len(number) > 1 else ()
    if RUN.match(word):
        return tuple(_runs(word))
    term = slugs.folded(_singular(_unelided(LEFT_OUT.sub("", word.lower()), tongue), tongue))
    return (term[:LONGEST],) if len(term) > 1 else ()


def _runs(run: str) -> list[str]:
    """Overlapping runs of 2 or 4. Katakana, in which Japanese writes names, is kept whole; hiragana, its endings, is left out."""
    if re.match(f"[{KATAKANA}]", run):
        return [run]
    if re.match(f"[{HIRAGANA}]", run):
        return []
    size = 4 if re.match(f"[{SOUTH_EAST}]", run) else 2
    return [run[i : i + size] for i in range(max(1, len(run) - size + 1))]


def _unelided(word: str, tongue: str) -> str:
    """`l'accord` → `accord`; `nation's` → `nation`; else the apostrophe goes."""
    parts = APOSTROPHE.split(word)
    if tongue in ELIDING and len(parts) > 1:
        return parts[-1]
    if tongue == "en" and parts[-1] == "s":
        parts.pop()
    return "".join(parts)


ELIDING = {"fr", "it", "ca"}


# ---------------------------------------------------------------- plurals: suffixes by language, the first that fits

Rule = list[tuple[str, str]]
PLURALS: dict[str, Rule] = {
    "en": [
        *(("ies", "y"), ("sses", "ss"), ("xes", "x"), ("shes", "sh"), ("ches", "ch")),
        *(("ss", "ss"), ("us", "us"), ("is", "is"), ("s", "")),
    ],
    "es": [
        ("ces", "z"),
        *((f"{end}es", end) for end in "lrndjsy"),
        *((end, end) for end in ("ás", "és", "is", "ís", "ós", "ús")),
        ("s", ""),
    ],
    "fr": [("eaux", "eau"), ("aux", "al"), ("eux", "eux"), ("ss", "ss"), ("us", "us"), ("s", "")],
    "pt": [
        *((f"{end}s", "ão") for end in ("õe", "ãe", "ão")),
        *(("ais", "al"), ("éis", "el"), ("óis", "ol"), ("ns", "m")),
        *((f"{end}es", end) for end in "rzs"),
        *(("is", "is"), ("s", "")),
    ],
    "it": [
        *(("che", "c"), ("chi", "c"), ("ghe", "g"), ("ghi", "g")),
        *((end, "") for end in ("ie", "ia", "io", "i", "e", "a", "o")),
    ],
    "de": [
        ("innen", "in"),
        ("in", "in"),
        *((end, "") for end in ("ern", "ers", "ens", "en", "er", "es", "em", "e", "n", "s")),
    ],
    "nl": [("zen", "s"), ("ven", "f"), *((end, "") for end in ("en", "es", "s", "e"))],
}
SHORTEST = 5
"""Letters of a word that may lose its ending."""
KEPT = 7
"""Letters kept of a word in a language without a rule."""


def _singular(word: str, tongue: str) -> str:
    if len(word) < SHORTEST:
        return word
    if tongue not in PLURALS:
        return slugs.folded(word)[:KEPT]
    for ending, singular in PLURALS[tongue]:
        if word.endswith(ending):
            return word[: len(word) - len(ending)] + singular
    return word
