"""The OpenAPI document, put together from the template's routes, the input models and what `operations` says of each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from broadsheet import comments, cursors, desk, http, idempotency, languages, moderation, prepared, roles, site, threads
from pydantic.json_schema import models_json_schema

from . import codes, interface
from .operations import OPERATIONS
from .shape import ACCOUNT, ADMIN, COMMENTS, LOGIN, MODERATION, NEWSROOM, READING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from broadsheet.errors import Problem
    from pydantic import BaseModel

    from local.template import Template

    from .shape import Answer, Operation

Raw = dict[str, Any]
REF = "#/components/schemas/{model}"
PROBLEM_JSON = "application/problem+json"
PUBLIC_KEPT = r"^public, max-age=0, s-maxage=60, stale-while-revalidate=60$"
LIVE_KEPT = r"^public, max-age=0, s-maxage=5, stale-while-revalidate=60$"
DESCRIPTION = """JSON over HTTPS. `docs/http-api.md` is the reference for people.

New fields come without notice: clients ignore what they do not know. Refusals are `application/problem+json` (RFC 9457)
with a stable `code`. Public answers carry a weak ETag and may be kept by any cache for a minute, discussions for five
seconds; everything else is `no-store`. A staff write names the version it was made for as `If-Match`.

Before a function is reached, API Gateway itself answers 413 for more than 10 MB and 404 for what is no route, with
`{"message"}` only."""


def document(template: Template) -> Raw:
    """Raises KeyError for a route of the template that `operations` does not know."""
    paths: dict[str, Raw] = {}
    for route in interface.routes(template):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(OPERATIONS[route.key])
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Broadsheet",
            "version": "1",
            "summary": "A serverless news backend.",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": READING, "description": "What readers read. Public, and kept by caches."},
            {"name": COMMENTS, "description": "What readers say to it, and to each other."},
            {"name": LOGIN, "description": "How one becomes somebody: registering, logging in, a forgotten password."},
            {"name": ACCOUNT, "description": "What everybody may see and do of the own account."},
            {"name": ADMIN, "description": "What administrators may do with everybody's."},
            {"name": NEWSROOM, "description": "What staff write."},
            {"name": MODERATION, "description": "What moderators decide of comments."},
        ],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "parameters": _parameters(),
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The token of a log-in."},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-session",
                    "description": "Set by a log-in with transport `cookie`. What writes also needs an Origin, or a "
                    "Sec-Fetch-Site, that is the site's own, and `Content-Type: application/json`.",
                },
                "commentToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Comment-Token",
                    "description": "The `edit_token` that a guest's comment was answered with; good for that comment.",
                },
            },
        },
    }


# ---------------------------------------------------------------- one operation


def _operation(operation: Operation) -> Raw:
    made: Raw = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "security": [] if operation.public else [{"bearer": []}, {"cookie": []}, *operation.also],
        "responses": _responses(operation),
    }
    if operation.parameters:
        made["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.parameters]
    if operation.takes:
        made["requestBody"] = _request_body(operation.takes, patches=operation.patches)
        if operation.beacon:
            made["requestBody"]["content"]["text/plain"] = {"schema": JSON_AS_TEXT}
    return made


JSON_AS_TEXT = {"type": "string", "contentMediaType": http.JSON, "description": "The same JSON, said to be text."}


def _request_body(model: type[BaseModel], *, patches: bool) -> Raw:
    name = f"{model.__name__}Patch" if patches else model.__name__
    kinds = ["application/merge-patch+json", http.JSON] if patches else [http.JSON]
    required = any(field.is_required() for field in model.model_fields.values())
    return {"required": required, "content": {kind: {"schema": _ref(name)} for kind in kinds}}


def _responses(operation: Operation) -> Raw:
    made = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    by_status = sorted(set(operation.problems), key=lambda problem: (problem.status, problem.code))
    for status, problems in groupby(by_status, key=lambda problem: problem.status):
        made[str(status)] = _refusals(status, list(problems))
    return dict(sorted(made.items()))


def _answer(answer: Answer) -> Raw:
    made: Raw = {"description": answer.text, "headers": _headers(answer.headers)}
    if answer.body:
        refs = [_ref(model.__name__) for model in answer.body]
        made["content"] = {http.JSON: {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}}
    return made


def _refusals(status: int, problems: list[type[Problem]]) -> Raw:
    codes = {"code": {"enum": [problem.code for problem in problems]}, "status": {"const": status}}
    return {
        "description": "\n".join(f"`{problem.code}`: {problem.title}." for problem in problems),
        "headers": _headers(_refusal_headers(problems)),
        "content": {PROBLEM_JSON: {"schema": {"allOf": [_ref("Problem"), {"properties": codes}]}}},
    }


def _refusal_headers(problems: list[type[Problem]]) -> tuple[str, ...]:
    kept = KEPT[problems[0].kept]
    return (kept, *(name for problem in problems for name in SAID_WITH.get(problem.code, ())))


def _headers(names: Iterable[str]) -> Raw:
    return {HEADER_NAMES.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in names}


def _ref(name: str) -> Raw:
    return {"$ref": REF.format(model=name)}


# ---------------------------------------------------------------- headers and parameters


def _header(description: str, pattern: str, *, required: bool = True) -> Raw:
    return {"description": description, "required": required, "schema": {"type": "string", "pattern": pattern}}


HEADERS: Raw = {
    "ETag": _header("The article's version, strong.", r'^"\d+"$'),
    "WeakETag": _header("Changes with the answer.", r'^W/"[0-9a-f]{24}"$'),
    "ThreadETag": _header("Changes with everything in the thread.", r'^W/"\d+-[0-9a-f]{12}"$'),
    "Live": _header("Any shared cache may keep it for five seconds, and serve it a minute while asking.", LIVE_KEPT),
    "Cached": _header(
        "Any shared cache may keep it for a minute, and serve it a minute longer while asking.", PUBLIC_KEPT
    ),
    "KeptForMoments": _header("A shared cache may keep it for five seconds.", r"^public, max-age=0, s-maxage=5$"),
    "KeptForAMinute": _header("A shared cache may keep it for a minute.", r"^public, max-age=0, s-maxage=60$"),
    "NoStore": _header("Nobody may keep it.", "^no-store$"),
    "Vary": _header("A compressed answer is another one.", "^Accept-Encoding$"),
    "Location": _header("Path of the new article in the newsroom.", r"^/v1/newsroom/articles/\w+$"),
    "CommentLocation": _header("Path of the new comment.", r"^/v1/comments/\w+$"),
    "Moved": _header("Path under the current slug.", r"^/v1/articles/\S+$"),
    "Retry-After": _header("Seconds.", r"^\d+$"),
    "WWW-Authenticate": _header("How to say who one is.", "^Bearer$"),
    "ContentDisposition": _header("It is meant to be saved.", r'^attachment; filename="account\.json"$'),
    "SetCookie": _header(
        "The session, with transport `cookie`; on log-out, its end.",
        r"^(__Host-)?session=.*; HttpOnly; SameSite=Lax$",
        required=False,
    ),
}
HEADER_NAMES = {
    "WeakETag": "ETag",
    "ThreadETag": "ETag",
    "Live": "Cache-Control",
    "CommentLocation": "Location",
    "Cached": "Cache-Control",
    "KeptForMoments": "Cache-Control",
    "KeptForAMinute": "Cache-Control",
    "NoStore": "Cache-Control",
    "Moved": "Location",
    "ContentDisposition": "Content-Disposition",
    "SetCookie": "Set-Cookie",
}
KEPT = {0: "NoStore", 5: "KeptForMoments", 60: "KeptForAMinute"}
"""By the seconds a problem may be kept."""
SAID_WITH = {
    "not_logged_in": ("WWW-Authenticate",),
    "members_only": ("WWW-Authenticate",),
    "version_conflict": ("ETag",),
    "too_many_requests": ("Retry-After",),
    "unavailable": ("Retry-After",),
}
LONGEST_CURSOR = 300
WINDOWS = dict.fromkeys(window for windows in prepared.WINDOWS.values() for window in windows)
WINDOW_TEXT = "How far back a list looks: " + "; ".join(
    f"`{name}`: {', '.join(w)}" for name, w in prepared.WINDOWS.items()
)
VERSION_FORM = r'^"\d{1,9}"$'


def _parameters() -> Raw:
    sections = {"type": "string", "enum": list(site.get().sections)}
    cursor = {"type": "string", "maxLength": LONGEST_CURSOR}
    limit = {"type": "integer", "minimum": 1, "maximum": http.MAX_PAGE, "default": http.PAGE}
    ulid = {"type": "string", "pattern": f"^{cursors.ULID_FORM.pattern}$"}
    states = {"enum": [*comments.QUEUES, "published", "deleted"], "default": "pending"}
    key = {"type": "string", "minLength": 1, "maxLength": idempotency.LONGEST, "pattern": "^[ -~]+$"}
    return {
        "Slug": _path("slug", {"type": "string"}, "`<words>-<key>`; the key alone decides."),
        "Id": _path("id", ulid, "Of the article, as its creation answered."),
        "SessionId": _path("id", ulid, "Of the session, as the list of them has it."),
        "AccountId": _path("id", ulid, "Of the account."),
        "RebuildId": _path("id", ulid, "Of the rebuild, as asking for it answered."),
        "CommentId": _path("id", ulid, "Of the comment."),
        "BanId": _path("id", ulid, "Of the ban."),
        "Action": _path("action", {"enum": list(moderation.BECOMES)}, "What to do with it."),
        "Number": _path("n", {"type": "integer", "minimum": 1}, "Number of the revision."),
        "Section": _query("section", sections, "Slug of a section."),
        "ListName": _path("name", {"enum": ["latest", *prepared.NAMES]}, "Which list."),
        "Window": _query("window", {"enum": list(WINDOWS), "default": prepared.USUAL}, WINDOW_TEXT),
        "NewsroomSection": _query("section", sections, "Slug of a section; not together with `owner`."),
        "Topic": _query("topic", {"type": "string"}, "Slug of a topic."),
        "Author": _query("author", {"type": "string"}, "Slug of an author."),
        "Language": _query(
            "language", {"type": "string", "maxLength": languages.MAX_LENGTH}, "BCP 47, matched as a whole."
        ),
        "Status": _query("status", {"enum": list(desk.STATUSES)}, "Only these."),
        "Owner": _query("owner", {"type": "string"}, "Id of the account that started it, or `me`."),
        "Role": _query("role", {"enum": list(roles.ROLES), "default": "reader"}, "Only these."),
        "Day": _query("day", {"type": "string", "format": "date"}, "Such as 2026-03-01."),
        "Order": _query("order", {"enum": list(threads.ORDERS), "default": "oldest"}, "Which roots come first."),
        "Slugs": _query("slugs", {"type": "string"}, "1 to 50 slugs, separated by commas."),
        "CommentState": _query("state", states, "Only these."),
        "OfArticle": _query("article", {"type": "string"}, "Slug of an article: only what stands under it."),
        "Cursor": _query("cursor", cursor, "`next_cursor` of the page before, of the same listing."),
        "Limit": _query("limit", limit, "Items a page."),
        "If-Match": _named("If-Match", VERSION_FORM, "The version that was read, in quotes.", required=True),
        "If-None-Match": _named("If-None-Match", None, "ETags the client has; compared weakly."),
        "Idempotency-Key": {**_named("Idempotency-Key", None, KEY_TEXT), "schema": key},
    }


KEY_TEXT = """A key of the client's choice, good for 24 hours, for this route and account. A repeated request gets the \
first one's answer and makes nothing; another body under the same key is refused."""


def _path(name: str, schema: Raw, description: str) -> Raw:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _query(name: str, schema: Raw, description: str) -> Raw:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _named(name: str, pattern: str | None, description: str, *, required: bool = False) -> Raw:
    schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


# ---------------------------------------------------------------- schemas


def _schemas() -> Raw:
    taken = {operation.takes for operation in OPERATIONS.values() if operation.takes}
    given = {
        model for operation in OPERATIONS.values() for answer in operation.answers.values() for model in answer.body
    }
    made = {**_definitions(taken, "validation"), **_definitions(given, "serialization"), "Problem": PROBLEM}
    for operation in OPERATIONS.values():
        if operation.patches and operation.takes:
            made |= _patches(operation.takes.__name__, made)
    return dict(sorted(made.items()))


def _definitions(models: set[type[BaseModel]], mode: Any) -> Raw:
    in_order = sorted(models, key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, mode) for model in in_order], ref_template=REF)
    return {name: _untitled(each) for name, each in schema["$defs"].items()}


def _untitled(schema: Any) -> Any:
    """Without the titles pydantic makes of names, and without defaults that are null, which say nothing."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    silent = {"title"} if not isinstance(schema.get("title"), dict) else set()
    if schema.get("default", ...) is None:
        silent |= {"default"}
    return {name: _untitled(each) for name, each in schema.items() if name not in silent}


MERGED = ("Body", "Image")
"""Objects inside an article that a patch merges with what stands."""


def _patches(name: str, schemas: Raw) -> Raw:
    """What may patch a model: any of its fields, or null to take one back to its default."""
    made = {f"{part}Patch": _patch(schemas[part]) for part in MERGED}
    whole = _patch(schemas[name])
    for field in whole["properties"].values():
        for choice in field["anyOf"]:
            part = choice.get("$ref", "").rpartition("/")[2]
            if part in MERGED:
                choice["$ref"] = REF.format(model=f"{part}Patch")
    return {**made, f"{name}Patch": whole}


def _patch(schema: Raw) -> Raw:
    properties = {}
    for name, field in schema["properties"].items():
        described = {"description": field["description"]} if "description" in field else {}
        plain = {key: value for key, value in field.items() if key not in {"description", "default"}}
        choices = [dict(choice) for choice in plain.pop("anyOf", [plain])]
        null = {"type": "null"}
        properties[name] = {**described, "anyOf": [*choices, *([] if null in choices else [null])]}
    rest = {key: value for key, value in schema.items() if key not in {"required", "properties", "description"}}
    return {**rest, "description": "A merge patch: fields that are left out stay.", "properties": properties}


PROBLEM: Raw = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable and what clients branch on; the texts are for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "pattern": "^urn:broadsheet:problem:[a-z_]+$"},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[a-z_]+$"},
        "detail": {"type": "string", "minLength": 1},
        "errors": {
            "type": "array",
            "description": "With `invalid`: what is wrong with which field, 50 at most.",
            "minItems": 1,
            "maxItems": 50,
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Its path, such as `faq.2.question`."},
                    "code": {"type": "string", "enum": sorted(codes.fields())},
                    "message": {"type": "string", "minLength": 1},
                },
            },
        },
        "version": {"type": "integer", "description": "With `version_conflict`: the version that stands."},
        "article": {"type": "string", "description": "With `translation_exists`: the article that has the language."},
    },
}
