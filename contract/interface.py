"""Which of the template's routes are the HTTP interface, and which are pages.

What begins with `/v1` is for programs: described in OpenAPI and in `docs/http-api.md`, and every answer is held to that. All
else is for people and for crawlers. HTML has no schema worth keeping, and nobody should build on it: `docs/pages.md` lists
those routes, and `tests/site.py` holds every answer of theirs to what makes a page safe and keepable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.template import Template
    from local.triggers import Route

PREFIX = "/v1/"


def is_interface(path: str) -> bool:
    return path.startswith(PREFIX)


def routes(template: Template) -> Iterator[Route]:
    """Of the interface."""
    yield from (route for route in _every(template) if is_interface(route.path))


def pages(template: Template) -> Iterator[Route]:
    yield from (route for route in _every(template) if not is_interface(route.path))


def _every(template: Template) -> Iterator[Route]:
    for function in template.functions.values():
        yield from function.routes
