"""What readers and moderators may write of comments. The rules of `inputs` hold here too."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from . import cursors, names, plain, remarks
from .account_inputs import Email  # noqa: TC001  pydantic reads it
from .inputs import Input, Line, Prose, filled, wrong
from .inputs import PublishAt as Instant

LONGEST_NAME = 60


def _remark(value: str) -> str:
    value = remarks.clean(value)
    if len(value) > remarks.LONGEST:
        raise wrong("too_long", f"At most {remarks.LONGEST} characters.")
    if "&" in value:  # a reference may stand for nothing that shows
        filled(plain.text(remarks.html(value)))
    return filled(value)


def _guest_name(value: str) -> str:
    value = remarks.clean_name(value)
    if len(value) > LONGEST_NAME:
        raise wrong("too_long", f"At most {LONGEST_NAME} characters.")
    if names.reserved(value):
        raise wrong("reserved_name", names.RESERVED)
    return filled(value)


def _comment_id(value: str) -> str:
    if not cursors.is_ulid(value):
        raise wrong("bad_id", "Not an id.")
    return value.upper()


Remark = Annotated[str, Field(max_length=8 * remarks.LONGEST), AfterValidator(_remark)]


class Guest(Input):
    name: Annotated[str, Field(max_length=8 * LONGEST_NAME), AfterValidator(_guest_name)] = Field(
        description="Not one of the newsroom's. At most 60 characters."
    )
    email: Email | None = Field(default=None, description="Never shown.")


class NewComment(Input):
    """A comment of a member, or of a guest with a name. What a form adds against robots may be left out."""

    text: Remark = Field(description="A little Markdown: quotes, emphasis, code, links. At most 2,000 characters.")
    parent_id: Annotated[str, AfterValidator(_comment_id)] | None = Field(
        default=None, description="The comment this one answers."
    )
    guest: Guest | None = None
    website: Annotated[str, Field(max_length=200)] = Field(
        default="", description="A field of the form that people do not see; to be left empty."
    )
    opened_at: Instant | None = Field(default=None, description="When the form was opened (RFC 3339).")


class EditedComment(Input):
    text: Remark


class Reaction(Input):
    kind: Annotated[str, Field(max_length=40)] = Field(
        default="like", description="One of the site's reactions: like, insightful, funny or sad unless it has others."
    )


class Report(Input):
    reason: Literal["spam", "abuse", "off_topic", "false", "illegal", "other"]
    note: Annotated[Prose, Field(max_length=500)] = ""


CommentIds = Annotated[list[Annotated[str, AfterValidator(_comment_id)]], Field(min_length=1, max_length=25)]


class Decisions(Input):
    """One decision on many comments; each succeeds or fails on its own."""

    ids: CommentIds
    action: Literal["approve", "reject", "spam", "hide"]


class NewBan(Input):
    """Keeps the writer of a comment, or an account, from commenting."""

    comment_id: Annotated[str, AfterValidator(_comment_id)] | None = None
    account_id: Annotated[str, AfterValidator(_comment_id)] | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        default=None, description="For good unless said; a guest's network for 30 days at most."
    )
    reason: Annotated[Line, Field(max_length=300)] = ""
