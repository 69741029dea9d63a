"""Every reason has words in every language of the tables, and a reader of another language gets some."""

from __future__ import annotations

from typing import get_args

import pytest
from broadsheet import whys
from broadsheet.ranking import choosing

from contract import answers

REASONS = {value for name, value in vars(choosing).items() if name.isupper() and isinstance(value, str)}
LANGUAGES = ("en", "es", "de", "fr", "pt")


def test_what_a_list_can_give_as_a_reason_is_what_has_words_and_what_is_documented() -> None:
    assert {"same_story", "same_topic", "readers_went_on", "similar", "editors_pick"} <= REASONS
    assert set(whys.WORDS) == REASONS == set(get_args(answers.Why))


@pytest.mark.parametrize("why", sorted(whys.WORDS))
def test_a_reason_is_said_in_each_language_with_its_own_words(why: str) -> None:
    said = {language: whys.words(why, language) for language in LANGUAGES}
    assert tuple(whys.WORDS[why]) == LANGUAGES
    assert len(set(said.values())) == len(LANGUAGES)
    for words in said.values():
        assert words == words.strip()
        assert words[0].isupper()
        assert 3 < len(words) <= 40, "it stands beside a card"
        assert not set(words) & set('<>&"'), "it is text wherever it is put"


@pytest.mark.parametrize(
    ("language", "like"),
    [("es-MX", "es"), ("pt-BR", "pt"), ("de-CH-1996", "de"), ("zh-Hant", "en"), ("", "en"), ("ja", "en")],
)
def test_a_region_says_it_as_its_language_and_an_unknown_language_in_english(language: str, like: str) -> None:
    for why in whys.WORDS:
        assert whys.words(why, language) == whys.words(why, like)


def test_what_is_no_reason_has_no_words() -> None:
    with pytest.raises(KeyError):
        whys.words("because", "en")
