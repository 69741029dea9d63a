"""Every refusal a client can get: a class with status, code and title; `http` makes problem+json of it (RFC 9457).

A code is a promise: clients branch on it. `docs/http-api.md` lists them, and a test holds the two together. The detail
is ours, never the client's words given back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: `field` is its path (`faq.2.question`), `code` is stable, `message` is for people."""

    field: str
    code: str
    message: str


@dataclass
class Problem(Exception):  # noqa: N818  RFC 9457's own word
    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    kept: ClassVar[int] = 0
    """Seconds a shared cache may keep it."""

    detail: str = ""
    errors: list[FieldError] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.detail or self.title)


class BadJson(Problem):
    status, code, title = 400, "bad_json", "The request body is not JSON"


class BadCursor(Problem):
    status, code, title = 400, "bad_cursor", "The cursor does not belong to this listing"


class BadIfMatch(Problem):
    status, code, title = 400, "bad_if_match", "If-Match holds no version of this article"


class BadToken(Problem):
    status, code, title = 400, "bad_token", "The link was used already, has expired, or never was one"


class BadIdempotencyKey(Problem):
    status, code, title = 400, "bad_idempotency_key", "The Idempotency-Key is not usable"


class NotLoggedIn(Problem):
    status, code, title = 401, "not_logged_in", "This needs a log-in"


class MembersOnly(Problem):
    status, code, title = 401, "members_only", "Only members may comment here"


class LoginFailed(Problem):
    status, code, title = 401, "login_failed", "E-mail address or password is wrong"


class NotAllowed(Problem):
    status, code, title = 403, "not_allowed", "Your role does not allow this"


class CrossSite(Problem):
    status, code, title = 403, "cross_site", "The request does not come from this site"


class NotThroughCdn(Problem):
    status, code, title = 403, "not_through_cdn", "The request did not come through the site's own address"


class Banned(Problem):
    status, code, title = 403, "banned", "Banned from here"


class CommentsClosed(Problem):
    status, code, title = 403, "comments_closed", "Comments are closed here"


class NotFound(Problem):
    status, code, title = 404, "not_found", "There is nothing here"


class NothingPublished(NotFound):
    """Not found, and the same for everybody: kept for moments, so that a flood of bad addresses stays at the CDN."""

    kept = 5


class NoHead(Problem):
    status, code, title = 405, "no_head", "The interface answers GET, and no HEAD"


class WrongState(Problem):
    status, code, title = 409, "wrong_state", "The article's status does not allow this"


class WrongCommentState(Problem):
    status, code, title = 409, "wrong_comment_state", "The comment's state does not allow this"


class DuplicateComment(Problem):
    status, code, title = 409, "duplicate_comment", "You have just said this here"


class EditEnded(Problem):
    status, code, title = 409, "edit_ended", "The comment can no longer be edited"


class UnpublishedChanges(Problem):
    status, code, title = 409, "unpublished_changes", "The article's text has changes that are not published"


class TranslationExists(Problem):
    status, code, title = 409, "translation_exists", "There is a translation into this language already"


class LastAdmin(Problem):
    status, code, title = 409, "last_admin", "The last administrator stays"


@dataclass
class Withdrawn(Problem):
    status, code, title = 410, "withdrawn", "The article was withdrawn"
    kept = 60
    language: str = ""
    """In which it was written."""


class VersionConflict(Problem):
    """Somebody else saved first; `version` in the answer is the one that stands."""

    status, code, title = 412, "version_conflict", "The article was changed since you read it"


class TooLarge(Problem):
    status, code, title = 413, "too_large", "The request or what it would store is too large"


class UnsupportedType(Problem):
    status, code, title = 415, "unsupported_type", "The request body must be application/json"


class Invalid(Problem):
    status, code, title = 422, "invalid", "Fields of the request are wrong"


class IdempotencyConflict(Problem):
    status, code, title = 422, "idempotency_conflict", "The Idempotency-Key was used with a different request"


class IfMatchRequired(Problem):
    status, code, title = 428, "if_match_required", "Send the version you read as If-Match"


class TooManyRequests(Problem):
    status, code, title = 429, "too_many_requests", "Too many tries; wait a little"


class Unexpected(Problem):
    status, code, title = 500, "unexpected", "Something went wrong here"


class Unavailable(Problem):
    """The store is overloaded or contended; the same request may succeed in a moment."""

    status, code, title = 503, "unavailable", "Busy at the moment; try again"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.headers.setdefault("Retry-After", "1")


def invalid(field_name: str, code: str, message: str) -> Invalid:
    return Invalid(errors=[FieldError(field_name, code, message)])


def too_many(seconds: int) -> TooManyRequests:
    return TooManyRequests(headers={"Retry-After": str(max(1, seconds))})
