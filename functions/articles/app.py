"""What readers read: articles, listings, the front and other lists, and facts about the site. Imports nothing that only writers need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from broadsheet import (
    articles,
    clock,
    cursors,
    discussions,
    front,
    http,
    languages,
    listings,
    prepared,
    site,
    slugs,
    threads,
)
from broadsheet.errors import NothingPublished, invalid

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

app = http.api(nowhere=NothingPublished)
handler = http.handler(app)
LIVE = 5
"""Seconds a shared cache keeps what people are talking in."""
MOST_COUNTED = 50


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


@app.get("/v1/articles/<slug>/comments")
def list_comments(slug: str) -> Response[str]:
    event, now = app.current_event, clock.now()
    query = http.only(event, "order", "cursor", "limit")
    order, cursor, size = query.get("order", "oldest"), query.get("cursor"), http.page_size(event)
    if order not in threads.ORDERS:
        raise invalid("order", "unknown_value", f"One of {', '.join(threads.ORDERS)}.")
    discussion = discussions.load(slug)
    tag = threads.tag(discussion, order, cursor, size, now)
    return http.public_as(event, tag, lambda: threads.page(discussion, order, cursor, size, now), LIVE)


@app.get("/v1/comments/<comment_id>/replies")
def list_replies(comment_id: str) -> Response[str]:
    query = http.only(app.current_event, "cursor", "limit")
    size = http.page_size(app.current_event)
    page = threads.replies(_comment_id(comment_id), query.get("cursor"), size)
    return http.public(app.current_event, page, LIVE)


@app.get("/v1/comment-counts")
def count_comments() -> Response[str]:
    query = http.only(app.current_event, "slugs")
    wanted = [slug for slug in query.get("slugs", "").split(",") if slug]
    if not 1 <= len(wanted) <= MOST_COUNTED:
        raise invalid("slugs", "out_of_range", f"1 to {MOST_COUNTED} slugs, separated by commas.")
    named = {slug: key for slug in wanted if (key := slugs.key_of(slug))}
    return http.public(app.current_event, json.dumps({"counts": threads.counts(named)}), LIVE)


@app.get("/v1/front")
def read_front() -> Response[str]:
    query = http.only(app.current_event, "language")
    language = site.get().edition(languages.filter_tag(query["language"])) if "language" in query else None
    return http.public(app.current_event, front.read(language))


@app.get("/v1/lists/<name>")
def read_list(name: str) -> Response[str]:
    if name == "latest":
        query = http.only(app.current_event, "section")
        return http.public(app.current_event, listings.page(listings.named(query), None, prepared.LISTED))
    wanted = prepared.named(name, http.only(app.current_event, "section", "window"))
    return http.public(app.current_event, prepared.read(wanted))


@app.get("/v1/site")
def read_site() -> Response[str]:
    query = http.only(app.current_event, "language")
    language = languages.filter_tag(query["language"]) if "language" in query else site.get().language
    return http.public(app.current_event, json.dumps(site.get().public(language), ensure_ascii=False))


def _comment_id(text: str) -> str:
    """Raises NothingPublished for what is no id."""
    if not cursors.is_ulid(text):
        raise NothingPublished
    return text.upper()
