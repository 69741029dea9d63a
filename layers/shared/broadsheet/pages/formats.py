"""Dates and numbers as a language writes them.

`formats/<language>.json` holds what of Unicode's CLDR that takes: names, patterns, digits. `make translations`
makes the files with Babel, and a test compares every language with what Babel writes, so that no instance loads Babel.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from markupsafe import Markup

from broadsheet import languages, site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

FOLDER = Path(__file__).parent / "formats"
TAG = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
SCRIPT = re.compile(r"-([A-Z][a-z]{3})(?:-|$)")
FROM_THE_RIGHT = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
USUALLY_FROM_THE_RIGHT = {
    "apc", "ar", "arc", "bal", "bgn", "ckb", "dv", "fa", "he", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "rhg",
    "sd", "sdh", "skr", "syr", "trw", "ug", "ur", "yi",
}  # fmt: skip
E_FOR_Y = re.compile(r"h?[ií](?![ae])", re.IGNORECASE)
"""Spanish says `e` before what sounds like its `y`."""
REGION = re.compile(r"-([A-Z]{2})(?:-|$)")
PLAIN = "en"
"""For languages without a file."""
PART = re.compile(r"'((?:[^']|'')*)'|([a-zA-Z])\2*|[^a-zA-Z']+")
"""Of a CLDR pattern: quoted text, a field such as `MMMM`, or what stands between."""


@dataclass(frozen=True)
class Formats:
    months: Sequence[str]
    weekdays: Sequence[str]
    """From Monday."""
    halves: Sequence[str]
    """Before and after noon."""
    date: str
    full: str
    """A date with its weekday."""
    time: str
    moment: str
    """How date and time are put together: `{1}, {0}`."""
    digits: str
    system: str
    """Unicode's name of them: `latn`, `arab`."""
    group: str
    grouping: Sequence[int]
    """Digits of the last group, and of those before it."""
    least: int
    """Digits that stand before the first sign between groups at least: 2 where 1234 has none."""
    two: str
    """How two names are put together: `{0} and {1}`."""
    more: Sequence[str]
    """And more of them: the first with the rest, those between, the last two."""
    samples: Sequence[int]
    """A number of each kind that has a plural of its own."""
    territory: str
    """Where most of those live who read it: `US` for `en`."""

    @property
    def in_halves(self) -> bool:
        """Whether a day has twelve hours twice."""
        return any(match[2] == "h" for match in PART.finditer(self.time))

    def day(self, at: datetime) -> str:
        return self._written(self.date, here(at))

    def weekday(self, at: datetime) -> str:
        return self._written(self.full, here(at))

    def minute(self, at: datetime) -> str:
        there = here(at)
        made = self.moment.replace("{1}", self._written(self.date, there))
        return made.replace("{0}", self._written(self.time, there))

    def number(self, n: int) -> str:
        first, further = self.grouping
        if n < 10 ** (first + self.least - 1):
            return self._own(str(n))
        head, tail = str(n)[:-first], str(n)[-first:]
        while head:
            head, tail = head[:-further], f"{head[-further:]}{self.group}{tail}"
        return self._own(tail)

    def joined(self, names: Sequence[Markup]) -> Markup:
        """Names as a sentence lists them."""
        if len(names) <= 2:  # noqa: PLR2004
            return self._put(self.two, *names) if len(names) == 2 else Markup().join(names)  # noqa: PLR2004
        first, between, last = self.more
        made = self._put(last, *names[-2:])
        for name in reversed(names[1:-2]):
            made = self._put(between, name, made)
        return self._put(first, names[0], made)

    def _put(self, pattern: str, one: Markup, other: Markup) -> Markup:
        if " y {1}" in pattern and E_FOR_Y.match(other.striptags()):
            pattern = pattern.replace(" y {1}", " e {1}")
        return Markup(pattern).format(one, other)  # noqa: S704  the pattern is Unicode's

    def _written(self, pattern: str, at: datetime) -> str:
        """With the space that holds together in the width that browsers write it in."""
        return "".join(self._part(match, at) for match in PART.finditer(pattern)).replace("\u202f", "\u00a0")

    def _part(self, match: re.Match[str], at: datetime) -> str:
        part = match[0]
        if match[2] is None:
            return (match[1] or "'").replace("''", "'") if part.startswith("'") else part
        return self._field(part, at)

    def _field(self, name: str, at: datetime) -> str:
        match name[0]:
            case "M" | "L" if len(name) > 2:  # noqa: PLR2004
                return self.months[at.month - 1]
            case "E" | "c":
                return self.weekdays[at.weekday()]
            case "a" | "B" | "b":
                return self.halves[at.hour >= 12]  # noqa: PLR2004
        numbers = {"y": at.year, "M": at.month, "L": at.month, "d": at.day, "H": at.hour, "m": at.minute}
        n = (at.hour % 12 or 12) if name[0] == "h" else numbers[name[0]]
        return self._own(str(n).zfill(len(name)))

    def _own(self, text: str) -> str:
        return text.translate({ord("0") + n: digit for n, digit in enumerate(self.digits)})


def of(language: str) -> Formats:
    return _own(written_as(language)) or _read(PLAIN)


def written_as(language: str) -> str:
    """The tag by which dates and numbers are written in a language: the publication's wish, or itself."""
    return site.get().formats.get(language, language)


def locale(language: str) -> str | None:
    """As Open Graph names it, `es_MX`; None where nobody knows the territory."""
    wanted = written_as(language)
    given = REGION.search(wanted)
    own = _own(wanted)
    region = given[1] if given else own.territory if own else ""
    return f"{language.partition('-')[0]}_{region}" if region else None


def direction(language: str) -> str:
    """Of its script, where the tag names one, or of the one that it usually is written in."""
    script = SCRIPT.search(language)
    if script:
        return "rtl" if script[1] in FROM_THE_RIGHT else "ltr"
    return "rtl" if language.partition("-")[0] in USUALLY_FROM_THE_RIGHT else "ltr"


def _own(language: str) -> Formats | None:
    """The language's, or its parent's."""
    tags = [tag for tag in languages.parents(language) if TAG.fullmatch(tag)]
    return next((_read(tag) for tag in tags if (FOLDER / f"{tag}.json").exists()), None)


@cache
def _read(tag: str) -> Formats:
    return Formats(**json.loads((FOLDER / f"{tag}.json").read_text("utf-8")))


def here(at: datetime) -> datetime:
    """In the site's time zone."""
    return at.astimezone(_zone())


@cache
def _zone() -> ZoneInfo:
    return ZoneInfo(site.get().time_zone)
