"""An article's body as its page shows it: as it was cleaned and stored, but for what only a page knows.

An embed whose writers gave it no name has its host for one, and here the words of the page's language around it. A picture
that is the first of the page is not put off, and all come in the width that a screen needs where the site can have that. What may be wider than the page is scrolled, also by whoever has only keys.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

from . import texts, urls

if TYPE_CHECKING:
    from markupsafe import Markup

OPENING = re.compile(r'((?:<(?:p|figure)>)?<img [^>]*?) loading="lazy"')
"""A picture that an article begins with."""
PICTURE = re.compile(r'<img(?: [a-z]+="[^"]*")*? src="([^"]*)"')
"""Whole attributes before its own: what stands in one is nobody's address."""
SIZES = "(min-width: 62rem) 41rem, 100vw"
NAMELESS = re.compile(r'(<iframe src="https://([a-z0-9.-]+)/[^"]*" title=")\2"')
"""As `markup` writes an embed that came without a title."""
TABLE = re.compile(r"(<table\b)|</table>")


def shown(html: str, language: str, *, pictured: bool) -> str:
    """`pictured` says whether a picture stands above it, which then is the one that a reader waits for."""
    if not pictured and (opening := OPENING.match(html)):
        html = f'{opening[1]} fetchpriority="high"{html[opening.end() :]}'
    html = PICTURE.sub(lambda found: f"{found[0]}{_widths(unescape(found[1]))}", html)
    html = TABLE.sub(lambda found: f"{_scrolled(language)}{found[0]}" if found[1] else f"{found[0]}</div>", html)
    html = html.replace("<pre", '<pre tabindex="0"')
    return NAMELESS.sub(lambda found: f'{found[1]}{_named(found[2].removeprefix("www."), language)}"', html)


def _widths(url: str) -> str:
    made = urls.picture_widths(url)
    return f' srcset="{escape(made)}" sizes="{SIZES}"' if made else ""


def _scrolled(language: str) -> str:
    _ = texts.functions(language)["_"]
    name = _("Table")
    return f'<div class="wide" role="group" tabindex="0" aria-label="{name}">'


def _named(host: str, language: str) -> Markup:
    _ = texts.functions(language)["_"]
    return _("Video from %(host)s", host=host)
