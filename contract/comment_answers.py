"""What the routes of discussions answer: what everybody sees of a comment, what its writer sees, and what moderators see."""

from __future__ import annotations

from typing import Annotated, Literal

from broadsheet.comments import State  # noqa: TC002  pydantic reads it
from broadsheet.discussions import Mode  # noqa: TC002
from pydantic import BaseModel, Field

from .answers import Count, Cursor, Id, Slug, Stamp  # noqa: TC001

Text = Annotated[str, Field(description="As it was written; plain text.")]
Html = Annotated[str, Field(description="Clean: safe to put into a page as it is.")]
Reactions = Annotated[dict[str, int], Field(description="How many of each kind; kinds nobody chose are left out.")]


class Commenter(BaseModel):
    """Who wrote a comment."""

    name: str | None = Field(description="Null where the account was erased.")
    member: bool = Field(description="Whether there is an account; a guest's name is whatever the guest gave.")
    staff: bool


class AboutArticle(BaseModel):
    """The article a comment stands under, as it was when the comment was posted."""

    slug: Slug
    headline: str


class Comment(BaseModel):
    """What is said of a comment whoever asks."""

    id: Id
    parent_id: Id | None = Field(description="The comment it answers.")
    depth: Count = Field(description="How far it is indented: 0 for a root, at most as deep as the site nests.")
    posted_at: Stamp
    edited_at: Stamp | None


class ShownComment(Comment):
    """A comment in public; a tombstone, without author and text, where it is gone and has replies."""

    author: Commenter | None
    text: Text | None
    html: Html | None
    state: Literal["published", "deleted", "hidden"]


class CountedComment(ShownComment):
    """A comment of a thread."""

    reactions: Reactions


class Root(CountedComment):
    """A comment that answers none, with the first of its replies."""

    reply_count: Count = Field(description="Published replies below it, at any depth.")
    replies: list[CountedComment] = Field(description="The first 20, in reading order; fewer where they are long.")
    replies_cursor: Cursor = Field(description="For `GET /v1/comments/{id}/replies`; null where there are no more.")


class Thread(BaseModel):
    """A page of an article's discussion. `limit` counts roots."""

    comments: list[Root]
    next_cursor: Cursor
    comment_count: Count = Field(description="Published comments of the article.")
    mode: Mode = Field(description="Who may comment now.")


class Replies(BaseModel):
    """A page of what stands below a comment, in reading order."""

    items: list[CountedComment]
    next_cursor: Cursor


class CommentCounts(BaseModel):
    """Published comments by the slug asked for; what is no published article is left out."""

    counts: dict[str, int]


class ReadComment(ShownComment):
    """A comment on its own."""

    article: AboutArticle


class WrittenComment(Comment):
    author: Commenter
    text: Text
    html: Html
    article: AboutArticle


class OwnComment(WrittenComment):
    """A comment as its writer sees it, whatever became of it."""

    state: Literal["published", "pending", "hidden", "rejected", "deleted"]
    editable_until: Stamp | None = Field(
        description="Null where it cannot be edited any more; a reply ends it earlier."
    )


class GuestsComment(OwnComment):
    """A guest's comment, and the proof that it is theirs, which is given this once."""

    edit_token: str = Field(min_length=43, max_length=43, description="Sent as Comment-Token, edits and deletes.")


class OwnComments(BaseModel):
    """What one wrote, newest first."""

    items: list[OwnComment]
    next_cursor: Cursor


class Reacted(BaseModel):
    kind: str


class Reported(BaseModel):
    status: Literal["reported"]


class KnownCommenter(Commenter):
    account_id: Id | None = Field(description="Null for a guest, and where the account was erased.")


class Decided(BaseModel):
    """One step of what became of a comment."""

    phase: str = Field(
        description="What decided: a phase of the pipeline, `reports`, `moderator`, `writer`, `erasure`."
    )
    decision: State
    why: str
    at: Stamp
    by: Id | None = Field(description="The moderator's account.")


class ModeratedComment(WrittenComment):
    """A comment as moderators see it."""

    author: KnownCommenter
    state: State
    reports: Count = Field(description="Since a moderator last looked.")
    trace: list[Decided] = Field(description="Its last 20 decisions, oldest first.")


class ReportedAs(BaseModel):
    """One member's report; whose is not said."""

    reason: Literal["spam", "abuse", "off_topic", "false", "illegal", "other"]
    note: str
    at: Stamp


class ReportedComment(ModeratedComment):
    reported: list[ReportedAs] = Field(description="Oldest first, 100 at most.")


class Queue(BaseModel):
    """A page of comments, newest first."""

    items: list[ModeratedComment]
    next_cursor: Cursor


class DecidedOne(BaseModel):
    id: Id
    state: State | None = Field(description="What it is in now; null where nothing was done.")
    code: str | None = Field(description="The problem's code, where nothing was done.")


class DecidedMany(BaseModel):
    """What became of each, in the order asked for."""

    items: list[DecidedOne]


class Ban(BaseModel):
    """Who may not comment, and until when."""

    id: Id
    kind: Literal["account", "network"]
    account_id: Id | None
    comment_id: Id | None = Field(description="The comment it was set for.")
    reason: str
    until: Stamp | None = Field(description="Null for good.")
    by: Id
    at: Stamp


class Bans(BaseModel):
    """A page of bans, newest first."""

    items: list[Ban]
    next_cursor: Cursor


class OwnReaction(BaseModel):
    comment_id: Id
    kind: str
