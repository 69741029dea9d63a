"""The form in which `operations` and its neighbours describe a route, and what many routes have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadsheet import errors

if TYPE_CHECKING:
    from pydantic import BaseModel

    Problems = tuple[type[errors.Problem], ...]


@dataclass(frozen=True)
class Answer:
    """One answer that is no refusal. Headers are named as `document.HEADERS` has them."""

    text: str
    body: tuple[type[BaseModel], ...] = ()
    headers: tuple[str, ...] = ("NoStore",)


@dataclass(frozen=True)
class Operation:
    id: str
    tag: str
    summary: str
    description: str
    answers: dict[int, Answer]
    problems: Problems
    parameters: tuple[str, ...] = ()
    takes: type[BaseModel] | None = None
    patches: bool = False
    """Whether the body is a merge patch of `takes`."""
    beacon: bool = False
    """Whether it may also say that it is plain text, as beacons do."""
    public: bool = False
    also: tuple[dict[str, list[str]], ...] = ()
    """Other ways to be let in than a log-in, as OpenAPI's security has them; an empty one lets everybody in."""


READING, LOGIN, ACCOUNT, ADMIN, NEWSROOM = "Reading", "Login", "Own account", "Administration", "Newsroom"
COMMENTS, MODERATION = "Comments", "Moderation"
EVERYWHERE: Problems = (errors.NotThroughCdn, errors.Unexpected)
STORED: Problems = (*EVERYWHERE, errors.Unavailable)
WITH_BODY: Problems = (errors.BadJson, errors.CrossSite, errors.TooLarge, errors.UnsupportedType)
STAFF: Problems = (*STORED, errors.NotLoggedIn)
"""Of whoever is logged in."""
ON_ONE: Problems = (*STAFF, errors.NotFound)
VERSIONED: Problems = (
    *ON_ONE,
    *WITH_BODY,
    errors.BadIfMatch,
    errors.IfMatchRequired,
    errors.VersionConflict,
)
PUBLISHES: Problems = (*VERSIONED, errors.NotAllowed)

CACHED = ("WeakETag", "Cached", "Vary")
NOT_MODIFIED = Answer("The client has it already.", headers=CACHED)
VERSION = ("ETag", "NoStore")
