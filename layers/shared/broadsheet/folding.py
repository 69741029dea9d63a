"""Folding: what looks the same to a reader becomes the same text. For names nobody may imitate, and for word lists.

Compatibility forms (NFKC), case and accents go, and letters of other alphabets and digits that pass for Latin letters
become those: a hand-picked part of Unicode's confusables (UTS 39), the ones that are used to get past a list.
"""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase

LOOKS_LIKE = str.maketrans(
    {
        letter: latin
        for latin, letters in {
            "a": "аαɑ4",
            "b": "вьβ8",
            "c": "сϲ",
            "d": "ԁđ",
            "e": "еєεҽ3",
            "g": "ɡց9",
            "h": "һհнħ",
            "i": "іїιɩı1lłӏ",
            "j": "јϳ",
            "k": "кκ",
            "m": "м",
            "n": "пηո",
            "o": "оοσօ0ø",
            "p": "рρ",
            "q": "ԛգ",
            "r": "гꭇ",
            "s": "ѕ5",
            "t": "тτ7ŧ",
            "u": "υսμ",
            "v": "νѵ",
            "w": "ԝшщω",
            "x": "хχ",
            "y": "уүγ",
            "z": "2",
        }.items()
        for letter in letters
    }
)
STYLED = str.maketrans(
    {
        styled: letter
        for alphabet in (
            "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ",
            map(chr, range(0x1F150, 0x1F16A)),
            map(chr, range(0x1F170, 0x1F18A)),
        )
        for styled, letter in zip(alphabet, ascii_lowercase, strict=True)
    }
)
"""Small capitals, and white letters in black circles and squares, that have no compatibility form."""
SIGNS = str.maketrans("@!|$+€¢", "aiistec")
PUNCTUATION = re.compile(r"[!|+]+(?![^\W_]|[@$€¢])")
"""Signs that pass for letters, but not where they end a word."""
MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
"""What may be left out. In other scripts a mark is a vowel or makes another consonant, and stays."""


def fold(text: str) -> str:
    """A name without what only sets it apart for a machine: spaces, marks, case, accents, look-alikes."""
    return "".join(letter for letter in latin(signed(plain(text))) if unicodedata.category(letter)[0] in "LNM")


def plain(text: str) -> str:
    """A text in small letters without accents and without what is not seen."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(letter for letter in MARKS.sub("", apart) if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFC", seen).translate(STYLED)


def signed(text: str) -> str:
    """A plain text with the signs that pass for letters read as such."""
    return PUNCTUATION.sub(" ", text).translate(SIGNS)


def latin(text: str) -> str:
    """A plain text with the letters and digits that pass for Latin ones read as such."""
    return text.translate(LOOKS_LIKE)
