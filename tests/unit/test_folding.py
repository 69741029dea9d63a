"""Folding: however a name is dressed it is the same name, and every other name stays another."""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase

import pytest
from broadsheet import folding
from hypothesis import given
from hypothesis import strategies as st

NAME = "nora vale"
ALPHABETS = [0x1D400, 0x1D434, 0x1D468, 0x1D5A0, 0x1D5D4, 0x1D670]
"""Where mathematical alphabets begin: bold, italic and so on, capitals and then small letters."""
ALIKE = {
    letter: [chr(code) for code, latin in folding.LOOKS_LIKE.items() if latin == letter] for letter in ascii_lowercase
}
BETWEEN = ["", "", "", " ", ".", "-", "_", "\u200b", "\u200d", "\u00ad", "\u0301", "\u0336", "\ufe0f", "'", "\u2060"]


def dressed(letter: str) -> list[str]:
    """What a letter may be written as."""
    place = ascii_lowercase.find(letter)
    if place < 0:
        return [letter, "", "\u3000"]
    styled = [chr(start + place + small) for start in ALPHABETS for small in (0, 26)]
    drawn = [chr(start + place) for start in (0xFF21, 0xFF41, 0x24B6, 0x24D0, 0x1F150, 0x1F170)]
    return [letter, letter.upper(), *styled, *drawn, *ALIKE[letter]]


DRESSED = st.tuples(*(st.tuples(st.sampled_from(dressed(letter)), st.sampled_from(BETWEEN)) for letter in NAME))


@given(DRESSED)
def test_a_name_is_known_in_any_dress(parts: tuple[tuple[str, str], ...]) -> None:
    assert folding.fold("".join(letter + after for letter, after in parts)) == folding.fold(NAME)


@given(st.text(), st.text())
def test_a_name_is_known_by_its_letters_in_their_order(one: str, other: str) -> None:
    assert folding.fold(f"{one} {other}") == folding.fold(one) + folding.fold(other)


@given(st.text())
def test_what_is_folded_has_no_case_no_spaces_and_nothing_unseen(text: str) -> None:
    folded = folding.fold(text)
    assert folded.casefold() == folded
    assert {unicodedata.category(letter)[0] for letter in folded} <= {"L", "N", "M"}


@pytest.mark.parametrize("written", ["", " ", "-", "…", "\u200b", "!", "._."])
def test_a_name_without_letters_folds_to_nothing(written: str) -> None:
    assert folding.fold(written) == ""


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("مريم", "مَرْيَم"),
        ("שרה לוי", "שָׂרָה לֵוִי"),
        ("Νίκος Μάνος", "ΝΊΚΟΣ ΜΆΝΟΣ"),
        ("Łukasz Żak", "łukasz zak"),
        ("Weiß", "WEISS"),
        ("ﬁona", "Fiona"),
        ("가나", "가나"),
    ],
)
def test_a_name_of_any_script_is_known_without_its_accents_and_capitals(written: str, also: str) -> None:
    assert folding.fold(written) == folding.fold(also) != ""


def test_latin_letters_stay_apart_but_for_i_and_l() -> None:
    folded = {letter: folding.fold(letter) for letter in ascii_lowercase}
    assert len({*folded.values()}) == 25
    assert folded["i"] == folded["l"]
