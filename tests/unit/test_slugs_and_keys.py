"""Slugs, keys, cursors, languages and times: what is made can be read again, and what sorts as text sorts as meant."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from broadsheet import clock, cursors, keys, languages, slugs
from broadsheet.errors import BadCursor
from hypothesis import assume, given
from hypothesis import strategies as st

KEYS = st.text(alphabet=slugs.ALPHABET, min_size=slugs.KEY_LENGTH, max_size=slugs.KEY_LENGTH)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis wants them so
ULIDS = st.from_regex(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", fullmatch=True)


@given(st.text(), KEYS)
def test_a_slug_leads_back_to_its_key(headline: str, key: str) -> None:
    slug = slugs.slug(slugs.words(headline), key)
    assert slugs.key_of(slug) == key
    assert not re.search(r"[\s/?#%\"<>\\]", slug)


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    words = slugs.words(text)
    assert slugs.words(words) == words
    assert len(words) <= slugs.MAX_WORDS
    assert not words.startswith("-")
    assert not words.endswith("-")
    assert "--" not in words


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ('Élysée\'s "new" deal', "elysees-new-deal"),
        ("Straße, Æther & Łódź", "strasse-aether-lodz"),
        ("  50% off — today!  ", "50-off-today"),
        ("Η γέφυρα ανοίγει", "η-γεφυρα-ανοιγει"),
        ("橋が開いた", "橋が開いた"),
        ("𝕊tate Ⅷ", "state-viii"),
        ("İstanbul", "istanbul"),
        ("???", ""),
        ("a" * 100, "a" * 80),
        ("word " * 30, "word-" * 15 + "word"),
    ],
)
def test_words_of_a_headline(headline: str, words: str) -> None:
    assert slugs.words(headline) == words


@pytest.mark.parametrize(
    "text", ["", "x", "a b-00000000", "a-0000000", "a-ilou0000", "a/00000000", "a-00000000\n", "a--"]
)
def test_what_is_no_slug_has_no_key(text: str) -> None:
    assert slugs.key_of(text) is None


def test_new_keys_differ_and_are_keys() -> None:
    made = {slugs.new_key() for _ in range(500)}
    assert len(made) == 500
    assert all(slugs.key_of(key) == key for key in made)


# ---------------------------------------------------------------- cursors


@given(st.text(max_size=60), st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200))
def test_a_cursor_names_its_place(partition: str, place: str) -> None:
    assert cursors.decode(partition, cursors.encode(partition, place)) == place


@given(st.text(max_size=60), st.text(max_size=60), st.from_regex(r"[ -~]{1,80}", fullmatch=True))
def test_a_cursor_of_one_listing_is_none_of_another(one: str, other: str, place: str) -> None:
    assume(one != other)
    with pytest.raises(BadCursor):
        cursors.decode(other, cursors.encode(one, place))


@given(st.text(min_size=1, max_size=400))
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        cursors.decode("LISTING#latest", cursor)


# ---------------------------------------------------------------- languages


@given(st.from_regex(languages.TAG, fullmatch=True))
def test_a_tag_written_the_usual_way_stays_as_it_is(tag: str) -> None:
    assume(tag.lower().partition("-")[0] not in {*languages.TODAY, "und"})
    usual = languages.canonical(tag)
    if len(tag) > languages.MAX_LENGTH:
        assert usual is None
        return
    assert usual is not None
    assert usual.lower() == tag.lower()
    assert languages.canonical(usual) == usual == languages.canonical(tag.upper())


@given(st.text())
def test_what_is_no_tag_is_none(text: str) -> None:
    assert languages.canonical(text) is None or re.fullmatch(r"[A-Za-z0-9-]{2,35}", text)


@pytest.mark.parametrize(
    ("tag", "usual"),
    [
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-ch-1901", "de-CH-1901"),
        ("sl-ROZAJ", "sl-rozaj"),
        ("en-x-AB", "en-x-ab"),
        ("english", None),
        ("en_GB", None),
        ("en-", None),
        ("", None),
        ("en\n", None),
        ("ën", None),
    ],
)
def test_tags(tag: str, usual: str | None) -> None:
    assert languages.canonical(tag) == usual


# ---------------------------------------------------------------- times and keys


@given(TIMES, TIMES)
def test_stamps_sort_as_times_do(one: datetime, other: datetime) -> None:
    a, b = clock.stamp(one), clock.stamp(other)
    assert len(a) == len(b) == 24
    if a != b:
        assert (a < b) == (one < other)
    assert clock.stamp(clock.parse(a)) == a


@given(TIMES, TIMES, ULIDS, ULIDS)
def test_entries_and_what_is_due_sort_by_time_then_id(one: datetime, other: datetime, a: str, b: str) -> None:
    first, second = sorted([(clock.stamp(one), a), (clock.stamp(other), b)])
    for make in (
        lambda at, name: keys.entry("LISTING#latest", at, name)["sk"],
        lambda at, name: keys.due(at, name)["sk"],
    ):
        assert make(*first) <= make(*second)


@given(TIMES, TIMES, ULIDS)
def test_what_is_due_is_found_from_its_time_on(at: datetime, now: datetime, name: str) -> None:
    found = keys.due(clock.stamp(at), name)["sk"] <= f"{clock.stamp(now)}~"
    assert found == (clock.stamp(at) <= clock.stamp(now))


@given(st.integers(1, 99_999_998))
def test_revisions_sort_by_number_below_the_state(n: int) -> None:
    one, other = keys.revision("A", n)["sk"], keys.revision("A", n + 1)["sk"]
    assert one < other < keys.STATE


@given(st.lists(st.text(alphabet="ab-", min_size=1, max_size=3), unique=True, max_size=8), st.booleans())
def test_an_article_stands_in_each_listing_once(authors: list[str], with_topic: bool) -> None:
    made = list(keys.listings_of("world", "trams" if with_topic else None, authors, "en"))
    assert len(set(made)) == len(made) == 2 * (2 + with_topic + len(authors))


@pytest.mark.parametrize(
    ("text", "words"), [("नदी वार्ता", "नदी-वार्ता"), ("น้ำ", "น้ำ"), ("நதி", "நதி"), ("می‌خواهم", "می-خواهم")]
)
def test_marks_that_are_vowels_stay_in_their_words(text: str, words: str) -> None:
    assert slugs.words(text) == unicodedata.normalize("NFC", unicodedata.normalize("NFKD", words))
    assert slugs.words(slugs.words(text)) == slugs.words(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [("I ❤️ trams", "i-trams"), ("❤️", ""), ("✈️ Travel", "travel"), ("1️⃣ first", "1-first"), ("\u0301a", "a")],
)
def test_signs_with_marks_of_their_own_are_no_words(text: str, words: str) -> None:
    assert slugs.words(text) == words
