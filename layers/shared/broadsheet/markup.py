"""The only markup there is: an article's body. HTML or Markdown goes in, allow-listed HTML comes out and is stored.

nh3 (the browsers' own parsing rules) removes everything not allowed. What is left is well-formed and small, and is then
written out once more by a tiny serialiser that knows nothing else: headings start at h2 below the headline, images load
lazily, and embeds from hosts of the site's list are rebuilt from their address alone as sandboxed iframes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nh3

from . import pictures, site
from .plain import text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

HEADINGS = {f"h{level}" for level in range(1, 7)}
BREAKS = re.compile(r"[\t\n\r]")
VOID = {"br", "hr", "img", "wbr"}
TAGS = HEADINGS | VOID | {
    "p", "blockquote", "q", "cite", "pre", "code", "kbd", "samp", "em", "strong", "b", "i", "u", "s", "del", "ins", "mark",
    "small", "sub", "sup", "abbr", "time", "a", "ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "iframe",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "bdi", "bdo", "ruby", "rt", "rp",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "time": {"datetime"},
    "img": {"src", "alt", "width", "height"},
    "iframe": {"src", "title"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
NUMERIC = {"width", "height", "start", "value", "colspan", "rowspan"}
SANDBOX = "allow-scripts allow-same-origin allow-popups allow-presentation"
PLAYER = re.compile(r"/(embed|video|e|player)/[\w/.-]+")
"""Where hosts keep what may be embedded; their other pages are pages."""
EMBED_ALIASES = {"www.youtube.com": "www.youtube-nocookie.com", "youtube.com": "www.youtube-nocookie.com"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
CLOSED_BY_THE_NEXT = VOID | {"p", "li", "dt", "dd", "tr", "th", "td", "thead", "tbody", "tfoot", "rt", "rp"}
DEEPEST = 200
DEEPEST_MARKDOWN = 20
"""Quotes, and lists with their entries, in one another: below that the parser leaves text out. More, and pictures in the
texts of pictures cost it ten times as much.
"""
MOST_ENTITIES = 100_000
MARKED = re.compile(r"""(<iframe\b(?:[^">]|"[^"]*")*>).*?(</iframe>)|<(?:[^">]|"[^"]*")*>""", re.DOTALL)
"""A tag of nh3's output, or an iframe with what stands in it: raw text to a browser, markup to `html.parser`."""
EMPTY = re.compile(r"<p(?: [^<>]*)?>\s*</p>")
"""A paragraph with nothing in it, as a parser leaves before and after a figure that somebody put into one."""
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows; `dir` and `bdi` do that where it is meant."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""Nobody sees them, and no HTML may hold them."""
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts written without spaces: there a letter counts as a word."""


class TooDeep(ValueError):  # noqa: N818  an answer, not an error
    """Tags nested deeper, or more entities, than in any article: the parser's time grows with the square of either."""


def from_markdown(text: str) -> str:
    """Raises TooDeep."""
    reader = _markdown()
    found = reader.parse(text)
    if any(token.level >= DEEPEST_MARKDOWN - 1 for token in found):
        raise TooDeep
    return clean(str(reader.renderer.render(found, reader.options, {})))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST_MARKDOWN}).enable(["table", "strikethrough"])


def clean(html: str) -> str:
    """Allow-listed HTML. Cleaning what is clean changes nothing. Raises TooDeep."""
    html = _printable(html)
    _measure_depth(html)
    allowed = _allowed(_allowed(html))  # what held tags apart may be gone: they are read once more without it
    writer = _Writer()
    writer.feed(MARKED.sub(lambda found: f"{found[1]}{found[2]}" if found[1] else found[0], allowed))
    writer.close()
    return EMPTY.sub("", "".join(writer.out)).strip()


def _allowed(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        clean_content_tags={"script", "style", "template", "noscript", "object", "svg", "math"},
    )


def _measure_depth(html: str) -> None:
    if html.count("&") > MOST_ENTITIES:
        raise TooDeep
    depth = 0
    for closing, name in TAG.findall(html):
        if name.lower() not in CLOSED_BY_THE_NEXT:
            depth = max(0, depth - 1) if closing else depth + 1
        if depth > DEEPEST:
            raise TooDeep


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name in NUMERIC:
        return value if value.isascii() and value.isdigit() and len(value) <= 5 else None  # noqa: PLR2004
    if name == "href":
        return value if _link(value.strip()) else None
    if name == "src":
        return value if tag == "iframe" or _picture(value.strip()) else None
    return value


def _link(url: str) -> bool:
    """The web, mail, a place on the page or on the site; `//host` and `/\\host` are other hosts in disguise.

    Browsers drop tabs and line breaks from an address before they read it.
    """
    if BREAKS.search(url):
        return False
    if url.startswith(("https://", "http://", "mailto:", "#")):
        return True
    return url.startswith("/") and not url.startswith(("//", "/\\"))


def _picture(url: str) -> bool:
    return url.startswith("https://") or pictures.on_the_site(url)


class _Writer(HTMLParser):
    """Writes nh3's well-formed output again, with embeds rebuilt.

    It trusts nobody: what it reads differently than nh3 did must pass the allow-list here too, and every value is escaped
    anew.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            return
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        given = {name: _printable(value or "") for name, value in attrs if name in allowed}
        given = {name: value for name, value in given.items() if _attribute(tag, name, value) is not None}
        if tag == "iframe":
            self.out.append(_embed(given))
            return
        if tag == "img":
            if "src" not in given:
                return
            given = {"alt": "", **given, "loading": "lazy", "decoding": "async"}
        if tag == "a" and "href" in given:
            given["rel"] = "noopener"
        self.out.append(f"<{_name(tag)}{_attributes(given)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in TAGS - VOID - {"iframe"}:
            self.out.append(f"</{_name(tag)}>")

    def handle_data(self, data: str) -> None:
        self.out.append(escape(_printable(data), quote=False))  # once more: references are letters now


def _printable(text: str) -> str:
    return CONTROLS.sub("", TURNS.sub("", text))


def _name(tag: str) -> str:
    return "h2" if tag == "h1" else tag


def _attributes(given: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in given.items())


def _embed(given: dict[str, str]) -> str:
    """An iframe made from the address alone, or nothing where the host is not on the site's list."""
    url = urlsplit(given.get("src", "").strip())
    host = EMBED_ALIASES.get(url.netloc, url.netloc)
    if url.scheme != "https" or host not in site.get().embed_hosts or not PLAYER.fullmatch(url.path):
        return ""
    query = f"?{url.query}" if re.fullmatch(r"[\w=&.%-]+", url.query) else ""
    made = {
        "src": f"https://{host}{url.path}{query}",
        "title": given.get("title") or host,
        "sandbox": SANDBOX,
        "loading": "lazy",
        "referrerpolicy": "strict-origin-when-cross-origin",
        "allowfullscreen": "",
    }
    return f"<iframe{_attributes(made)}></iframe>"


def word_count(html: str) -> int:
    plain = text(html)
    return len(WORD.findall(WIDE.sub(" ", plain))) + len(WIDE.findall(plain))


def is_visible(plain: str) -> bool:
    """Whether a text shows anything: spaces, joiners, marks of direction, accents and fillers alone do not."""
    return any(unicodedata.category(letter)[0] not in "ZCM" and letter not in FILLERS for letter in plain)


def is_empty(html: str) -> bool:
    """Neither words nor anything to look at."""
    return not is_visible(text(html)) and not re.search(r"<(img|iframe)\b", html)
