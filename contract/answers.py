"""What the API answers of articles: one model for each shape, every field of it required. Of comments and accounts likewise
in `comment_answers` and `account_answers`.

Clients must ignore fields they do not know: new ones come without notice. The tests are stricter than clients have to be
and refuse a field that is not named here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from broadsheet.inputs import Comments  # noqa: TC002  pydantic reads it
from pydantic import BaseModel, Field

Id = Annotated[str, Field(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$", description="A ULID.")]
Stamp = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        description="UTC with milliseconds.",
        json_schema_extra={"format": "date-time"},
    ),
]
Slug = Annotated[str, Field(pattern=r"^(?:\S+-)?[0-9a-hjkmnp-tv-z]{8}$", description="`<words>-<key>`.")]
Count = Annotated[int, Field(ge=0)]
Cursor = Annotated[str | None, Field(description="For the next page; null on the last one.")]
Language = Annotated[str, Field(description="BCP 47.")]
Status = Literal["draft", "scheduled", "published", "withdrawn"]


class Term(BaseModel):
    """A section, topic or tag: the slug filters, the name is shown."""

    slug: str
    name: str


class Writer(BaseModel):
    """One of the byline. A free contributor has no slug and no listing."""

    name: str
    slug: str | None


class Picture(BaseModel):
    url: str = Field(description="https, or a path of the site itself.")
    alt: str = Field(description="Empty for a picture that says nothing.")
    credit: str | None
    caption: str | None
    width: int | None
    height: int | None


class Answered(BaseModel):
    """A question readers have, and its answer, in plain text."""

    question: str
    answer: str


class Corrected(BaseModel):
    """One entry of the public record of corrections, in the order in which they were made."""

    id: Id
    kind: Literal["correction", "clarification", "update"]
    text: str
    at: Stamp


class Alternate(BaseModel):
    """A published translation."""

    language: Language
    slug: Slug


class Card(BaseModel):
    """An article as a listing shows it."""

    id: Id
    slug: Slug
    section: Term
    headline: str
    standfirst: str | None
    topic: Term | None
    byline: list[Writer]
    language: Language
    image: Picture | None
    word_count: Count
    published_at: Stamp
    updated_at: Stamp


Why = Literal["same_story", "same_topic", "readers_went_on", "similar", "popular_now", "editors_pick"]


class Built(BaseModel):
    """When the two lists were built, and by which version of the way to."""

    built_at: Stamp | None = Field(description="Null before they were.")
    version: int


class Suggestion(Card):
    """A card that says why it is suggested."""

    why: Why
    why_text: str = Field(description="The same in words, in the language of the article that is read.")


class Preview(BaseModel):
    """An article as readers would get it if it were published as it is."""

    id: Id
    slug: Slug
    headline: str
    standfirst: str | None
    byline: list[Writer]
    contributor_note: str | None
    section: Term
    topic: Term | None
    tags: list[Term]
    language: Language
    alternates: list[Alternate]
    published_at: Stamp | None
    updated_at: Stamp = Field(
        description="When its substance last changed: headline, standfirst, body, FAQ, corrections."
    )
    corrections: list[Corrected]
    image: Picture | None
    body_html: str = Field(description="Clean: safe to put into a page as it is.")
    faq: list[Answered]
    word_count: Count
    comment_count: Count = Field(description="Published comments.")
    comments: Comments
    more_about: list[Suggestion]
    you_may_also_like: list[Suggestion]
    lists: Built


class Article(Preview):
    """An article as readers get it."""

    published_at: Stamp = Field(description="When readers first had it. Never moves.")


class Page(BaseModel):
    """A page of a listing, newest first."""

    items: list[Card]
    next_cursor: Cursor


class PreparedList(BaseModel):
    """A list of cards, best first."""

    items: list[Card]
    next_cursor: None
    built_at: Stamp | None = Field(description="When it last changed; null before the first time.")


class DiscussedByWindow(BaseModel):
    """Cards of the last 24 hours and 7 days, most first."""

    of_24h: list[Card] = Field(alias="24h")
    of_7d: list[Card] = Field(alias="7d")


class ByWindow(DiscussedByWindow):
    """Cards of the last hour, 24 hours and 7 days, most first."""

    of_1h: list[Card] = Field(alias="1h")


class FrontSection(Term):
    items: list[Card]


class Front(BaseModel):
    """The newest articles, and each section's newest. Sections in the site's order."""

    language: Language | None
    picks: list[Card] = Field(description="What the editors picked, in their order.")
    latest: list[Card]
    most_read: ByWindow
    trending: list[Card] = Field(description="Read more than their own past has it, the highest rise first.")
    most_discussed: DiscussedByWindow
    sections: list[FrontSection]
    built_at: Stamp | None = Field(description="Null before the first publication.")


class NamedLanguage(BaseModel):
    tag: Language
    name: str = Field(description="In the language itself.")


class Site(BaseModel):
    """Facts about the publication, its texts in the language asked for."""

    name: str
    blurb: str
    logo: str | None
    copyright: str
    time_zone: str = Field(description="IANA.")
    language: Language
    languages: list[NamedLanguage] = Field(description="The first is the site's own.")
    sections: list[Term]


class Source(BaseModel):
    """The body as it was written, sanitised where that is HTML, and the HTML readers get."""

    format: Literal["html", "markdown"]
    text: str
    html: str


class Summary(BaseModel):
    """An article's state, without its text."""

    id: Id
    slug: Slug
    status: Status
    version: int = Field(ge=1, description="What the next write sends as If-Match.")
    revision: int = Field(ge=1, description="Number of the newest text.")
    headline: str
    section: Term
    language: Language
    owner: Id
    created_at: Stamp
    edited_at: Stamp
    edited_by: Id
    publish_at: Stamp | None
    published_at: Stamp | None
    updated_at: Stamp | None
    unpublished_changes: bool = Field(description="Whether readers have an older text than the newest.")


class Pinned(BaseModel):
    """What editors want in an article's lists and what not, by article id."""

    more_about: list[Id]
    you_may_also_like: list[Id]
    banned: list[Id]


class Draft(Summary):
    """An article as the newsroom sees it, with its newest text."""

    standfirst: str | None
    topic: Term | None
    tags: list[Term]
    byline: list[Writer]
    contributor_note: str | None
    translation_of: Id | None = Field(description="The article that started its group of translations.")
    body: Source
    faq: list[Answered]
    image: Picture | None
    comments: Comments | None = Field(description="Null where the section's or the site's rule holds.")
    close_comments_after_days: Count | None
    word_count: Count
    corrections: list[Corrected]
    pins: Pinned


class Picked(BaseModel):
    """One of the editors' picks as the newsroom sees it."""

    id: Id
    slug: Slug
    headline: str
    status: Status
    until: Stamp | None


class EditorsPicks(BaseModel):
    """The editors' picks in their order; version 0 before there were any."""

    version: int = Field(ge=0)
    items: list[Picked]


class Summaries(BaseModel):
    """A page of the newsroom's listing, newest first."""

    items: list[Summary]
    next_cursor: Cursor


class Saved(BaseModel):
    """One saved text: when, by whom, and what it is called."""

    n: int = Field(ge=1)
    saved_at: Stamp
    saved_by: str = Field(description="Id of an account.")
    headline: str
    word_count: Count


class Revisions(BaseModel):
    """Saved texts, newest first."""

    items: list[Saved]
    next_cursor: Cursor


class Revision(Saved):
    """One saved text with all its fields."""

    standfirst: str | None
    section: Term
    topic: Term | None
    tags: list[Term]
    byline: list[Writer]
    contributor_note: str | None
    language: Language
    body: Source
    faq: list[Answered]
    image: Picture | None
    slug: str | None = Field(description="The words asked for; null where they are the headline's.")
    comments: Comments | None = Field(description="Null where the section's or the site's rule holds.")
    close_comments_after_days: Count | None


class RebuildRequested(BaseModel):
    """A rebuild that will begin in a moment."""

    id: Id
    status: Literal["requested"]


class Rebuilt(BaseModel):
    """Whose lists are built anew: one of the three."""

    article: str | None = Field(description="Its slug.")
    topic: str | None = Field(description="Its slug.")
    all: bool


class RebuildProgress(BaseModel):
    """How far a rebuild is."""

    id: Id
    what: Rebuilt
    state: Literal["requested", "running", "failed", "finished"] = Field(
        description="`failed`: nothing is left but articles that failed, which are tried again or wait for an operator."
    )
    articles: Count = Field(description="Done so far.")
    failed: Count = Field(description="Articles that failed and are not done yet.")
    started_at: Stamp | None = Field(description="Null until it begins.")
    moved_at: Stamp | None = Field(description="When it last came on.")
    finished_at: Stamp | None = Field(description="Null as long as there is anything left of it to do.")


class Moved(BaseModel):
    location: str
