"""Catalogues of the reader's site, and dates and numbers of each language, made with Babel and committed.

`python -m tools.translations` takes the messages out of templates and code, brings each language's catalogue up to date,
compiles it, and writes the formats anew. A new language begins with `python -m tools.translations fr`.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.core import get_global
from babel.messages import Catalog, extract, mofile, pofile
from babel.numbers import get_group_symbol, parse_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = Path(__file__).resolve().parent.parent / "layers" / "shared" / "broadsheet" / "pages"
LOCALE = PAGES / "locale"
FORMATS = PAGES / "formats"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When each catalogue says it was made: a time of its own would make every file another."""
LANGUAGES = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "de-AT", "de-CH", "el", "en", "en-AU", "en-CA", "en-GB", "en-IE",
    "en-IN", "en-NZ", "en-ZA", "es", "es-MX", "fa", "fi", "fil", "fr", "fr-CA", "fr-CH", "he", "hi", "hu", "id", "is",
    "it", "ja", "ko", "lt", "lv", "mk", "ms", "nb", "nl", "pl", "pt", "pt-PT", "ro", "ru", "sk", "sl", "sr", "sv",
    "ta", "tr", "uk", "ur", "vi", "zh", "zh-Hant",
)  # fmt: skip


DIGITS = {"latn": "0123456789", "arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹", "beng": "০১২৩৪৫৬৭৮৯"}


FROM_FIVE_DIGITS = {"bg", "es", "hu", "it", "lv", "pl", "pt-PT", "sl"}
"""CLDR's minimumGroupingDigits, which Babel does not read."""


def messages() -> Catalog:
    """What there is to translate, with where it stands."""
    found = Catalog(project="Broadsheet", charset="utf-8", fuzzy=False)
    for name, line, message, comments, context in extract.extract_from_dir(PAGES, METHODS, keywords=KEYWORDS):
        found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Path:
    return LOCALE / language.replace("-", "_") / "LC_MESSAGES" / "pages.po"


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return pofile.read_po(file, abort_invalid=True)


def updated(language: str) -> Catalog:
    """The language's catalogue with today's messages; what is new in it is empty."""
    path = catalogue(language)
    standing = read(path) if path.exists() else Catalog(locale=language.replace("-", "_"), domain="pages", fuzzy=False)
    standing.update(messages(), no_fuzzy_matching=True, update_creation_date=False)
    standing.obsolete.clear()
    standing.creation_date = standing.revision_date = BEGINNING
    standing.header_comment = "# Words of the reader's site. English stands in the templates; see docs/pages.md."
    return standing


def written(found: Catalog) -> bytes:
    """Without a head that changes by itself."""
    file = io.BytesIO()
    pofile.write_po(file, found, width=120, omit_header=False, include_lineno=False, sort_output=True)
    lines = file.getvalue().decode().splitlines(keepends=True)
    passing = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Report-",
        "Project-",
    )
    return "".join(line for line in lines if not line.startswith(tuple(f'"{name}' for name in passing))).encode()


def compiled(found: Catalog) -> bytes:
    file = io.BytesIO()
    mofile.write_mo(file, found)
    return file.getvalue()


def languages() -> Iterator[str]:
    """Those with a catalogue."""
    yield from (path.parts[-3].replace("_", "-") for path in sorted(LOCALE.glob("*/LC_MESSAGES/pages.po")))


def formats(language: str) -> dict[str, Any]:
    """What `broadsheet.pages.formats` reads."""
    locale = Locale.parse(language, sep="-")
    system = locale.default_numbering_system
    if system not in DIGITS:
        system = "latn"
    halves = locale.day_periods["format"]["abbreviated" if "abbreviated" in locale.day_periods["format"] else "wide"]
    full = locale.date_formats["full"].pattern
    standing_alone = "stand-alone" if "ccc" in full else "format"
    return {
        "months": [locale.months["format"]["wide"][month] for month in range(1, 13)],
        "weekdays": [locale.days[standing_alone]["wide"][day] for day in range(7)],
        "halves": [halves["am"], halves["pm"]],
        "date": locale.date_formats["long"].pattern,
        "full": full,
        "time": time_pattern(locale),
        "moment": str(locale.datetime_formats["long"]),
        "digits": DIGITS[system],
        "system": system,
        "group": get_group_symbol(locale, numbering_system="default"),
        "grouping": list(parse_pattern(locale.decimal_formats[None].pattern).grouping),
        "least": 2 if language in FROM_FIVE_DIGITS else 1,
        "two": locale.list_patterns["standard"]["2"],
        "more": [locale.list_patterns["standard"][place] for place in ("start", "middle", "end")],
        "samples": samples(locale),
        "territory": locale.territory or territory(language),
    }


def samples(locale: Locale) -> list[int]:
    """The smallest number of each plural."""
    numbers = [*range(200), 1000, 1_000_000]
    return sorted({str(locale.plural_form(n)): n for n in reversed(numbers)}.values())


def territory(language: str) -> str:
    """The likeliest, by Unicode's likely subtags."""
    *_, region = get_global("likely_subtags")[language.replace("-", "_")].split("_")
    return str(region)


def time_pattern(locale: Locale) -> str:
    """Of an hour and its minutes; by 24 hours where a language divides the day into more than two parts."""
    short: str = locale.time_formats["short"].pattern
    return short if "B" not in short else str(locale.datetime_skeletons["Hm"].pattern)


def format_file(language: str) -> str:
    return json.dumps(formats(language), ensure_ascii=False, indent=1) + "\n"


def main(new: list[str]) -> None:
    for language in sorted({*languages(), *new}):
        path, found = catalogue(language), updated(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(found))
        path.with_suffix(".mo").write_bytes(compiled(found))
        missing = sum(1 for message in found if message.id and not message.string)
        print(f"{language}: {len(found)} messages, {missing} not translated")
    for language in LANGUAGES:
        (FORMATS / f"{language}.json").write_text(format_file(language), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
