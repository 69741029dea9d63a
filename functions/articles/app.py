"""What readers read: articles, listings, the front, and facts about the site. Imports nothing that only writers need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from broadsheet import articles, front, http, languages, listings, site
from broadsheet.errors import NothingPublished

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

app = http.api(nowhere=NothingPublished)
handler = http.handler(app)


@app.get("/v1/articles/<slug>")
def read_article(slug: str) -> Response[str]:
    article = articles.read(slug)
    if article.slug != slug:
        return http.moved(f"/v1/articles/{quote(article.slug)}")
    return http.public(app.current_event, article.json)


@app.get("/v1/articles")
def list_articles() -> Response[str]:
    query = http.only(app.current_event, "section", "topic", "author", "language", "cursor", "limit")
    page = listings.page(listings.named(query), query.get("cursor"), http.page_size(app.current_event))
    return http.public(app.current_event, page)


@app.get("/v1/front")
def read_front() -> Response[str]:
    query = http.only(app.current_event, "language")
    language = languages.filter_tag(query["language"]) if "language" in query else None
    return http.public(app.current_event, front.read(language))


@app.get("/v1/site")
def read_site() -> Response[str]:
    query = http.only(app.current_event, "language")
    language = languages.filter_tag(query["language"]) if "language" in query else site.get().language
    return http.public(app.current_event, json.dumps(site.get().public(language), ensure_ascii=False))
