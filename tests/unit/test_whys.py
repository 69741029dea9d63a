"""Every reason has words in each language that has any, and a reader of another language gets some."""

from __future__ import annotations

from typing import get_args

import pytest
from broadsheet import languages, whys
from broadsheet.ranking import choosing

from contract import answers

REASONS = {value for name, value in vars(choosing).items() if name.isupper() and isinstance(value, str)}


def test_what_a_list_can_give_as_a_reason_is_what_has_words_and_what_is_documented() -> None:
    assert {"same_story", "same_topic", "readers_went_on", "similar", "editors_pick"} <= REASONS
    assert set(whys.REASONS) == REASONS == set(get_args(answers.Why))


@pytest.mark.parametrize("language", sorted(whys.WORDS))
def test_each_language_says_each_reason_in_its_own_words(language: str) -> None:
    assert languages.canonical(language) == language
    said = whys.WORDS[language]
    assert set(said) == REASONS
    assert len(set(said.values())) == len(REASONS)
    for words in said.values():
        assert words == words.strip()
        assert not words[0].islower()
        assert 3 < len(words) <= 40, "it stands beside a card"
        assert not set(words) & set('<>&"'), "it is text wherever it is put"
        assert language == "en" or words not in whys.WORDS["en"].values()


@pytest.mark.parametrize(
    ("language", "like"),
    [
        ("es-MX", "es"),
        ("pt-BR", "pt"),
        ("de-CH-1996", "de"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-SG", "zh"),
        ("", "en"),
        ("eu", "en"),
    ],
)
def test_a_region_says_it_as_its_language_and_an_unknown_language_in_english(language: str, like: str) -> None:
    for why in whys.REASONS:
        assert whys.words(why, language) == whys.words(why, like)


def test_what_is_no_reason_has_no_words() -> None:
    with pytest.raises(KeyError):
        whys.words("because", "en")
