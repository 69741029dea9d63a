"""What crawlers ask for by name."""

from __future__ import annotations

from broadsheet import site
from broadsheet.errors import NothingPublished

from . import urls, views
from .urls import Links


def robots() -> str:
    """Everything but the interface for programs and the pages that are about whoever looks at them."""
    forms = [Links(language).named(name) for language in site.get().languages for name in views.FORMS]
    refused = "\n".join(f"Disallow: {path}" for path in ("/v1/", *forms))
    maps = "\n".join(f"Sitemap: {urls.absolute(path)}" for path in ("/sitemap.xml", "/sitemap-news.xml"))
    return f"User-agent: *\n{refused}\n\n{maps}\n"


def ads() -> str:
    """Who may sell advertising here. Raises NothingPublished where `site.json` names nobody."""
    lines = site.get().pages.ads_txt
    if not lines:
        raise NothingPublished
    return "\n".join(lines) + "\n"
