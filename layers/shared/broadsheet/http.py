"""HTTP: what all functions that answer requests share. No domain here, and nothing that only some of them need.

`api()` makes a function's router with the one mapping from `errors` to problem+json; `public` answers readers so that a
CDN may keep it, `private` answers a person so that nobody may.
"""

from __future__ import annotations

import hmac
import json
import re
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from . import cursors, settings
from .errors import (
    BadIfMatch,
    BadJson,
    CrossSite,
    IfMatchRequired,
    NotFound,
    NotThroughCdn,
    Problem,
    TooLarge,
    Unexpected,
    UnsupportedType,
    invalid,
)
from .observability import bug, logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

_Body = TypeVar("_Body", str, bytes)
JSON = "application/json"
PROBLEM = "application/problem+json"
NO_STORE = {"Cache-Control": "no-store"}
NOTHING_MORE: Mapping[str, str] = {}
MAX_AGE = 60
"""Seconds a shared cache may keep a public answer, and again may serve it while asking for a new one."""
COMPRESS_FROM = 1_000
MAX_BODY = 64 * 1024
PAGE = 20
MAX_PAGE = 50
PARAMETER = re.compile(r"<(\w+)>")
"""Of a route."""
NO_GZIP = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)", re.IGNORECASE)
"""In Accept-Encoding: the library compresses for whoever names gzip, even to refuse it."""
BY_THE_CDN = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/rss+xml",
        "application/xml",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
    }
)
"""Of ours, those that are among the kinds CloudFront compresses: it takes Atom, JSON Feed and the manifest as they come."""


class _Router(APIGatewayHttpResolver):
    """Takes whatever stands between two slashes: the library's own pattern leaves out the marks that are vowels in many scripts."""

    @staticmethod
    def _compile_regex(rule: str, base_regex: str = "^{}$") -> re.Pattern[str]:
        return re.compile(base_regex.format(PARAMETER.sub(r"(?P<\1>[^/]+)", rule)))


def api(
    nowhere: type[NotFound] = NotFound, answer: Callable[[Problem], Response[str]] | None = None
) -> APIGatewayHttpResolver:
    """A function's router. `nowhere` is what a path gets that has no route; `answer` tells of a problem, as JSON if not given."""
    app = _Router()
    tell = answer or problem_answer

    @app.exception_handler(Problem)  # type: ignore[untyped-decorator]
    def refuse(problem: Problem) -> Response[str]:
        logger().info("refused", extra={"code": problem.code, **_which(app)})
        return tell(problem)

    @app.exception_handler(NotFoundError)  # type: ignore[untyped-decorator]
    def no_route(_: NotFoundError) -> Response[str]:
        return tell(nowhere())

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def fail(error: Exception) -> Response[str]:
        bug("unexpected", error, **_which(app))
        return tell(Unexpected())

    return app


def handler(app: APIGatewayHttpResolver) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The function's entry point. With a CDN, only what the CDN sends is answered."""

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        hashes = settings.get().origin_secret_hashes
        if hashes and not _from_cdn(event["headers"].get("x-origin-secret", ""), hashes):
            refused = problem_answer(NotThroughCdn())
            return {"statusCode": refused.status_code, "headers": refused.headers, "body": refused.body}
        return app.resolve(event, context)

    return handle


def _from_cdn(secret: str, hashes: frozenset[str]) -> bool:
    digest = sha256(secret.encode()).hexdigest()
    return any(hmac.compare_digest(digest, known) for known in hashes)


def _which(app: APIGatewayHttpResolver) -> dict[str, str]:
    context = app.current_event.request_context
    return {"request": context.request_id, "route": context.route_key or ""}


# ---------------------------------------------------------------- answers


def public(
    event: APIGatewayProxyEventV2,
    body: _Body,
    max_age: int = MAX_AGE,
    kind: str = JSON,
    also: Mapping[str, str] = NOTHING_MORE,
) -> Response[_Body]:
    """200 that any cache may keep, or 304 when the client has it. The body is sent as it is; `also` are other headers."""
    content = body if isinstance(body, bytes) else body.encode()
    tag = f'W/"{blake2b(content, digest_size=12).hexdigest()}"'
    return public_as(event, tag, lambda: body, max_age, kind, also)


def public_as(
    event: APIGatewayProxyEventV2,
    etag: str,
    make: Callable[[], _Body],
    max_age: int = MAX_AGE,
    kind: str = JSON,
    also: Mapping[str, str] = NOTHING_MORE,
) -> Response[_Body]:
    """The same for what is known by its tag: the body is only made for a client that does not have it."""
    headers: dict[str, str | list[str]] = {"ETag": etag, "Cache-Control": keep(max_age), "Vary": "Accept-Encoding"}
    headers |= also
    if _has(event.headers.get("if-none-match", ""), etag):
        return Response(304, headers=headers)
    body = make()
    return Response(200, kind, body, headers, compress=compressed(event, body, kind))


def compressed(event: APIGatewayProxyEventV2, body: str | bytes, kind: str) -> bool:
    """Whether the function compresses: a CDN does it better, and does it once. Pictures are small already."""
    left = settings.get().cdn and kind.partition(";")[0] in BY_THE_CDN
    refused = NO_GZIP.search(event.headers.get("accept-encoding", ""))
    return isinstance(body, str) and not left and not refused and len(body) >= COMPRESS_FROM


def moved(location: str) -> Response[str]:
    """308 to the current address: method and body stay, and a cache may keep it as long as the article itself."""
    headers: dict[str, str | list[str]] = {"Location": location, "Cache-Control": keep(MAX_AGE)}
    return Response(308, JSON, json.dumps({"location": location}), headers)


def private(body: Any, status: int = 200, **headers: str) -> Response[str]:
    """An answer for one person. Underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status == 204:  # noqa: PLR2004
        return Response(204, headers={**NO_STORE, **named})
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(status, JSON, text, {**NO_STORE, **named})


def problem_answer(problem: Problem) -> Response[str]:
    body = {
        "type": f"urn:broadsheet:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail or problem.title,
        **({"errors": [vars(error) for error in problem.errors]} if problem.errors else {}),
        **problem.extra,
    }
    headers: dict[str, str | list[str]] = {**kept(problem), **problem.headers}
    return Response(problem.status, PROBLEM, json.dumps(body, ensure_ascii=False), headers)


def kept(problem: Problem) -> Mapping[str, str]:
    """Whether a shared cache may keep a refusal."""
    return {"Cache-Control": f"public, max-age=0, s-maxage={problem.kept}"} if problem.kept else NO_STORE


def keep(seconds: int) -> str:
    """Cache-Control of what a shared cache may keep so long, and a browser only asks about again."""
    return f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={MAX_AGE}"


def _has(if_none_match: str, etag: str) -> bool:
    """Weak comparison (RFC 9110, 8.8.3.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or etag.removeprefix("W/") in tags


# ---------------------------------------------------------------- requests


def page_size(event: APIGatewayProxyEventV2) -> int:
    text = event.query_string_parameters.get("limit", str(PAGE))
    if not (re.fullmatch(r"\d{1,4}", text, re.ASCII) and 1 <= int(text) <= MAX_PAGE):
        raise invalid("limit", "out_of_range", f"A whole number from 1 to {MAX_PAGE}.")
    return int(text)


def only(event: APIGatewayProxyEventV2, *names: str) -> Mapping[str, str]:
    """The query parameters, of which no others are known."""
    given: Mapping[str, str] = event.query_string_parameters
    for name in given:
        if name not in names:
            raise invalid("query", "unknown_parameter", f"Known here: {', '.join(names)}.")
    return given


def body(event: APIGatewayProxyEventV2, limit: int = MAX_BODY) -> str:
    """The request's JSON text, `{}` where there is none. Raises for a wrong type, too many bytes, or another site.

    What a browser sends by itself must come from our own pages; a bearer token is never sent by itself.
    """
    by_bearer, ours = bool(bearer(event)), _ours(event)
    if not by_bearer and (ours is False or (event.cookies and not ours)):
        raise CrossSite
    text = _text(event, limit)
    if (text or not by_bearer) and _kind(event) not in {JSON, "application/merge-patch+json"}:
        raise UnsupportedType
    return text or "{}"


def beacon(event: APIGatewayProxyEventV2, limit: int) -> str:
    """What `navigator.sendBeacon` sends: JSON that is said to be text, or nothing. Raises as `body` does.

    Cookies and authorization may come along and are not looked at.
    """
    if _ours(event) is False:
        raise CrossSite
    text = _text(event, limit)
    if text and _kind(event) not in {JSON, "text/plain"}:
        raise UnsupportedType
    return text or "{}"


def _text(event: APIGatewayProxyEventV2, limit: int) -> str:
    """Raises TooLarge, BadJson."""
    if len(event.body or "") > limit * 4 // 3 + 4:
        raise TooLarge(f"At most {limit} bytes.")
    try:
        text = event.decoded_body or ""
    except ValueError:
        raise BadJson("The body is not UTF-8.") from None
    if len(text.encode("utf-8", "surrogatepass")) > limit:
        raise TooLarge(f"At most {limit} bytes.")
    return text


def _kind(event: APIGatewayProxyEventV2) -> str:
    """The body's media type without its parameters."""
    return str(event.headers.get("content-type", "")).partition(";")[0].strip().lower()


def if_match(event: APIGatewayProxyEventV2) -> int:
    """The version a staff write was made for. Raises IfMatchRequired, BadIfMatch; a weak tag names no one version."""
    tag = event.headers.get("if-match")
    if tag is None:
        raise IfMatchRequired
    match = re.fullmatch(r'"(\d{1,9})"', tag.strip(), re.ASCII)
    if match is None:
        raise BadIfMatch
    return int(match[1])


def ulid(text: str) -> str:
    """An id from a path. Ids are ULIDs; what is none names nothing. Raises NotFound."""
    if not cursors.is_ulid(text):
        raise NotFound
    return text.upper()


def client_address(event: APIGatewayProxyEventV2) -> str:
    """The reader's address, as told by the CDN where there is one; never as told by the reader."""
    if settings.get().cdn:
        return str(event.headers.get("cloudfront-viewer-address", "")).rpartition(":")[0].strip("[]")
    return str(event.request_context.http.source_ip)


def bearer(event: APIGatewayProxyEventV2) -> str:
    scheme, _, token = event.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie(event: APIGatewayProxyEventV2, name: str) -> str:
    for pair in event.cookies:
        given, _, value = pair.partition("=")
        if given.strip() == name:
            return value.strip()
    return ""


def _ours(event: APIGatewayProxyEventV2) -> bool | None:
    """Whether the request comes from our own pages; None where it does not say."""
    origin, site = event.headers.get("origin"), event.headers.get("sec-fetch-site")
    if origin is None and site is None:
        return None
    return origin == settings.get().site_origin or (origin is None and site == "same-origin")
