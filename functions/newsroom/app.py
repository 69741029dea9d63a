"""What staff write: drafts and their revisions, publishing, correcting and withdrawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from broadsheet import (
    clock,
    cursors,
    desk,
    drafts,
    http,
    idempotency,
    inputs,
    picking,
    publishing,
    rebuilding,
    roles,
    sessions,
    site,
)
from broadsheet.errors import NotFound, invalid

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response
    from broadsheet.drafts import View
    from broadsheet.roles import Person

app = http.api()
handler = http.handler(app)
MAX_REQUEST = inputs.MAX_BODY_BYTES * 3 + http.MAX_BODY
"""A body of 1 MiB with every letter escaped as JSON may, and the other fields."""


@app.post("/v1/newsroom/articles")
def create_article() -> Response[str]:
    person = _staff()
    text = http.body(app.current_event, MAX_REQUEST)
    key = app.current_event.headers.get("idempotency-key")
    claim = idempotency.claim(key, "POST /v1/newsroom/articles", person.id, text)
    view = drafts.create(inputs.read(inputs.NewArticle, text), person, clock.now(), claim)
    return _answer(view, 201, Location=f"/v1/newsroom/articles/{view.state.id}")


@app.get("/v1/newsroom/articles")
def list_articles() -> Response[str]:
    person = _staff()
    query = http.only(app.current_event, "status", "section", "owner", "cursor", "limit")
    status, section = query.get("status", ""), query.get("section", "")
    if status and status not in desk.STATUSES:
        raise invalid("status", "unknown_value", f"One of {', '.join(desk.STATUSES)}.")
    if section and section not in site.get().sections:
        raise invalid("section", "unknown_section", "Not one of the site's sections.")
    owner = person.id if query.get("owner") == "me" else query.get("owner", "")
    if owner and not cursors.is_ulid(owner):
        raise invalid("owner", "unknown_value", "The id of an account, or `me`.")
    if roles.reach(person.role, "write") == roles.OWN:
        owner = person.id
    if section and owner:
        raise invalid("section", "too_many_filters", "Section or owner, not both.")
    page = drafts.page(status, section, owner, query.get("cursor"), http.page_size(app.current_event))
    return http.private(page)


@app.get("/v1/newsroom/articles/<article_id>")
def read_article(article_id: str) -> Response[str]:
    return _answer(drafts.read(http.ulid(article_id), _person()))


@app.patch("/v1/newsroom/articles/<article_id>")
def save_article(article_id: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    patch = drafts.parse_patch(http.body(app.current_event, MAX_REQUEST))
    return _answer(drafts.save(http.ulid(article_id), version, patch, person, clock.now()))


@app.delete("/v1/newsroom/articles/<article_id>")
def delete_article(article_id: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    http.body(app.current_event)
    drafts.delete(http.ulid(article_id), version, person, clock.now())
    return http.private(None, 204)


@app.get("/v1/newsroom/articles/<article_id>/preview")
def preview_article(article_id: str) -> Response[str]:
    return http.private(drafts.read(http.ulid(article_id), _person()).preview())


@app.get("/v1/newsroom/articles/<article_id>/revisions")
def list_revisions(article_id: str) -> Response[str]:
    query = http.only(app.current_event, "cursor", "limit")
    size = http.page_size(app.current_event)
    return http.private(drafts.revisions(http.ulid(article_id), _person(), query.get("cursor"), size))


@app.get("/v1/newsroom/articles/<article_id>/revisions/<n>")
def read_revision(article_id: str, n: str) -> Response[str]:
    return http.private(drafts.revision(http.ulid(article_id), _number(n), _person()))


@app.post("/v1/newsroom/articles/<article_id>/revisions/<n>/restore")
def restore_revision(article_id: str, n: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    http.body(app.current_event)
    return _answer(drafts.restore(http.ulid(article_id), version, _number(n), person, clock.now()))


@app.post("/v1/newsroom/articles/<article_id>/publish")
def publish_article(article_id: str) -> Response[str]:
    person, version, now = _person(), http.if_match(app.current_event), clock.now()
    given = inputs.read(inputs.Publish, http.body(app.current_event))
    if given.publish_at is None:
        return _answer(publishing.publish(http.ulid(article_id), version, person, now))
    return _answer(publishing.schedule(http.ulid(article_id), version, given.publish_at, person, now))


@app.post("/v1/newsroom/articles/<article_id>/unpublish")
def unpublish_article(article_id: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    http.body(app.current_event)
    return _answer(publishing.withdraw(http.ulid(article_id), version, person, clock.now()))


@app.post("/v1/newsroom/articles/<article_id>/corrections")
def correct_article(article_id: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    correction = inputs.read(inputs.Correction, http.body(app.current_event, MAX_REQUEST))
    return _answer(publishing.correct(http.ulid(article_id), version, correction, person, clock.now()))


@app.put("/v1/newsroom/articles/<article_id>/pins")
def pin_articles(article_id: str) -> Response[str]:
    person, version = _person(), http.if_match(app.current_event)
    given = inputs.read(inputs.Pins, http.body(app.current_event))
    return _answer(picking.pin(http.ulid(article_id), version, given, person, clock.now()))


@app.get("/v1/newsroom/picks")
def read_picks() -> Response[str]:
    roles.require(_person().role, "pin")
    return _picks(*picking.read())


@app.put("/v1/newsroom/picks")
def replace_picks() -> Response[str]:
    person = _person()
    roles.require(person.role, "pin")
    version = http.if_match(app.current_event)
    given = inputs.read(inputs.Picks, http.body(app.current_event))
    return _picks(*picking.replace(version, given, person, clock.now()))


@app.post("/v1/newsroom/rebuild")
def rebuild() -> Response[str]:
    person = _person()
    roles.require(person.role, "pin")
    given = inputs.read(inputs.Rebuild, http.body(app.current_event))
    return http.private({"id": rebuilding.request(given, person, clock.now()), "status": "requested"}, 202)


@app.get("/v1/newsroom/rebuilds/<rebuild_id>")
def read_rebuild(rebuild_id: str) -> Response[str]:
    roles.require(_person().role, "pin")
    return http.private(rebuilding.read(http.ulid(rebuild_id)))


def _picks(version: int, items: list[dict[str, Any]]) -> Response[str]:
    return http.private({"version": version, "items": items}, ETag=desk.etag(version))


def _person() -> Person:
    return sessions.person(app.current_event, clock.now())


def _staff() -> Person:
    """Who is asking, if their role may write at all."""
    person = _person()
    roles.require(person.role, "write")
    return person


def _answer(view: View, status: int = 200, **headers: str) -> Response[str]:
    return http.private(view.public(), status, ETag=desk.etag(view.state.version), **headers)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 8):  # noqa: PLR2004  as wide as in a revision's key
        raise NotFound
    return int(text)
