"""What the routes of discussions take, answer and refuse: reading threads, writing, reacting and reporting, moderating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadsheet import comment_inputs, errors

from . import comment_answers
from .shape import COMMENTS, MODERATION, ON_ONE, STAFF, STORED, WITH_BODY, Answer, Operation

if TYPE_CHECKING:
    from .shape import Problems

LIVE = ("WeakETag", "Live", "Vary")
THREAD = ("ThreadETag", "Live", "Vary")
COMMENT_TOKEN: dict[str, list[str]] = {"commentToken": []}
NOBODY: dict[str, list[str]] = {}
"""A way to be let in beside a log-in."""
NOT_LET_IN: Problems = (errors.CommentsClosed, errors.MembersOnly, errors.Banned, errors.Withdrawn)
OWN: Problems = (*ON_ONE, *WITH_BODY, errors.NotAllowed)
MEMBERS: Problems = (*ON_ONE, *WITH_BODY, errors.TooManyRequests)
MODERATORS: Problems = (*STAFF, errors.NotAllowed)

OPERATIONS: dict[str, Operation] = {
    "GET /v1/articles/{slug}/comments": Operation(
        id="listComments",
        tag=COMMENTS,
        summary="An article's discussion",
        description="Roots in the order asked for, each with the first of its replies. The ETag changes with everything in "
        "the thread: asking again with If-None-Match is how to wait for what is new, and costs next to nothing.",
        parameters=("Slug", "Order", "Cursor", "Limit", "If-None-Match"),
        answers={
            200: Answer("A page of the thread.", (comment_answers.Thread,), THREAD),
            304: Answer("There is nothing new.", headers=THREAD),
        },
        problems=(*STORED, errors.NothingPublished, errors.Withdrawn, errors.Invalid, errors.BadCursor),
        public=True,
    ),
    "GET /v1/comments/{id}/replies": Operation(
        id="listReplies",
        tag=COMMENTS,
        summary="What stands below a comment",
        description="In reading order: each reply is followed by what answers it. A comment's `replies_cursor` begins after "
        "the replies that the thread shows with it.",
        parameters=("CommentId", "Cursor", "Limit", "If-None-Match"),
        answers={
            200: Answer("A page of replies.", (comment_answers.Replies,), LIVE),
            304: Answer("There is nothing new.", headers=LIVE),
        },
        problems=(*STORED, errors.NothingPublished, errors.Invalid, errors.BadCursor),
        public=True,
    ),
    "GET /v1/comment-counts": Operation(
        id="countComments",
        tag=COMMENTS,
        summary="How many comments many articles have",
        description="By the slugs asked for. What is no published article is left out.",
        parameters=("Slugs", "If-None-Match"),
        answers={
            200: Answer("The counts.", (comment_answers.CommentCounts,), LIVE),
            304: Answer("There is nothing new.", headers=LIVE),
        },
        problems=(*STORED, errors.Invalid),
        public=True,
    ),
    "POST /v1/articles/{slug}/comments": Operation(
        id="postComment",
        tag=COMMENTS,
        summary="Comment, or answer a comment",
        description="As a member with a log-in, or as a guest with a name. A guest's answer has an `edit_token`, once; a "
        "repeated request with the same key gets the same one. What a moderator has to look at first is `pending`.",
        parameters=("Slug", "Idempotency-Key"),
        takes=comment_inputs.NewComment,
        answers={
            201: Answer(
                "The comment, as its writer sees it.",
                (comment_answers.OwnComment, comment_answers.GuestsComment),
                ("NoStore", "CommentLocation"),
            )
        },
        problems=(
            *STORED,
            *WITH_BODY,
            *NOT_LET_IN,
            errors.NotLoggedIn,
            errors.NothingPublished,
            errors.Invalid,
            errors.DuplicateComment,
            errors.TooManyRequests,
            errors.BadIdempotencyKey,
            errors.IdempotencyConflict,
        ),
        also=(NOBODY,),
    ),
    "GET /v1/comments/{id}": Operation(
        id="readComment",
        tag=COMMENTS,
        summary="One comment",
        description="What is public of it to everybody; all of it, in whatever state, to its writer and to moderators.",
        parameters=("CommentId",),
        answers={
            200: Answer(
                "The comment.",
                (comment_answers.ReadComment, comment_answers.OwnComment, comment_answers.ModeratedComment),
            )
        },
        problems=ON_ONE,
        also=(COMMENT_TOKEN, NOBODY),
    ),
    "PATCH /v1/comments/{id}": Operation(
        id="editComment",
        tag=COMMENTS,
        summary="Edit one's comment",
        description="Until `editable_until`, and no longer than until the first reply. The new text goes the way of a new "
        "comment: it may have to wait for a moderator.",
        parameters=("CommentId",),
        takes=comment_inputs.EditedComment,
        answers={200: Answer("Edited.", (comment_answers.OwnComment,))},
        problems=(*OWN, *NOT_LET_IN, errors.Invalid, errors.EditEnded),
        also=(COMMENT_TOKEN,),
    ),
    "DELETE /v1/comments/{id}": Operation(
        id="deleteComment",
        tag=COMMENTS,
        summary="Delete one's comment",
        description="At any time, for good. Where it has replies, a tombstone without author and text stays.",
        parameters=("CommentId",),
        answers={204: Answer("Gone.")},
        problems=OWN,
        also=(COMMENT_TOKEN,),
    ),
    "GET /v1/me/comments": Operation(
        id="listMyComments",
        tag=COMMENTS,
        summary="What I wrote",
        description="Newest first, in whatever state.",
        parameters=("Cursor", "Limit"),
        answers={200: Answer("A page of one's comments.", (comment_answers.OwnComments,))},
        problems=(*STAFF, errors.Invalid, errors.BadCursor),
    ),
    "PUT /v1/comments/{id}/reaction": Operation(
        id="react",
        tag=COMMENTS,
        summary="React to a comment",
        description="One reaction for each member and comment; another one replaces it. Twice the same changes nothing.",
        parameters=("CommentId",),
        takes=comment_inputs.Reaction,
        answers={200: Answer("One's reaction.", (comment_answers.Reacted,))},
        problems=(*MEMBERS, errors.Banned, errors.Invalid, errors.WrongCommentState),
    ),
    "DELETE /v1/comments/{id}/reaction": Operation(
        id="takeReactionBack",
        tag=COMMENTS,
        summary="Take one's reaction back",
        description="Where there is none, it is taken back already.",
        parameters=("CommentId",),
        answers={204: Answer("Taken back.")},
        problems=MEMBERS,
    ),
    "POST /v1/comments/{id}/reports": Operation(
        id="reportComment",
        tag=COMMENTS,
        summary="Report a comment",
        description="Once for each member and comment; again, it changes nothing. So many reports hide a comment until a "
        "moderator has looked at it.",
        parameters=("CommentId",),
        takes=comment_inputs.Report,
        answers={202: Answer("A moderator will look at it.", (comment_answers.Reported,))},
        problems=(*MEMBERS, errors.Banned, errors.Invalid),
    ),
    "GET /v1/moderation/comments": Operation(
        id="listQueue",
        tag=MODERATION,
        summary="Comments to look at",
        description="Of one state, newest first; `reported` are published ones that somebody reported. With `article`, those "
        "of one article, where pages may be short; `published` and `deleted` are listed so only.",
        parameters=("CommentState", "OfArticle", "Cursor", "Limit"),
        answers={200: Answer("A page of comments, each with its trace.", (comment_answers.Queue,))},
        problems=(*MODERATORS, errors.Invalid, errors.BadCursor),
    ),
    "POST /v1/moderation/comments": Operation(
        id="decideMany",
        tag=MODERATION,
        summary="Approve, reject or hide many",
        description="The same decision for up to 25 comments, each on its own: what cannot be done says why and holds up "
        "nothing else.",
        takes=comment_inputs.Decisions,
        answers={200: Answer("What became of each.", (comment_answers.DecidedMany,))},
        problems=(*MODERATORS, *WITH_BODY, errors.Invalid),
    ),
    "GET /v1/moderation/comments/{id}": Operation(
        id="readForModerators",
        tag=MODERATION,
        summary="One comment with its reports",
        description="With its trace: which phase or moderator decided what, when and why.",
        parameters=("CommentId",),
        answers={200: Answer("The comment.", (comment_answers.ReportedComment,))},
        problems=(*MODERATORS, errors.NotFound),
    ),
    "POST /v1/moderation/comments/{id}/{action}": Operation(
        id="decide",
        tag=MODERATION,
        summary="Approve, reject or hide one",
        description="What is in the state already stays in it, and counts as looked at.",
        parameters=("CommentId", "Action"),
        answers={200: Answer("The comment as it is now.", (comment_answers.ModeratedComment,))},
        problems=(*MODERATORS, *WITH_BODY, errors.NotFound, errors.WrongCommentState),
    ),
    "GET /v1/moderation/bans": Operation(
        id="listBans",
        tag=MODERATION,
        summary="Who may not comment",
        description="Newest first, also those whose time is over.",
        parameters=("Cursor", "Limit"),
        answers={200: Answer("A page of bans.", (comment_answers.Bans,))},
        problems=(*MODERATORS, errors.Invalid, errors.BadCursor),
    ),
    "POST /v1/moderation/bans": Operation(
        id="ban",
        tag=MODERATION,
        summary="Keep somebody from commenting",
        description="The writer of a comment, or an account, which cannot react or report either. A guest is kept out by the "
        "network the comment came from, which is known for 30 days, and for 30 days at most.",
        takes=comment_inputs.NewBan,
        answers={201: Answer("The ban.", (comment_answers.Ban,))},
        problems=(*MODERATORS, *WITH_BODY, errors.NotFound, errors.Invalid),
    ),
    "DELETE /v1/moderation/bans/{id}": Operation(
        id="liftBan",
        tag=MODERATION,
        summary="Lift a ban",
        description="From the next request on.",
        parameters=("BanId",),
        answers={204: Answer("Lifted.")},
        problems=(*MODERATORS, *WITH_BODY, errors.NotFound),
    ),
}
