"""The text of a comment: what a reader typed made harmless, and the HTML of it.

Any script may be written. What only deceives the eye goes: characters that turn the direction of what follows, invisible
ones but for the joiners that letters and emoji need, towers of marks. Of Markdown there are paragraphs, quotes, emphasis,
code and links; HTML is text like any other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST = 2_000
MOST_MARKS = 5
"""Combining marks in a row, joiners between them included; Hebrew with all its signs needs that many."""
MOST_LINKED = 20
"""Bare addresses that become links; finding them takes time that grows with their square."""
BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\ufffe\uffff]")
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FLAGS = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
"""Of Scotland, say: a black flag and a code of a few invisible letters."""
INVISIBLE = re.compile(
    f"({FLAGS})|[\u00ad\u034f\u115f\u1160\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e01ef]"
)
LOOSE_JOINER = re.compile(
    "(?<![^\\s\u200c\u200d])[\u200c\u200d]+|[\u200c\u200d]+(?![^\\s\u200c\u200d])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)
JOINERS = "\u200c\u200d"
DEEP_QUOTE = re.compile(r"^((?:[ \t]*>){17})(?:[ \t]*>)+", re.MULTILINE)
"""Deeper ones stand beside it: the parser leaves out what is quoted more often."""
TAGS = {"p", "br", "blockquote", "em", "strong", "code", "pre", "a"}
RULES = ["blockquote", "emphasis", "backticks", "fence", "link", "autolink", "linkify", "newline", "escape", "entity"]


def clean(text: str) -> str:
    """What is stored of a text. Cleaning what is clean changes nothing."""
    text = _harmless(unicodedata.normalize("NFC", BREAKS.sub("\n", text)))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", lines).strip())


def _harmless(text: str) -> str:
    text = INVISIBLE.sub(r"\1", TURNS.sub("", CONTROLS.sub("", text)))
    return LOOSE_JOINER.sub("", _without_towers(text))


def clean_name(text: str) -> str:
    """A name on one line."""
    return " ".join(clean(text).split())


def _without_towers(text: str) -> str:
    runs = groupby(text, lambda letter: letter in JOINERS or unicodedata.category(letter) in {"Mn", "Me"})
    return "".join("".join(run)[:MOST_MARKS] if marks else "".join(run) for marks, run in runs)


def html(text: str) -> str:
    """The clean text as HTML that may stand in any page.

    What references such as `&#8238;` stand for is there only now, so it is cleaned once more.
    """
    made = nh3.clean(
        _markdown(linkify=_addresses(text) <= MOST_LINKED).render(DEEP_QUOTE.sub(r"\1", text)),
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_elsewhere,
        set_tag_attribute_values={"p": {"dir": "auto"}, "pre": {"dir": "auto"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    return _harmless(made).strip()


def _elsewhere(tag: str, name: str, value: str) -> str | None:
    """Where a link leads is said whole: `//host` would take the page's own way there."""
    whole = tag != "a" or name != "href" or value.startswith(("http://", "https://", "mailto:"))
    return value if whole else None


@cache
def _markdown(*, linkify: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("zero", {"breaks": True, "linkify": linkify, "html": False}).enable(RULES)
    if reader.linkify:
        reader.linkify.set({"fuzzy_email": False})
    return reader


def links(html_text: str, text: str) -> int:
    """How many there are, or how many addresses where those are too many to become links."""
    bare = _addresses(text)
    return bare if bare > MOST_LINKED else html_text.count("<a href=")


def _addresses(text: str) -> int:
    return text.count("://") + text.count("www.")
