"""What crawlers ask for by name."""

from __future__ import annotations

import json

from broadsheet import site
from broadsheet.errors import NothingPublished

from . import assets, formats, theme, urls, views
from .urls import Links


def robots() -> str:
    """Everything but the interface for programs and the pages that are about whoever looks at them."""
    forms = [Links(language).named(name) for language in site.get().languages for name in views.FORMS]
    refused = "\n".join(f"Disallow: {path}" for path in ("/v1/", *forms))
    maps = "\n".join(f"Sitemap: {urls.absolute(path)}" for path in ("/sitemap.xml", "/sitemap-news.xml"))
    return f"User-agent: *\n{refused}\n\n{maps}\n"


def manifest(language: str) -> str:
    """How the site looks among a device's programs (https://www.w3.org/TR/appmanifest/)."""
    publication, links, colours = site.get(), Links(language), theme.get()
    told = {
        "id": links.front,
        "name": publication.text(publication.name, language),
        "description": publication.text(publication.blurb, language),
        "lang": language,
        "dir": formats.direction(language),
        "start_url": links.front,
        "scope": "/",
        "display": "minimal-ui",
        "theme_color": colours.light,
        "background_color": colours.light,
        "icons": [
            {"src": assets.path("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
            *(
                {"src": assets.path(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
                for size in (192, 512)
                for use in ("any", "maskable")
            ),
        ],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def ads() -> str:
    """Who may sell advertising here. Raises NothingPublished where `site.json` names nobody."""
    lines = site.get().pages.ads_txt
    if not lines:
        raise NothingPublished
    return "\n".join(lines) + "\n"
