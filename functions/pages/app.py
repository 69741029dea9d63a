"""The reader's site: pages, feeds and what machines look for. It reads what everybody may read, and never who is asking.

The template sends it every other GET as well, which no route here takes: it answers that there is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from broadsheet import articles, http, site
from broadsheet.errors import NothingPublished
from broadsheet.pages import answers, feeds, machines, sitemaps, urls, views

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response
    from broadsheet.errors import Problem


def tell(problem: Problem) -> Response[str]:
    return answers.refusal(app.current_event, problem)


app = http.api(nowhere=NothingPublished, answer=tell)
respond = http.handler(app)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A HEAD is answered as the GET it asks about, without the body; what is below `/v1` this function cannot know."""
    asked = event["requestContext"]["http"]
    if asked["method"] != "HEAD":
        return respond(event, context)
    if not answers.is_interface(event["rawPath"]):
        event = {**event, "requestContext": {**event["requestContext"], "http": {**asked, "method": "GET"}}}
    return {**respond(event, context), "body": "", "isBase64Encoded": False}


# ---------------------------------------------------------------- pages


@app.get("/")
def front() -> Response[str]:
    return answers.page(app.current_event, views.home(_own()))


@app.get("/articles/<slug>")
def article(slug: str) -> Response[str]:
    event = app.current_event
    query = event.query_string_parameters
    sidebar = views.Sidebar(query)
    found = articles.read(slug, sidebar.popular)
    if found.slug != slug:
        return answers.moved(event, urls.article(found.slug))
    shown = views.article(found, query, sidebar)
    return answers.page(event, shown, whole=not sidebar.missing)


@app.get("/sections/<slug>")
def section(slug: str) -> Response[str]:
    return _listing("section", slug, _own())


@app.get("/topics/<slug>")
def topic(slug: str) -> Response[str]:
    return _listing("topic", slug, _own())


@app.get("/authors/<slug>")
def author(slug: str) -> Response[str]:
    return _listing("author", slug, _own())


@app.get("/<language>/sections/<slug>")
def section_in(language: str, slug: str) -> Response[str]:
    return _listing("section", slug, views.language_named(language))


@app.get("/<language>/topics/<slug>")
def topic_in(language: str, slug: str) -> Response[str]:
    return _listing("topic", slug, views.language_named(language))


@app.get("/<language>/authors/<slug>")
def author_in(language: str, slug: str) -> Response[str]:
    return _listing("author", slug, views.language_named(language))


# ---------------------------------------------------------------- feeds, and what machines look for


@app.get("/sections/<slug>/<feed>")
def section_feed(slug: str, feed: str) -> Response[str]:
    return _feed(feed, "section", slug, _own())


@app.get("/topics/<slug>/<feed>")
def topic_feed(slug: str, feed: str) -> Response[str]:
    return _feed(feed, "topic", slug, _own())


@app.get("/<language>/sections/<slug>/<feed>")
def section_feed_in(language: str, slug: str, feed: str) -> Response[str]:
    return _feed(feed, "section", slug, views.language_named(language))


@app.get("/<language>/topics/<slug>/<feed>")
def topic_feed_in(language: str, slug: str, feed: str) -> Response[str]:
    return _feed(feed, "topic", slug, views.language_named(language))


@app.get("/sitemap.xml")
def sitemap_index() -> Response[str]:
    return answers.file(app.current_event, sitemaps.index(), answers.XML)


@app.get("/sitemaps/<file>")
def sitemap(file: str) -> Response[str]:
    return answers.file(app.current_event, sitemaps.one(file), answers.XML)


@app.get("/sitemap-news.xml")
def news_sitemap() -> Response[str]:
    return answers.file(app.current_event, sitemaps.news(), answers.XML)


@app.get("/robots.txt")
def robots() -> Response[str]:
    return answers.file(app.current_event, machines.robots(), answers.PLAIN, answers.HOUR)


@app.get("/ads.txt")
def ads() -> Response[str]:
    return answers.file(app.current_event, machines.ads(), answers.PLAIN, answers.HOUR)


@app.get("/favicon.svg")
def favicon() -> Response[Any]:
    return answers.drawing(app.current_event, "favicon.svg")


@app.get("/static/<file>")
def static(file: str) -> Response[Any]:
    return answers.asset(app.current_event, file)


# ---------------------------------------------------------------- what has only a name: forms, texts, fronts of other languages


@app.get("/<name>")
def named(name: str) -> Response[Any]:
    if name in urls.ICONS:
        return answers.drawing(app.current_event, name)
    if name in site.get().languages:
        return answers.page(app.current_event, views.home(views.language_named(name)))
    return _named(name, _own())


@app.get("/<language>/<name>")
def named_in(language: str, name: str) -> Response[str]:
    return _named(name, views.language_named(language))


def _own() -> str:
    return site.get().language


def _named(name: str, language: str) -> Response[str]:
    if name in urls.FEEDS:
        return _feed(name, "", "", language)
    if name == urls.MANIFEST:
        return answers.file(app.current_event, machines.manifest(language), answers.MANIFEST, answers.HOUR)
    return answers.page(app.current_event, views.named(name, language))


def _listing(kind: str, slug: str, language: str) -> Response[str]:
    event = app.current_event
    return answers.page(event, views.listing(kind, slug, language, event.query_string_parameters))


def _feed(name: str, kind: str, slug: str, language: str) -> Response[str]:
    text = feeds.write(name, kind, slug, language)
    return answers.file(app.current_event, text, f"{urls.FEEDS[name]}; charset=utf-8")
