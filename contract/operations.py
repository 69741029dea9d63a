"""What each route takes, answers and refuses. The template says which routes there are; a test holds the two together."""

from __future__ import annotations

from broadsheet import errors, inputs, reads
from pydantic import BaseModel, ConfigDict, Field

from . import account_operations, answers, comment_operations
from .shape import (
    CACHED,
    EVERYWHERE,
    NEWSROOM,
    NOT_MODIFIED,
    ON_ONE,
    PUBLISHES,
    READING,
    STAFF,
    STORED,
    VERSION,
    VERSIONED,
    WITH_BODY,
    Answer,
    Operation,
)


class Beacon(BaseModel):
    """What was read before in the same tab."""

    model_config = ConfigDict(extra="forbid")

    before: list[str] = Field(default=[], max_length=reads.BEFORE, description="Slugs, the latest first.")


def _draft(text: str) -> dict[int, Answer]:
    return {200: Answer(text, (answers.Draft,), VERSION)}


OPERATIONS: dict[str, Operation] = {
    "GET /v1/site": Operation(
        id="readSite",
        tag=READING,
        summary="Facts about the publication",
        description="Name, blurb, logo, copyright, time zone, languages and sections, in a language that is asked for "
        "or the site's own.",
        parameters=("Language", "If-None-Match"),
        answers={200: Answer("The facts.", (answers.Site,), CACHED), 304: NOT_MODIFIED},
        problems=(*EVERYWHERE, errors.Invalid),
        public=True,
    ),
    "GET /v1/front": Operation(
        id="readFront",
        tag=READING,
        summary="The front",
        description="The newest articles and each section's newest, in one language or in all. It is prepared when an "
        "article changes, so it may be a few seconds behind the listings.",
        parameters=("Language", "If-None-Match"),
        answers={
            200: Answer("The front; empty before the first publication.", (answers.Front,), CACHED),
            304: NOT_MODIFIED,
        },
        problems=(*STORED, errors.Invalid),
        public=True,
    ),
    "GET /v1/lists/{name}": Operation(
        id="readList",
        tag=READING,
        summary="A list of twenty articles",
        description="What is read most, what rises against its own past, what is discussed most, what editors pick, and what "
        "is newest; of the site or of one section. All but the newest are prepared every five minutes.",
        parameters=("ListName", "Section", "Window", "If-None-Match"),
        answers={
            200: Answer(
                "The list; `latest` is the first page of a listing.", (answers.PreparedList, answers.Page), CACHED
            ),
            304: NOT_MODIFIED,
        },
        problems=(*STORED, errors.NothingPublished, errors.Invalid),
        public=True,
    ),
    "GET /v1/articles": Operation(
        id="listArticles",
        tag=READING,
        summary="Published articles, newest first",
        description="All of them, or those of one section, topic or author; any of these in one language.",
        parameters=("Section", "Topic", "Author", "Language", "Cursor", "Limit", "If-None-Match"),
        answers={200: Answer("A page of cards.", (answers.Page,), CACHED), 304: NOT_MODIFIED},
        problems=(*STORED, errors.Invalid, errors.BadCursor),
        public=True,
    ),
    "GET /v1/articles/{slug}": Operation(
        id="readArticle",
        tag=READING,
        summary="One article",
        description="Any slug with the article's key finds it; when the words are not the current ones, the answer is a "
        "redirect to the slug that is.",
        parameters=("Slug", "If-None-Match"),
        answers={
            200: Answer("The article.", (answers.Article,), CACHED),
            304: NOT_MODIFIED,
            308: Answer("It has another slug now.", (answers.Moved,), ("Moved", "Cached")),
        },
        problems=(*STORED, errors.NothingPublished, errors.Withdrawn),
        public=True,
    ),
    "POST /v1/articles/{slug}/reads": Operation(
        id="countRead",
        tag=READING,
        summary="Say that an article is read",
        description="What a page sends once by `navigator.sendBeacon`, from the site's own origin. The answer is the same "
        "whether or not it counts: articles that are not there, bots, and more from one network than readers read do not. No "
        "cookie and no authorization is looked at, and nothing of whoever reads is kept.",
        parameters=("Slug",),
        takes=Beacon,
        beacon=True,
        answers={204: Answer("Taken.")},
        problems=(*EVERYWHERE, *WITH_BODY, errors.Invalid),
        public=True,
    ),
    "GET /v1/newsroom/articles": Operation(
        id="listDrafts",
        tag=NEWSROOM,
        summary="Articles of the newsroom, newest first",
        description="In any status. Contributors and authors see their own; for them `section` cannot be combined, as it "
        "cannot with `owner`.",
        parameters=("Status", "NewsroomSection", "Owner", "Cursor", "Limit"),
        answers={200: Answer("A page of summaries.", (answers.Summaries,))},
        problems=(*STAFF, errors.NotAllowed, errors.Invalid, errors.BadCursor),
    ),
    "POST /v1/newsroom/articles": Operation(
        id="createArticle",
        tag=NEWSROOM,
        summary="Start an article",
        description="A draft: readers do not see it. The body is sanitised on the way in.",
        parameters=("Idempotency-Key",),
        takes=inputs.NewArticle,
        answers={201: Answer("The draft.", (answers.Draft,), (*VERSION, "Location"))},
        problems=(
            *STAFF,
            *WITH_BODY,
            errors.NotAllowed,
            errors.NotFound,
            errors.Invalid,
            errors.BadIdempotencyKey,
            errors.IdempotencyConflict,
            errors.TranslationExists,
        ),
    ),
    "GET /v1/newsroom/articles/{id}": Operation(
        id="readDraft",
        tag=NEWSROOM,
        summary="An article as the newsroom has it",
        description="Its state with its newest text.",
        parameters=("Id",),
        answers=_draft("The article."),
        problems=ON_ONE,
    ),
    "PATCH /v1/newsroom/articles/{id}": Operation(
        id="saveArticle",
        tag=NEWSROOM,
        summary="Edit",
        description="A JSON merge patch (RFC 7396) of the newest text: null takes a field back to its default, objects are "
        "merged, lists replaced, `topic` is replaced as a whole. Saves a revision; readers keep what is published until "
        "the article is published again. What changes nothing saves nothing and keeps the version.",
        parameters=("Id", "If-Match"),
        takes=inputs.NewArticle,
        patches=True,
        answers=_draft("Saved."),
        problems=(*VERSIONED, errors.Invalid, errors.TranslationExists, errors.WrongState),
    ),
    "DELETE /v1/newsroom/articles/{id}": Operation(
        id="deleteArticle",
        tag=NEWSROOM,
        summary="Throw a draft away",
        description="Only what was never published and is not scheduled.",
        parameters=("Id", "If-Match"),
        answers={204: Answer("Gone, with its revisions.")},
        problems=(*VERSIONED, errors.WrongState),
    ),
    "GET /v1/newsroom/articles/{id}/preview": Operation(
        id="previewArticle",
        tag=NEWSROOM,
        summary="What readers would get",
        description="The public article as it would be if the newest text were published as it is.",
        parameters=("Id",),
        answers={200: Answer("The preview.", (answers.Preview,))},
        problems=ON_ONE,
    ),
    "GET /v1/newsroom/articles/{id}/revisions": Operation(
        id="listRevisions",
        tag=NEWSROOM,
        summary="The texts saved so far",
        description="Newest first: when, by whom, headline and length.",
        parameters=("Id", "Cursor", "Limit"),
        answers={200: Answer("A page.", (answers.Revisions,))},
        problems=(*ON_ONE, errors.Invalid, errors.BadCursor),
    ),
    "GET /v1/newsroom/articles/{id}/revisions/{n}": Operation(
        id="readRevision",
        tag=NEWSROOM,
        summary="One saved text",
        description="With all its fields.",
        parameters=("Id", "Number"),
        answers={200: Answer("The text.", (answers.Revision,))},
        problems=ON_ONE,
    ),
    "POST /v1/newsroom/articles/{id}/revisions/{n}/restore": Operation(
        id="restoreRevision",
        tag=NEWSROOM,
        summary="Make an older text the newest again",
        description="As a new revision; nothing is lost.",
        parameters=("Id", "Number", "If-Match"),
        answers=_draft("Restored."),
        problems=(*VERSIONED, errors.TranslationExists),
    ),
    "POST /v1/newsroom/articles/{id}/publish": Operation(
        id="publishArticle",
        tag=NEWSROOM,
        summary="Publish now or at a time",
        description="Puts the newest text before readers; that is also how an edit goes live and how a withdrawn article "
        "comes back. With `publish_at` it happens then, never early and at most a minute late, with the text that is "
        "newest by then; only for what was never published. `published_at` never moves; `updated_at` moves when "
        "headline, standfirst, body or FAQ changed.",
        parameters=("Id", "If-Match"),
        takes=inputs.Publish,
        answers=_draft("Published, or scheduled."),
        problems=(*PUBLISHES, errors.Invalid, errors.WrongState),
    ),
    "POST /v1/newsroom/articles/{id}/unpublish": Operation(
        id="unpublishArticle",
        tag=NEWSROOM,
        summary="Withdraw, or take off the schedule",
        description="A published article answers 410 from then on; a scheduled one is a draft again.",
        parameters=("Id", "If-Match"),
        answers=_draft("Withdrawn, or a draft again."),
        problems=(*PUBLISHES, errors.WrongState),
    ),
    "POST /v1/newsroom/articles/{id}/corrections": Operation(
        id="correctArticle",
        tag=NEWSROOM,
        summary="Correct what readers have",
        description="Adds an entry to the article's public record, at once, and with `body` replaces its text. Unpublished "
        "changes stay unpublished; when they touch the body too, a new body is refused. At most 50 entries.",
        parameters=("Id", "If-Match"),
        takes=inputs.Correction,
        answers=_draft("Corrected."),
        problems=(*PUBLISHES, errors.Invalid, errors.WrongState, errors.UnpublishedChanges),
    ),
    "PUT /v1/newsroom/articles/{id}/pins": Operation(
        id="pinArticles",
        tag=NEWSROOM,
        summary="What stands in an article's lists",
        description="Replaces its pins and bans: what stands first in its two lists, in this order, and what never does. What "
        "is not published is not shown, however it is pinned.",
        parameters=("Id", "If-Match"),
        takes=inputs.Pins,
        answers=_draft("Pinned."),
        problems=(*PUBLISHES, errors.Invalid),
    ),
    "GET /v1/newsroom/picks": Operation(
        id="readPicks",
        tag=NEWSROOM,
        summary="The editors' picks",
        description="In order, with their version.",
        answers={200: Answer("The picks.", (answers.EditorsPicks,), VERSION)},
        problems=(*STAFF, errors.NotAllowed),
    ),
    "PUT /v1/newsroom/picks": Operation(
        id="replacePicks",
        tag=NEWSROOM,
        summary="Pick for the front",
        description="Replaces the editors' picks, in this order. What ends, or is not published, is left out of the front.",
        parameters=("If-Match",),
        takes=inputs.Picks,
        answers={200: Answer("The picks.", (answers.EditorsPicks,), VERSION)},
        problems=(*PUBLISHES, errors.Invalid),
    ),
    "POST /v1/newsroom/rebuild": Operation(
        id="rebuildLists",
        tag=NEWSROOM,
        summary="Build lists anew",
        description="Of one article, of the articles of a topic, or of all that is published: exactly one of the three. It "
        "happens in the background, 25 articles at a time, and what readers have meanwhile stays as it was.",
        takes=inputs.Rebuild,
        answers={202: Answer("It will begin in a moment.", (answers.RebuildRequested,))},
        problems=(*STAFF, *WITH_BODY, errors.NotAllowed, errors.Invalid),
    ),
    "GET /v1/newsroom/rebuilds/{id}": Operation(
        id="readRebuild",
        tag=NEWSROOM,
        summary="How far a rebuild is",
        description="Kept for 30 days.",
        parameters=("RebuildId",),
        answers={200: Answer("Its progress.", (answers.RebuildProgress,))},
        problems=(*ON_ONE, errors.NotAllowed),
    ),
    **comment_operations.OPERATIONS,
    **account_operations.OPERATIONS,
}
