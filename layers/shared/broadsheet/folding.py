"""Folding: what looks the same to a reader becomes the same text. For names nobody may imitate, and for word lists.

Compatibility forms (NFKC), case and accents go, and letters of other alphabets and digits that pass for Latin letters
become those: a hand-picked part of Unicode's confusables (UTS 39), the ones that are used to get past a list.
"""

from __future__ import annotations

import re
import unicodedata

LOOKS_LIKE = str.maketrans(
    {
        letter: latin
        for latin, letters in {
            "a": "аαɑ4",
            "b": "вьβ8",
            "c": "сϲ",
            "d": "ԁ",
            "e": "еєεҽ3",
            "g": "ɡց9",
            "h": "һհн",
            "i": "іїιɩı1l",
            "j": "јϳ",
            "k": "кκ",
            "m": "м",
            "n": "пηո",
            "o": "оοσօ0ø",
            "p": "рρ",
            "q": "ԛգ",
            "r": "гꭇ",
            "s": "ѕ5ꜱ",
            "t": "тτ7",
            "u": "υսμ",
            "v": "νѵ",
            "w": "ԝшщω",
            "x": "хχ",
            "y": "уүγ",
            "z": "ᴢ2",
        }.items()
        for letter in letters
    }
)
SIGNS = str.maketrans("@!|$+€¢", "aiistec")
"""Signs that pass for letters inside a word, and end one elsewhere."""
LETTER = re.compile(r"[^\W_]")


def fold(text: str) -> str:
    """A name without what only sets it apart for a machine: spaces, marks, case, accents, look-alikes."""
    return "".join(LETTER.findall(latin(text, signs=True)))


def latin(text: str, *, signs: bool = False) -> str:
    """A text folded letter by letter; spaces and punctuation stay, but for the signs that pass for letters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in plain if unicodedata.category(letter) not in {"Mn", "Me", "Cf"})
    return (bare.translate(SIGNS) if signs else bare).translate(LOOKS_LIKE)
