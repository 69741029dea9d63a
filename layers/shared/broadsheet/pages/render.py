"""HTML from templates. Everything is escaped unless a template says that it is HTML already, and a name that is not given
is an error, never an empty place.

What stands around every page is put together here: head, masthead, sections, foot. `views` says what is inside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from markupsafe import Markup

from broadsheet import clock, languages, site

from . import assets, documents, formats, texts, theme, urls
from .urls import Links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TEMPLATES = Path(__file__).parent / "templates"
COMPILED = Path(__file__).parent / "compiled"
"""Made by the build, and only there."""
INSIDE_A_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end a script element, or open a comment in it: JSON knows another way to write each."""


@dataclass(frozen=True)
class Head:
    """What a page says of itself to whoever does not look at it."""

    title: str
    path: str
    """Its canonical one; what is not there has none."""
    description: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict)
    """The same in other languages: paths by tag, with its own."""
    language: str = ""
    """Of what it shows, where that is another than the page's."""
    switch: Mapping[str, str] = field(default_factory=dict)
    """Where the language switcher leads; what is missing leads to that language's front, and says so."""
    feeds: str = ""
    """Path of what the page's feeds are about; the site's where it is empty."""
    feeds_of: str = ""
    """And its name."""
    kind: str = "website"
    """Open Graph's word for what the page is."""
    image: Mapping[str, Any] | None = None
    times: Mapping[str, str] = field(default_factory=dict)
    """Open Graph's times, by their names."""
    listed: bool = True
    """Whether search engines may list it."""
    data: Sequence[Mapping[str, Any]] = ()
    """Structured data."""


def html(template: str, language: str, head: Head, **shown: Any) -> str:
    """A whole page, in one of the site's languages."""
    return _environment().get_template(template).render(**_around(language, head), **shown)


def text(template: str, **shown: Any) -> str:
    """What is for machines, and has nothing around it."""
    return _environment().get_template(template).render(**shown)


def _around(language: str, head: Head) -> dict[str, Any]:
    publication, links, form = site.get(), Links(language), formats.of(language)
    return {
        **texts.functions(language),
        "head": head,
        "language": language,
        "form": form,
        "written_as": formats.written_as(language),
        "first_picture": _once(),
        "locale": formats.locale,
        "theme": theme.get(),
        "link": links,
        "site": publication,
        "name": publication.text(publication.name, language),
        "blurb": publication.text(publication.blurb, language),
        "copyright": publication.text(publication.copyright, language),
        "sections": [publication.section(slug, language) for slug in publication.sections],
        "documents": documents.listed(language),
        "now": formats.here(clock.now()),
        "for_anyone": _for_anyone(head.alternates),
        "switcher": [_way(tag, language, head) for tag in publication.languages],
    }


def _way(tag: str, language: str, head: Head) -> dict[str, Any]:
    """An entry of the language switcher. Where it leads to another page than this one, it says so, in its own language."""
    _ = texts.functions(tag)["_"]
    path = head.switch.get(tag) or (head.path if tag == language else "")
    return {
        "tag": tag,
        "name": site.get().languages[tag],
        "path": path or Links(tag).front,
        "here": tag == language and path == head.path,
        "front": "" if tag == language or path else _("front page"),
    }


def _for_anyone(alternates: Mapping[str, str]) -> str | None:
    """Of the same in several languages, that for whoever reads none of them: the one in the site's own, or in a region's."""
    own = site.get().language
    fits = sorted((tag != own, tag) for tag in alternates if own in languages.parents(tag))
    return alternates[fits[0][1]] if fits else None


def _once() -> Callable[[], bool]:
    """Answers yes the first time it is asked."""
    answers = iter((True,))
    return lambda: next(answers, False)


def script(data: Any) -> Markup:
    """JSON that nothing in it can end the script element of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(INSIDE_A_SCRIPT)
    return Markup(text)  # noqa: S704  no sign that HTML knows is left in it


def trusted(text: str) -> Markup:
    """HTML that was cleaned before it was stored: an article's body, a comment."""
    return Markup(text)  # noqa: S704  by `markup` and `remarks`


def compile_into(folder: Path) -> None:
    """Writes each template as the Python module it becomes, for an artefact."""
    _environment().compile_templates(folder, zip=None, ignore_errors=False)


def _loader() -> BaseLoader:
    """What was built has its templates compiled; otherwise each instance would do that before its first answer."""
    return ModuleLoader(COMPILED) if COMPILED.is_dir() else FileSystemLoader(TEMPLATES)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {
        "asset": assets.path,
        "modules": assets.modules,
        "absolute": urls.absolute,
        "direction": formats.direction,
        "speaks": lambda tag: site.get().speaks(tag),
        "links_in": lambda tag: Links(site.get().nearest(tag)),
        "picture_url": urls.picture,
        "picture_widths": urls.picture_widths,
        "article_path": urls.article,
        "feeds": urls.FEEDS,
        "feed_names": urls.FEED_NAMES,
        "manifest": urls.MANIFEST,
    }
    environment.filters |= {"script": script, "trusted": trusted, "time": clock.parse}
    return environment
