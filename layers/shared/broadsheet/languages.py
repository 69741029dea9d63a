"""Language tags: well-formed BCP 47, written the usual way (`pt-BR`, `zh-Hant`)."""

from __future__ import annotations

import re

from .errors import invalid

# language, script, region, variants, extensions and private use, in the order of RFC 5646, without its rare forms
TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*(-[a-wyz\d](-[a-z\d]{2,8})+)*(-x(-[a-z\d]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
MAX_LENGTH = 35


TODAY = {"in": "id", "iw": "he", "ji": "yi"}
"""Tags that have others now."""
TRADITIONAL = {"zh-HK", "zh-MO", "zh-TW"}
"""Where Chinese is written in `Hant` without a tag saying so."""


def parents(tag: str) -> list[str]:
    """The tag and what it is a kind of, nearest first: `zh-Hant-TW`, `zh-Hant`, `zh`."""
    parts = tag.split("-")
    found = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return [found[0], "zh-Hant", *found[1:]] if tag in TRADITIONAL else found


def canonical(tag: str) -> str | None:
    """The tag with its usual capitals, or None where it is not well-formed."""
    if len(tag) > MAX_LENGTH or not TAG.fullmatch(tag) or tag.lower().split("-")[0] == "und":
        return None
    first, *rest = tag.lower().split("-")
    first = TODAY.get(first, first)
    done, private = [first], False
    for part in rest:
        private = private or len(part) == 1
        done.append(part if private else _cased(part))
    return "-".join(done)


def _cased(part: str) -> str:
    if len(part) == 2:  # noqa: PLR2004  a region
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part  # noqa: PLR2004  a script


def filter_tag(text: str) -> str:
    """The tag of a query parameter. Raises Invalid."""
    tag = canonical(text)
    if tag is None:
        raise invalid("language", "bad_language", "Not a BCP 47 language tag.")
    return tag
