"""The publication: its name, languages and sections, from `site.json` beside this file, which a publisher edits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import languages

Texts = dict[str, str]
"""One text in several languages, by BCP 47 tag."""


@dataclass(frozen=True)
class Rules:
    """Who may comment, and until when, where an article does not say."""

    mode: Any
    close_after_days: int | None


@dataclass(frozen=True)
class Comments:
    """How the site discusses. `mode` and `close_after_days` are the site's; `sections` holds those that differ."""

    mode: Any
    close_after_days: int | None
    sections: dict[str, dict[str, Any]]
    depth: int
    """How deep replies are nested below a root; deeper ones stand beside what they answer."""
    edit_minutes: int
    links: int
    """So many a comment may hold before a moderator looks at it."""
    reports_to_hide: int
    reactions: list[str]
    words: dict[str, list[str]]
    """`hold` and `reject`: words, and phrases of them, that look so or alike."""

    def of(self, section: str) -> Rules:
        own = self.sections.get(section, {})
        return Rules(own.get("mode", self.mode), own.get("close_after_days", self.close_after_days))


@dataclass(frozen=True)
class Pictures:
    """Where pictures can be had in other widths."""

    service: str | None
    """An address with `{width}` in pixels and `{url}`, the original's; or `{escaped}`, the same for a place in a query."""
    widths: list[int]


@dataclass(frozen=True)
class Pages:
    """What the reader's site has beside the articles."""

    texts: list[str]
    """Names of Markdown pages, in the order of the foot of each page; each lies in `pages/content/<language>/`."""
    hosts: dict[str, list[str]]
    """Sources that the Content-Security-Policy allows beside the site itself, by directive."""
    pictures: Pictures
    ads_txt: list[str]
    """Lines of `/ads.txt`; without any there is none."""


@dataclass(frozen=True)
class Site:
    name: Texts
    blurb: Texts
    logo: str | None
    copyright: Texts
    time_zone: str
    languages: Texts
    """Tag to the language's own name; the first is the site's own language."""
    formats: dict[str, str]
    """Language to the region's whose dates and numbers are written in it: `en-GB` for `en`. Others are written as their own."""
    sections: dict[str, Texts]
    """Slug to names, in the order in which they are shown."""
    embed_hosts: list[str]
    reserved_names: list[str]
    """Words for who works here, in all its languages: no guest or new member is called so."""
    pages: Pages
    comments: Comments

    @property
    def language(self) -> str:
        return next(iter(self.languages))

    def section_named(self, text: str) -> str | None:
        """The slug of a section given by its slug or by its name in any language."""
        wanted = text.strip().casefold()
        for slug, names in self.sections.items():
            if wanted in {slug, *(name.casefold() for name in names.values())}:
                return slug
        return None

    def section(self, slug: str, language: str) -> dict[str, str]:
        return {"slug": slug, "name": self.text(self.sections.get(slug, {self.language: slug}), language)}

    def nearest(self, tag: str) -> str:
        """The site's language in which to show something that is in this one: itself, a parent, or the site's own."""
        return next((each for each in languages.parents(tag) if each in self.languages), self.language)

    def speaks(self, tag: str) -> bool:
        """Whether it is a language of the site, or a region's of one."""
        return not self.languages.keys().isdisjoint(languages.parents(tag))

    def edition(self, tag: str) -> str:
        """In which language's listings and front something stands that is in this one: a region's stand in its language's."""
        return self.nearest(tag) if self.speaks(tag) else tag

    def text(self, texts: Texts, language: str) -> str:
        """In this language, a parent (`es` for `es-MX`), or the site's own."""
        for tag in (*languages.parents(language), self.language):
            if tag in texts:
                return texts[tag]
        return next(iter(texts.values()))

    def public(self, language: str) -> dict[str, Any]:
        return {
            "name": self.text(self.name, language),
            "blurb": self.text(self.blurb, language),
            "logo": self.logo,
            "copyright": self.text(self.copyright, language),
            "time_zone": self.time_zone,
            "language": language,
            "languages": [{"tag": tag, "name": name} for tag, name in self.languages.items()],
            "sections": [self.section(slug, language) for slug in self.sections],
        }


@cache
def get() -> Site:
    given = json.loads((Path(__file__).parent / "site.json").read_text("utf-8"))
    pages = Pages(**{**given["pages"], "pictures": Pictures(**given["pages"]["pictures"])})
    return Site(**{"formats": {}, **given, "pages": pages, "comments": Comments(**given["comments"])})
