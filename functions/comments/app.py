"""What readers write, and what moderators make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet import (
    clock,
    comment_inputs,
    commenting,
    comments,
    http,
    idempotency,
    inputs,
    moderation,
    own_comments,
    reactions,
    reports,
    roles,
    sessions,
    slugs,
)
from broadsheet import throttle as throttles
from broadsheet.errors import NotFound, NotLoggedIn, invalid
from broadsheet.writers import Writer

if TYPE_CHECKING:
    from datetime import datetime

    from aws_lambda_powertools.event_handler import Response
    from broadsheet.roles import Person

app = http.api()
handler = http.handler(app)


# ---------------------------------------------------------------- write


@app.post("/v1/articles/<slug>/comments")
def post_comment(slug: str) -> Response[str]:
    text, now = http.body(app.current_event), clock.now()
    given = inputs.read(comment_inputs.NewComment, text)
    by = _writer(now, guest=given.guest is not None)
    route = f"POST /v1/articles/{slugs.key_of(slug)}/comments"
    claim = idempotency.claim(by.repeats, route, by.name, text)
    posted = commenting.post(slug, given, by, claim, now)
    return http.private(posted, 201, Location=f"/v1/comments/{posted['id']}")


@app.get("/v1/comments/<comment_id>")
def read_comment(comment_id: str) -> Response[str]:
    now = clock.now()
    return http.private(own_comments.read(http.ulid(comment_id), _writer(now), now))


@app.patch("/v1/comments/<comment_id>")
def edit_comment(comment_id: str) -> Response[str]:
    given, now = inputs.read(comment_inputs.EditedComment, http.body(app.current_event)), clock.now()
    return http.private(own_comments.edit(http.ulid(comment_id), given.text, _writer(now), now))


@app.delete("/v1/comments/<comment_id>")
def delete_comment(comment_id: str) -> Response[str]:
    now = clock.now()
    http.body(app.current_event)
    own_comments.delete(http.ulid(comment_id), _writer(now), now)
    return http.private(None, 204)


@app.get("/v1/me/comments")
def list_my_comments() -> Response[str]:
    now = clock.now()
    person = sessions.person(app.current_event, now)
    query = http.only(app.current_event, "cursor", "limit")
    return http.private(own_comments.mine(person.id, query.get("cursor"), http.page_size(app.current_event), now))


# ---------------------------------------------------------------- react and report


@app.put("/v1/comments/<comment_id>/reaction")
def react(comment_id: str) -> Response[str]:
    now = clock.now()
    current = sessions.current(app.current_event, now)
    given = inputs.read(comment_inputs.Reaction, http.body(app.current_event))
    return http.private(reactions.react(http.ulid(comment_id), given.kind, current, now))


@app.delete("/v1/comments/<comment_id>/reaction")
def take_reaction_back(comment_id: str) -> Response[str]:
    now = clock.now()
    current = sessions.current(app.current_event, now)
    http.body(app.current_event)
    reactions.react(http.ulid(comment_id), None, current, now)
    return http.private(None, 204)


@app.post("/v1/comments/<comment_id>/reports")
def report(comment_id: str) -> Response[str]:
    now = clock.now()
    current = sessions.current(app.current_event, now)
    given = inputs.read(comment_inputs.Report, http.body(app.current_event))
    reports.report(http.ulid(comment_id), given, current, now)
    return http.private({"status": "reported"}, 202)


# ---------------------------------------------------------------- moderate


@app.get("/v1/moderation/comments")
def list_queue() -> Response[str]:
    _moderator()
    query = http.only(app.current_event, "state", "article", "cursor", "limit")
    state = query.get("state", "pending")
    if state not in {*comments.QUEUES, "published", "deleted"}:
        raise invalid("state", "unknown_value", f"One of {', '.join((*comments.QUEUES, 'published', 'deleted'))}.")
    size = http.page_size(app.current_event)
    return http.private(moderation.queue(state, query.get("article", ""), query.get("cursor"), size))


@app.post("/v1/moderation/comments")
def decide_many() -> Response[str]:
    person, now = _moderator(), clock.now()
    given = inputs.read(comment_inputs.Decisions, http.body(app.current_event))
    return http.private({"items": moderation.decide_all(given.ids, given.action, person, now)})


@app.get("/v1/moderation/comments/<comment_id>")
def read_for_moderators(comment_id: str) -> Response[str]:
    _moderator()
    comment = comments.load(http.ulid(comment_id))
    return http.private({**comment.moderated(), "reported": moderation.reports_of(comment.id)})


@app.post("/v1/moderation/comments/<comment_id>/<action>")
def decide(comment_id: str, action: str) -> Response[str]:
    person, now = _moderator(), clock.now()
    http.body(app.current_event)
    if action not in moderation.BECOMES:
        raise NotFound
    return http.private(moderation.decide(http.ulid(comment_id), action, person, now))


@app.get("/v1/moderation/bans")
def list_bans() -> Response[str]:
    _moderator()
    query = http.only(app.current_event, "cursor", "limit")
    return http.private(moderation.bans(query.get("cursor"), http.page_size(app.current_event)))


@app.post("/v1/moderation/bans")
def ban() -> Response[str]:
    person, now = _moderator(), clock.now()
    given = inputs.read(comment_inputs.NewBan, http.body(app.current_event))
    return http.private(moderation.ban(given, person, now), 201)


@app.delete("/v1/moderation/bans/<ban_id>")
def lift_ban(ban_id: str) -> Response[str]:
    person, now = _moderator(), clock.now()
    http.body(app.current_event)
    moderation.lift(http.ulid(ban_id), person, now)
    return http.private(None, 204)


# ---------------------------------------------------------------- who is writing


def _writer(now: datetime, *, guest: bool = False) -> Writer:
    """A member by their session, or a guest. A guest's old cookie, which a browser sends by itself, is no hindrance."""
    event = app.current_event
    given = {
        "network": throttles.prefix(http.client_address(event)),
        "token": str(event.headers.get("comment-token", "")),
        "repeats": event.headers.get("idempotency-key"),
    }
    if not sessions.token_of(event):
        return Writer(**given)
    try:
        return Writer(**given, session=sessions.current(event, now))
    except NotLoggedIn:
        if http.bearer(event) or not (guest or given["token"]):
            raise
        return Writer(**given)


def _moderator() -> Person:
    person = sessions.person(app.current_event, clock.now())
    roles.moderate(person.role)
    return person
