"""Which function answers a request: API Gateway's order for HTTP APIs.

A literal segment comes before `{one}`, that before `{rest+}`; a method of its own before ANY; `$default` last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .template import Function, Template
    from .triggers import Route

LITERAL, ONE, REST, DEFAULT = range(4)


class Routes:
    def __init__(self, template: Template) -> None:
        every = [(route, function) for function in template.functions.values() for route in function.routes]
        self._entries = sorted(every, key=lambda entry: _rank(entry[0]))

    def match(self, method: str, raw_path: str) -> tuple[Route, Function, dict[str, str]] | None:
        """The first route in order, with its path parameters decoded."""
        segments = raw_path.split("/")[1:]
        for route, function in self._entries:
            if route.path == "$default":
                return route, function, {}
            if route.method in {method, "ANY"} and (found := _parameters(route.path, segments)) is not None:
                return route, function, dict(found)
        return None


def _kind(segment: str) -> int:
    if segment.startswith("{"):
        return REST if segment.endswith("+}") else ONE
    return LITERAL


def _rank(route: Route) -> tuple[list[int], bool]:
    if route.path == "$default":
        return [DEFAULT], True
    return [_kind(segment) for segment in route.path.split("/")[1:]], route.method == "ANY"


def _parameters(path: str, segments: list[str]) -> Mapping[str, str] | None:
    """The parameters when the path matches."""
    wanted = path.split("/")[1:]
    found: dict[str, str] = {}
    for place, segment in enumerate(wanted):
        kind = _kind(segment)
        rest = segments[place:]
        if not rest or (kind != LITERAL and not rest[0]):
            return None
        if kind == REST:
            return {**found, segment[1:-2]: unquote("/".join(rest))}
        if kind == ONE:
            found[segment[1:-1]] = unquote(rest[0])
        elif segment != unquote(rest[0]):
            return None
    return found if len(wanted) == len(segments) else None
