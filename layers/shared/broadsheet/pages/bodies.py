"""An article's body as its page shows it. It was cleaned before it was stored, and stays as it is but for one thing: an embed
whose writers gave it no name has its host for one, and here the words of the page's language around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import texts

if TYPE_CHECKING:
    from markupsafe import Markup

NAMELESS = re.compile(r'(<iframe src="https://([a-z0-9.-]+)/[^"]*" title=")\2"')
"""As `markup` writes an embed that came without a title."""


def shown(html: str, language: str) -> str:
    return NAMELESS.sub(lambda found: f'{found[1]}{_named(found[2].removeprefix("www."), language)}"', html)


def _named(host: str, language: str) -> Markup:
    _ = texts.functions(language)["_"]
    return _("Video from %(host)s", host=host)
