"""Answers of the reader's site: the headers that keep a browser safe on it, and how long who may keep what.

The Content-Security-Policy allows the site's own files and what `site.json` names, and nothing that stands in a page itself:
a script or a style that somebody smuggles into an article does nothing.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from aws_lambda_powertools.event_handler import Response

from broadsheet import http, settings, site
from broadsheet.errors import BadCursor, NoHead, NothingPublished
from broadsheet.observability import bug

from . import assets, urls, views

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from broadsheet.errors import Problem

HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
MANIFEST = "application/manifest+json; charset=utf-8"
HOUR = 3_600
A_MOMENT = 5
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "frame-src": [],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
"""Sources by directive; the site's configuration adds to them."""
QUERY = ("cursor", "order", "replies")
"""What pages know in a query; the CDN keeps an answer for each value of these."""
UNUSED = ("browsing-topics", "camera", "display-capture", "geolocation", "microphone", "payment", "usb")


def page(event: APIGatewayProxyEventV2, html: str, *, whole: bool = True) -> Response[str]:
    """Where something is missing that will be there in a moment, nobody keeps it for longer."""
    return http.public(event, html, http.MAX_AGE if whole else A_MOMENT, HTML, security())


def file(event: APIGatewayProxyEventV2, text: str, kind: str, max_age: int = http.MAX_AGE) -> Response[str]:
    """Something for a program: a feed, a sitemap."""
    return http.public(event, text, max_age, kind, security())


def asset(event: APIGatewayProxyEventV2, name: str) -> Response[Any]:
    """A file under its hashed address, for a year; for a minute where the address is that of another version."""
    found, current = assets.find(name)
    answer = _asset(event, found)
    if current:
        answer.headers["Cache-Control"] = assets.FOREVER
    return answer


def moved(event: APIGatewayProxyEventV2, path: str) -> Response[str]:
    """308 to where a page is now, at the same place of its discussion or listing. The path is quoted already."""
    given: Mapping[str, str] = event.query_string_parameters
    kept = urlencode({name: given[name] for name in QUERY if name in given})
    return _sent(308, urls.absolute(f"{path}?{kept}" if kept else path))


def _begun_anew(event: APIGatewayProxyEventV2) -> Response[str]:
    """302 to where a listing or discussion begins: an old link may name a place in it that is none any more."""
    path = "/".join(quote(part) for part in event.path.split("/"))
    given: Mapping[str, str] = event.query_string_parameters
    kept = urlencode({name: given[name] for name in QUERY if name in given and name != "cursor"})
    return _sent(302, urls.absolute(f"{path}?{kept}" if kept else path))


def _sent(status: int, url: str) -> Response[str]:
    headers: dict[str, str | list[str]] = {"Location": url, "Cache-Control": http.keep(http.MAX_AGE), **security()}
    return Response(
        status, HTML, f'<!doctype html><title>{status}</title><a href="{escape(url)}">{escape(url)}</a>', headers
    )


def drawing(event: APIGatewayProxyEventV2, name: str) -> Response[Any]:
    """A file that has a fixed address too."""
    return _asset(event, assets.load(name), HOUR)


def _asset(event: APIGatewayProxyEventV2, found: assets.Asset, max_age: int = http.MAX_AGE) -> Response[Any]:
    return http.public(event, found.content, max_age, found.kind, security())


def is_interface(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


def refusal(event: APIGatewayProxyEventV2, told: Problem) -> Response[str]:
    """A page that says so, or the way to the one that is meant; below `/v1` there are programs, which get their JSON."""
    if is_interface(event.path):
        return http.problem_answer(NoHead(headers={"Allow": "GET"}) if event.http_method == "HEAD" else told)
    if isinstance(told, BadCursor):
        return _begun_anew(event)
    tidy = _tidied(event.path)
    if tidy and isinstance(told, NothingPublished):
        return moved(event, tidy)
    html = _told(event, told)
    headers: dict[str, str | list[str]] = {**http.kept(told), **told.headers, "Vary": "Accept-Encoding", **security()}
    return Response(told.status, HTML, html, headers, compress=http.compressed(event, html, HTML))


def _tidied(path: str) -> str | None:
    """An address that ends with a slash, without it."""
    parts = [quote(part) for part in path.split("/") if part]
    return f"/{'/'.join(parts)}" if parts and path.endswith("/") else None


def _told(event: APIGatewayProxyEventV2, told: Problem) -> str:
    try:
        return views.problem(told, event.path)
    except Exception as error:  # what is wrong may be wrong with every page
        bug("no page for a problem", error)
        return f"<!doctype html><title>{told.status}</title><h1>{told.title}</h1>"


@cache
def security() -> Mapping[str, str]:
    tls = settings.get().site_origin.startswith("https://")
    return {
        "Content-Security-Policy": _policy(tls=tls),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
        "Cross-Origin-Opener-Policy": "same-origin",
        **({"Strict-Transport-Security": "max-age=31536000"} if tls else {}),
    }


def _policy(*, tls: bool) -> str:
    publication = site.get()
    hosts = publication.pages.hosts
    sources = {name: [*POLICY.get(name, []), *hosts.get(name, [])] for name in POLICY | hosts}
    sources["frame-src"] += [f"https://{host}" for host in publication.embed_hosts]
    clauses = [f"{name} {' '.join(given)}" for name, given in sources.items() if given]
    return "; ".join([*clauses, *(["upgrade-insecure-requests"] if tls else [])])
