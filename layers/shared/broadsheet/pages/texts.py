"""The interface's words by gettext: English stands in the templates, every other language in a catalogue.

`make translations` brings the catalogues up to date and compiles them; a test fails where a translation is missing or
fuzzy, or names other values than the English. A language without a catalogue is shown in English.
"""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from broadsheet import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "pages"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    tags = [tag.replace("-", "_") for tag in languages.parents(language)]
    return gettext.translation(DOMAIN, FOLDER, tags, fallback=True)


@cache
def functions(language: str) -> Mapping[str, Callable[..., Markup]]:
    """`_`, `ngettext` and `pgettext` for templates. Values are escaped, the catalogue's own words are ours and are not."""
    words = catalogue(language)

    def one(message: str, /, **values: Any) -> Markup:
        return _filled(words.gettext(message), values)

    def several(singular: str, plural: str, count: int, /, **values: Any) -> Markup:
        return _filled(words.ngettext(singular, plural, count), values)

    def of(context: str, message: str, /, **values: Any) -> Markup:
        return _filled(words.pgettext(context, message), values)

    return {"_": one, "ngettext": several, "pgettext": of}


def _filled(text: str, values: Mapping[str, Any]) -> Markup:
    return Markup(text) % values if values else Markup(text)  # noqa: S704  the catalogue's words are part of the code
