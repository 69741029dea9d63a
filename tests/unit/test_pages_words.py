"""The site's words and formats: nothing is left untranslated, nothing is out of date, and dates are as Unicode has them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from babel import Locale, dates, lists, numbers
from babel.localedata import locale_identifiers
from broadsheet import languages, site
from broadsheet.pages import documents, formats, texts
from markupsafe import Markup

from tools import translations

if TYPE_CHECKING:
    from babel.messages import Catalog

LANGUAGES = list(translations.languages())
VALUE = re.compile(r"%\(\w+\)s")
MOMENTS = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=31 * n, minutes=7 * n) for n in range(400)]


def said(message: Any) -> list[str]:
    """Every form of what a message says."""
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def asked(message: Any) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple) else [message.id]


@pytest.fixture(params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return translations.read(translations.catalogue(request.param))


def test_every_language_of_the_site_has_its_words() -> None:
    assert set(site.get().languages) <= {"en", *LANGUAGES}


def test_every_message_is_translated_and_none_is_left_over(catalogue: Catalog) -> None:
    wanted = {(message.context, message.id) for message in translations.messages() if message.id}
    there = {(message.context, message.id): message for message in catalogue if message.id}
    assert len(wanted) > 100
    assert there.keys() == wanted, "make translations"
    assert [message.id for message in there.values() if not all(said(message))] == []
    assert [message.id for message in there.values() if message.fuzzy] == []
    assert not catalogue.obsolete


def test_a_translation_names_the_same_values(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            wanted = {value for text in asked(message) for value in VALUE.findall(text)}
            for text in said(message):
                assert set(VALUE.findall(text)) == wanted, message.id
                assert "%" not in VALUE.sub("", text), message.id
                assert "<" not in text, "words are no HTML"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    path = translations.catalogue(language)
    assert path.with_suffix(".mo").read_bytes() == translations.compiled(translations.updated(language))
    assert path.read_bytes() == translations.written(translations.updated(language))


def test_a_message_that_is_new_is_missed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = translations.messages()
    messages.add("Something that nobody translated")
    monkeypatch.setattr(translations, "messages", lambda: messages)
    found = translations.updated("es")
    assert [message.id for message in found if message.id and not message.string] == [
        "Something that nobody translated"
    ]
    assert translations.written(found) != translations.catalogue("es").read_bytes()


def test_values_are_escaped_and_words_are_not() -> None:
    words = texts.functions("es")
    assert words["_"]("More about %(topic)s", topic="<b>") == Markup("Más sobre &lt;b&gt;")
    assert words["_"]("More about %(topic)s", topic=Markup("<b>")) == Markup("Más sobre <b>")
    several = [words["ngettext"]("%(n)s comment", "%(n)s comments", n, n=n) for n in (1, 2)]
    assert several == ["1 comentario", "2 comentarios"]


def test_a_region_speaks_its_language_and_a_stranger_english() -> None:
    for language, shown in (("es-MX", "Comentarios"), ("fr", "Comments"), ("en", "Comments")):
        assert texts.functions(language)["_"]("Comments") == shown


# ---------------------------------------------------------------- dates and numbers


@pytest.fixture
def by_language_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A publication without wishes of its own."""
    plain = replace(site.get(), formats={})
    monkeypatch.setattr(site, "get", lambda: plain)


def held(text: str) -> str:
    """Browsers write the narrow space that holds together as a wide one."""
    return text.replace("\u202f", "\u00a0")


@pytest.mark.usefixtures("by_language_alone")
@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_dates_and_numbers_are_those_of_unicode(language: str) -> None:
    """Babel writes Western digits where a language has its own."""
    locale, form, zone = Locale.parse(language, sep="-"), formats.of(language), formats._zone()
    west = {ord(digit): str(n) for n, digit in enumerate(form.digits)}
    for at in MOMENTS:
        here = at.astimezone(zone)
        assert form.day(at).translate(west) == held(dates.format_date(here, "long", locale=locale))
        assert form.weekday(at).translate(west) == held(dates.format_date(here, "full", locale=locale))
        time = dates.format_time(here, translations.time_pattern(locale), tzinfo=zone, locale=locale)
        assert held(time) in form.minute(at).translate(west)
    for n in (0, 7, 999, *([1000] if form.least == 1 else []), 12_345, 1_234_567):
        assert form.number(n).translate(west) == numbers.format_decimal(
            n, locale=locale, numbering_system="default"
        ).translate(west)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_formats_are_current(language: str) -> None:
    path = translations.FORMATS / f"{language}.json"
    assert path.read_text("utf-8") == translations.format_file(language), "make translations"


@pytest.mark.usefixtures("by_language_alone")
def test_a_language_without_formats_has_its_parents_or_english() -> None:
    assert formats.of("es-AR") == formats.of("es")
    assert formats.of("tlh") == formats.of("en")
    assert formats.of("../../site") == formats.of("en")


@pytest.mark.usefixtures("by_language_alone")
def test_a_locale_has_the_territory_of_the_tag_or_the_likeliest_or_is_not_known() -> None:
    known = {"en": "en_US", "es-MX": "es_MX", "pt": "pt_BR", "pt-PT": "pt_PT", "zh-Hant": "zh_TW", "fr-CH": "fr_CH"}
    assert {tag: formats.locale(tag) for tag in known} == known
    assert formats.locale("de-Latn") == "de_DE"
    assert formats.locale("tlh") is None


def test_a_publication_writes_a_language_as_its_own_region_does() -> None:
    at = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)
    assert site.get().formats == {"en": "en-GB"}
    assert (formats.of("en").minute(at), formats.locale("en")) == ("30 November 2026, 14:30", "en_GB")
    assert formats.of("en-US").minute(at) == "November 30, 2026, 2:30\u00a0PM"  # which was asked for by name
    assert formats.locale("en-US") == "en_US"


@pytest.mark.usefixtures("by_language_alone")
def test_a_day_has_two_halves_where_its_hours_are_told_so() -> None:
    assert [formats.of(language).in_halves for language in ("en", "en-GB", "es", "fr-CA", "ko")] == [
        True,
        False,
        False,
        False,
        True,
    ]


def test_spanish_parts_a_number_from_five_digits_on() -> None:
    assert [formats.of("es").number(n) for n in (999, 2000, 12_000)] == ["999", "2000", "12.000"]
    assert [formats.of("hi").number(n) for n in (1234, 1_234_567)] == ["1,234", "12,34,567"]


def test_persian_has_its_own_digits() -> None:
    assert formats.of("fa").number(1234) == "۱٬۲۳۴"


def test_every_language_that_unicode_knows_has_its_direction() -> None:
    for name in locale_identifiers():
        tag = name.replace("_", "-")
        if Locale.parse(name).text_direction in {"ltr", "rtl"}:  # HTML knows no writing from top to bottom
            assert formats.direction(tag) == Locale.parse(name).text_direction, tag
    assert formats.direction("az-Arab-IR") == "rtl"
    assert formats.direction("ar-Latn") == "ltr"


def test_a_tag_is_what_its_parents_are() -> None:
    assert languages.parents("zh-Hant-TW") == ["zh-Hant-TW", "zh-Hant", "zh"]
    assert languages.parents("zh-TW") == ["zh-TW", "zh-Hant", "zh"]
    assert languages.parents("en") == ["en"]
    assert formats.of("zh-TW") == formats.of("zh-Hant") != formats.of("zh")


def joined(language: str, *names: str) -> str:
    return (
        str(formats.of(language).joined([Markup("<b>{}</b>").format(name) for name in names]))
        .replace("<b>", "")
        .replace("</b>", "")
    )


@pytest.mark.usefixtures("by_language_alone")
@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_names_are_put_together_as_a_language_does_it(language: str) -> None:
    locale = Locale.parse(language, sep="-")
    for names in (["Ada"], ["Ada", "Ben"], ["Ada", "Ben", "Cleo"], ["Ada", "Ben", "Cleo", "Dov"]):
        assert joined(language, *names) == lists.format_list(names, "standard", locale)
    assert joined(language) == ""


def test_spanish_says_e_before_what_sounds_like_its_y() -> None:
    said = [joined("es-AR", "María", name) for name in ("Inés", "Hierro", "Hilario", "Yago")]
    assert said == ["María e Inés", "María y Hierro", "María e Hilario", "María y Yago"]


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_plural_of_a_language_is_among_its_samples(language: str) -> None:
    plural = Locale.parse(language, sep="-").plural_form
    samples = formats.of(language).samples
    assert {plural(n) for n in samples} == {plural(n) for n in [*range(10_000), 1_000_000]}
    assert len(samples) <= 6


# ---------------------------------------------------------------- texts of the publisher's


@pytest.mark.parametrize("language", list(site.get().languages))
def test_every_text_is_written_in_every_language(language: str) -> None:
    for document in documents.listed(language):
        assert document.language == language
        assert document.title
        assert document.html.startswith(("<p>", "<h2>"))


def test_markdown_of_the_publishers_takes_no_html() -> None:
    assert documents._html("<script>x</script>\n\n**bold**") == (
        "<p>&lt;script&gt;x&lt;/script&gt;</p>\n<p><strong>bold</strong></p>\n"
    )
