"""What the routes of `login` answer: accounts, sessions, the export and the audit."""

from __future__ import annotations

from typing import Literal

from broadsheet.roles import Role  # noqa: TC002  pydantic reads it
from pydantic import BaseModel, Field

from .answers import Count, Cursor, Id, Language, Stamp  # noqa: TC001
from .comment_answers import OwnComment, OwnReaction  # noqa: TC001


class Account(BaseModel):
    id: Id
    display_name: str
    role: Role


class OwnAccount(Account):
    """An account as its owner sees it."""

    email: str
    language: Language = Field(description="Of the mail it gets, and of the pages. BCP 47.")
    created_at: Stamp


class KnownAccount(OwnAccount):
    """An account as administrators see it."""

    banned_at: Stamp | None


class Verified(BaseModel):
    """Whose address was confirmed."""

    account: Account


class People(BaseModel):
    """A page of accounts, newest first."""

    items: list[KnownAccount]
    next_cursor: Cursor


class Done(BaseModel):
    """What was asked for was done, or is under way."""

    status: Literal["mail_sent", "password_changed", "erased"]


class LogIn(BaseModel):
    """One session of an account."""

    id: Id
    device: str = Field(description="Such as `Firefox on Linux`.")
    started_at: Stamp
    used_at: Stamp = Field(description="Exact to five minutes.")
    current: bool = Field(description="Whether it is the one that asks.")


class LogIns(BaseModel):
    """All sessions of an account, newest first."""

    items: list[LogIn]
    next_cursor: None


class Export(BaseModel):
    """Everything kept about a person."""

    exported_at: Stamp
    account: KnownAccount
    sessions: list[LogIn]
    comments: list[OwnComment] = Field(description="Newest first; the newest thousand, where there are more.")
    comments_in_all: Count
    reactions: list[OwnReaction]


class AuditLine(BaseModel):
    """Who did what, to which article, account, comment or list."""

    at: Stamp
    who: str = Field(description="Id of an account, or what did it by itself.")
    action: str
    article: Id | None
    account: Id | None
    comment: Id | None
    ban: Id | None
    rebuild: Id | None
    version: int | None = Field(description="Of the article or the picks, after it.")
    role: Role | None = Field(description="Of the account, after it.")


class Audit(BaseModel):
    """A page of one day, newest first."""

    items: list[AuditLine]
    next_cursor: Cursor


class Session(BaseModel):
    """A log-in whose token is in the cookie alone."""

    expires_at: Stamp = Field(description="The latest end; without use it ends earlier.")
    account: Account


class SessionWithToken(Session):
    """A log-in, and its token, which is shown this once."""

    token: str = Field(min_length=43, max_length=43)
