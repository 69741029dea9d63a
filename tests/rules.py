"""Who may call which route: the one table that a test walks and that `docs/roles.md` shows.

`python -m tests.rules` writes the document. A route of the template without a rule fails the test, and so does a rule
without a route.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from broadsheet.roles import ROLES

Answer = Literal["yes", "not_logged_in", "not_allowed", "not_found"]
"""Yes, or the code of the refusal. What one may not see answers as if it were not there."""

DOCUMENT = Path(__file__).parent.parent / "docs" / "roles.md"


@dataclass(frozen=True)
class Rule:
    name: str
    about: str
    own: dict[str, Answer]
    """By role, for what is one's own; or at all, where nothing is anybody's."""
    others: dict[str, Answer] | None = None
    anybody: bool = False
    """Without a log-in too, and none is read."""
    logged_out: Answer = "not_logged_in"
    """Without any log-in; one that is sent has to stand."""


def _by_role(given: dict[str, Answer], otherwise: Answer) -> dict[str, Answer]:
    return {role: given.get(role, otherwise) for role in ROLES}


EVERY_ROLE = _by_role({}, "yes")
EDITORS: dict[str, Answer] = {"editor": "yes", "admin": "yes"}
MODERATORS: dict[str, Answer] = {"moderator": "yes", "admin": "yes"}
WRITERS: dict[str, Answer] = {"contributor": "yes", "author": "yes", **EDITORS}

ANYBODY = Rule("anybody", "Needs no log-in, and reads none.", EVERY_ROLE, anybody=True)
PERSON = Rule("person", "Whoever is logged in, about the own account.", EVERY_ROLE)
OWN = Rule("own", "Whoever is logged in, and only what is their own.", EVERY_ROLE, _by_role({}, "not_found"))
WRITER = Rule("writer", "Who may write articles.", _by_role(WRITERS, "not_allowed"))
WRITE = Rule(
    "write", "Own drafts; editors everybody's.", _by_role(WRITERS, "not_found"), _by_role(EDITORS, "not_found")
)
PUBLISH = Rule(
    "publish",
    "Authors what is their own; editors everybody's. A contributor sees the own draft and may not publish it.",
    _by_role({**WRITERS, "contributor": "not_allowed"}, "not_found"),
    _by_role(EDITORS, "not_found"),
)
PIN = Rule(
    "pin",
    "Editors. Authors and contributors see the own article and may not say what stands in its lists.",
    _by_role({**EDITORS, "contributor": "not_allowed", "author": "not_allowed"}, "not_found"),
    _by_role(EDITORS, "not_found"),
)
EDITOR = Rule("editor", "Editors and administrators.", _by_role(EDITORS, "not_allowed"))
POST = Rule("post", "Members, and guests with a name.", EVERY_ROLE, logged_out="yes")
SHOWN = Rule(
    "shown", "What is public to everybody; all of it to its writer and to moderators.", EVERY_ROLE, logged_out="yes"
)
UNSEEN = Rule(
    "unseen",
    "What is not public: only its writer and moderators see it.",
    EVERY_ROLE,
    _by_role(MODERATORS, "not_found"),
    logged_out="not_found",
)
WRITTEN = Rule(
    "written", "What everybody sees: only its writer edits and deletes it.", EVERY_ROLE, _by_role({}, "not_allowed")
)
WAITING = Rule(
    "waiting",
    "What is not public: only its writer edits and deletes it.",
    EVERY_ROLE,
    _by_role({}, "not_found"),
    logged_out="not_found",
)
MEMBER = Rule("member", "Whoever is logged in, about what is public.", EVERY_ROLE)
NOBODY = Rule("nobody", "There is nothing to react to or to report in what is not public.", _by_role({}, "not_found"))
MODERATE = Rule("moderate", "Moderators and administrators.", _by_role(MODERATORS, "not_allowed"))
ADMIN = Rule("admin", "Administrators.", _by_role({"admin": "yes"}, "not_allowed"))


@dataclass(frozen=True)
class Case:
    """A rule, and a request that shows it and changes nothing that another request needs."""

    rule: Rule
    send: Any = None
    version: int | None = None
    """A version that no article has: who gets as far as being told so was let in."""
    query: dict[str, str] | None = None


STALE = 999_999
BODY = {"format": "html", "text": "<p>Text.</p>"}
ARTICLE = {"headline": "H", "section": "politics", "byline": [{"name": "A"}], "body": BODY}
WRONG = "not the password of this account"
NO_ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

RULES: dict[str, Case] = {
    "GET /": Case(ANYBODY),
    "GET /{page}": Case(ANYBODY),
    "GET /articles/{slug}": Case(ANYBODY),
    "GET /sections/{section}": Case(ANYBODY),
    "GET /topics/{topic}": Case(ANYBODY),
    "GET /authors/{author}": Case(ANYBODY),
    "GET /{language}/{page}": Case(ANYBODY),
    "GET /{language}/sections/{section}": Case(ANYBODY),
    "GET /{language}/topics/{topic}": Case(ANYBODY),
    "GET /{language}/authors/{author}": Case(ANYBODY),
    "GET /sections/{section}/{feed}": Case(ANYBODY),
    "GET /topics/{topic}/{feed}": Case(ANYBODY),
    "GET /{language}/sections/{section}/{feed}": Case(ANYBODY),
    "GET /{language}/topics/{topic}/{feed}": Case(ANYBODY),
    "GET /sitemap.xml": Case(ANYBODY),
    "GET /sitemaps/{sitemap}": Case(ANYBODY),
    "GET /sitemap-news.xml": Case(ANYBODY),
    "GET /robots.txt": Case(ANYBODY),
    "GET /ads.txt": Case(ANYBODY),
    "GET /favicon.svg": Case(ANYBODY),
    "GET /static/{asset}": Case(ANYBODY),
    "GET /{proxy+}": Case(ANYBODY),
    "HEAD /": Case(ANYBODY),
    "HEAD /{proxy+}": Case(ANYBODY),
    "GET /v1/site": Case(ANYBODY),
    "GET /v1/front": Case(ANYBODY),
    "GET /v1/lists/{name}": Case(ANYBODY),
    "POST /v1/articles/{slug}/reads": Case(ANYBODY, {}),
    "GET /v1/articles": Case(ANYBODY),
    "GET /v1/articles/{slug}": Case(ANYBODY),
    "GET /v1/articles/{slug}/comments": Case(ANYBODY),
    "GET /v1/comments/{comment_id}/replies": Case(ANYBODY),
    "GET /v1/comment-counts": Case(ANYBODY, query={"slugs": "no-such-article-00000000"}),
    "POST /v1/articles/{slug}/comments": Case(POST, {"text": "A remark.", "guest": {"name": "Passer-by"}}),
    "GET /v1/comments/{comment_id}": Case(SHOWN),
    "GET /v1/comments/{held_id}": Case(UNSEEN),
    "PATCH /v1/comments/{comment_id}": Case(WRITTEN, {"text": "Another remark."}),
    "PATCH /v1/comments/{held_id}": Case(WAITING, {"text": "Another remark."}),
    "DELETE /v1/comments/{comment_id}": Case(WRITTEN),
    "DELETE /v1/comments/{held_id}": Case(WAITING),
    "PUT /v1/comments/{comment_id}/reaction": Case(MEMBER, {"kind": "like"}),
    "PUT /v1/comments/{held_id}/reaction": Case(NOBODY, {"kind": "like"}),
    "DELETE /v1/comments/{comment_id}/reaction": Case(MEMBER),
    "DELETE /v1/comments/{held_id}/reaction": Case(NOBODY),
    "POST /v1/comments/{comment_id}/reports": Case(MEMBER, {"reason": "off_topic"}),
    "POST /v1/comments/{held_id}/reports": Case(NOBODY, {"reason": "off_topic"}),
    "POST /v1/register": Case(ANYBODY, {}),
    "POST /v1/verify": Case(ANYBODY, {}),
    "POST /v1/login": Case(ANYBODY, {}),
    "POST /v1/logout": Case(ANYBODY, {}),
    "POST /v1/password/forgot": Case(ANYBODY, {}),
    "POST /v1/password/reset": Case(ANYBODY, {}),
    "GET /v1/me": Case(PERSON),
    "PATCH /v1/me": Case(PERSON, {"language": "en"}),
    "POST /v1/me/password": Case(PERSON, {"current_password": WRONG, "new_password": WRONG}),
    "POST /v1/me/email": Case(PERSON, {"email": "new@paper.org", "password": WRONG}),
    "POST /v1/me/erase": Case(PERSON, {"password": WRONG}),
    "GET /v1/me/export": Case(PERSON),
    "GET /v1/me/sessions": Case(PERSON),
    "DELETE /v1/me/sessions": Case(PERSON),
    "DELETE /v1/me/sessions/{session_id}": Case(OWN),
    "GET /v1/me/comments": Case(PERSON),
    "GET /v1/newsroom/articles": Case(WRITER),
    "POST /v1/newsroom/articles": Case(WRITER, ARTICLE),
    "GET /v1/newsroom/articles/{article_id}": Case(WRITE),
    "PATCH /v1/newsroom/articles/{article_id}": Case(WRITE, {"headline": "Another"}, STALE),
    "DELETE /v1/newsroom/articles/{article_id}": Case(WRITE, version=STALE),
    "GET /v1/newsroom/articles/{article_id}/preview": Case(WRITE),
    "GET /v1/newsroom/articles/{article_id}/revisions": Case(WRITE),
    "GET /v1/newsroom/articles/{article_id}/revisions/{n}": Case(WRITE),
    "POST /v1/newsroom/articles/{article_id}/revisions/{n}/restore": Case(WRITE, {}, STALE),
    "POST /v1/newsroom/articles/{article_id}/publish": Case(PUBLISH, {}, STALE),
    "POST /v1/newsroom/articles/{article_id}/unpublish": Case(PUBLISH, {}, STALE),
    "POST /v1/newsroom/articles/{article_id}/corrections": Case(
        PUBLISH, {"kind": "correction", "text": "A name was wrong."}, STALE
    ),
    "PUT /v1/newsroom/articles/{article_id}/pins": Case(PIN, {}, STALE),
    "GET /v1/newsroom/picks": Case(EDITOR),
    "PUT /v1/newsroom/picks": Case(EDITOR, {"items": []}, STALE),
    "POST /v1/newsroom/rebuild": Case(EDITOR, {"topic": "trams"}),
    "GET /v1/newsroom/rebuilds/{rebuild_id}": Case(EDITOR),
    "GET /v1/moderation/comments": Case(MODERATE),
    "POST /v1/moderation/comments": Case(MODERATE, {"ids": [NO_ID], "action": "approve"}),
    "GET /v1/moderation/comments/{held_id}": Case(MODERATE),
    "POST /v1/moderation/comments/{held_id}/{action}": Case(MODERATE),
    "GET /v1/moderation/bans": Case(MODERATE),
    "POST /v1/moderation/bans": Case(MODERATE, {"account_id": NO_ID}),
    "DELETE /v1/moderation/bans/{ban_id}": Case(MODERATE),
    "GET /v1/admin/accounts": Case(ADMIN),
    "POST /v1/admin/accounts/find": Case(ADMIN, {"email": "nobody@paper.org"}),
    "GET /v1/admin/accounts/{account_id}": Case(ADMIN),
    "PATCH /v1/admin/accounts/{account_id}": Case(ADMIN, {}),
    "GET /v1/admin/audit": Case(ADMIN),
}


def document() -> str:
    """`docs/roles.md`."""
    used = {case.rule.name: case.rule for case in RULES.values()}
    lines = [
        "# Who may do what",
        "",
        "Made from `tests/rules.py` by `python -m tests.rules`. `test_every_route_by_every_role.py` calls each route as each role, as",
        "owner and as stranger, logged out, and with an expired and a revoked session, and holds the answers to these tables.",
        "",
        "- **401** `not_logged_in`: with a log-in that expired or was ended, whatever the rule but *anybody*; logged out, as shown",
        "- **403** `not_allowed`: one may see it and not do this to it",
        "- **404** `not_found`: one may not see it, so it is as if it were not there",
        "",
        "`{comment_id}` is a published comment, `{held_id}` one that waits, was hidden or was rejected. A guest's own comment is the",
        "one whose `Comment-Token` is sent.",
        "",
        "## Rules",
        "",
        f"| rule | about | whose | logged out | {' | '.join(ROLES)} |",
        f"|---|---|---|---|{'---|' * len(ROLES)}",
    ]
    for rule in used.values():
        whose = "own" if rule.others else ""
        logged_out = SHORT["yes" if rule.anybody else rule.logged_out]
        lines.append(_row(f"**{rule.name}**", rule.about, whose, logged_out, rule.own))
        if rule.others:
            lines.append(_row("", "", "others'", "", rule.others))
    lines += ["", "## Routes", "", "| route | rule |", "|---|---|"]
    lines += [f"| `{route}` | {case.rule.name} |" for route, case in RULES.items()]
    return "\n".join(lines) + "\n"


SHORT: dict[Answer, str] = {"yes": "yes", "not_logged_in": "401", "not_allowed": "403", "not_found": "404"}


def _row(name: str, about: str, whose: str, logged_out: str, answers: dict[str, Answer]) -> str:
    return f"| {name} | {about} | {whose} | {logged_out} | {' | '.join(SHORT[answers[role]] for role in ROLES)} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
