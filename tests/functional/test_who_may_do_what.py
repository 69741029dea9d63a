"""Every role on every route of the newsroom: their own article, a stranger's, logged out, and with a session that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stage import article

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

YES, NO, UNSEEN = "allowed", "not_allowed", "not_found"
ROLES = ("reader", "contributor", "author", "moderator", "editor", "admin")
READS = ("", "/preview", "/revisions", "/revisions/1")
WRITES = (("PATCH", ""), ("POST", "/revisions/1/restore"), ("DELETE", ""))
PUBLISHES = ("/publish", "/corrections", "/unpublish")
MAY: dict[str, dict[str, tuple[str, str]]] = {
    # role: what on their own, what on a stranger's
    "reader": {"write": (UNSEEN, UNSEEN), "publish": (UNSEEN, UNSEEN)},
    "contributor": {"write": (YES, UNSEEN), "publish": (NO, UNSEEN)},
    "author": {"write": (YES, UNSEEN), "publish": (YES, UNSEEN)},
    "moderator": {"write": (UNSEEN, UNSEEN), "publish": (UNSEEN, UNSEEN)},
    "editor": {"write": (YES, YES), "publish": (YES, YES)},
    "admin": {"write": (YES, YES), "publish": (YES, YES)},
}
STAFF = ("contributor", "author", "editor", "admin")
EVERY = [("GET", "/v1/newsroom/articles"), ("POST", "/v1/newsroom/articles")]


def send(stage: Stage, token: str, method: str, draft: Any, action: str) -> Reply:
    path = f"/v1/newsroom/articles/{draft['id']}{action}"
    given = {"kind": "update", "text": "More."} if action == "/corrections" else {} if method != "GET" else None
    now = stage.call("GET", f"/v1/newsroom/articles/{draft['id']}", token=stage.token("admin")).json
    return stage.call(method, path, given, token=token, version=now["version"])


def verdict(reply: Reply) -> str:
    return YES if reply.status < 300 else reply.code


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("own", [True, False], ids=["own", "a strangers"])
def test_a_role_does_what_the_table_says(stage: Stage, role: Any, own: bool) -> None:
    token = stage.person(role)
    owner = token if own and role in STAFF else stage.person("author", "stranger")
    draft = stage.draft(owner)
    index = 0 if own else 1
    for action in READS:
        assert verdict(send(stage, token, "GET", draft, action)) == MAY[role]["write"][index], action
    for action in PUBLISHES:
        assert verdict(send(stage, token, "POST", draft, action)) == MAY[role]["publish"][index], action
    another = stage.draft(owner)
    for method, action in WRITES:
        assert verdict(send(stage, token, method, another, action)) == MAY[role]["write"][index], (method, action)


@pytest.mark.parametrize("role", ROLES)
def test_only_staff_who_write_may_create_and_list(stage: Stage, role: Any) -> None:
    token = stage.person(role)
    created = stage.call("POST", "/v1/newsroom/articles", article(), token=token)
    listed = stage.call("GET", "/v1/newsroom/articles", token=token)
    if role in STAFF:
        assert (created.status, listed.status) == (201, 200)
    else:
        assert (created.code, listed.code) == ("not_allowed", "not_allowed")


def test_who_sees_what_in_the_newsrooms_listing(stage: Stage) -> None:
    tokens = {role: stage.person(role) for role in STAFF}  # type: ignore[arg-type]
    for token in tokens.values():
        stage.draft(token)

    def seen(role: str) -> int:
        return len(stage.call("GET", "/v1/newsroom/articles", token=tokens[role]).json["items"])

    assert {role: seen(role) for role in STAFF} == {"contributor": 1, "author": 1, "editor": 4, "admin": 4}


def test_without_a_session_there_is_no_newsroom(stage: Stage, time: Clock) -> None:
    draft, gone = stage.draft(), stage.person("editor")
    stage.call("POST", "/v1/logout", token=gone)
    stale = stage.person("editor")
    time.forward(hours=13)
    actions = [("GET", action) for action in READS] + list(WRITES) + [("POST", action) for action in PUBLISHES]
    routes = [*EVERY, *((method, f"/v1/newsroom/articles/{draft['id']}{action}") for method, action in actions)]
    for token in ("", "nonsense", "A" * 43, gone, stale):
        for method, path in routes:
            reply = stage.call(method, path, {} if method != "GET" else None, token=token, version=1)
            assert (reply.status, reply.code) == (401, "not_logged_in")
            assert reply.headers["www-authenticate"] == "Bearer"


def test_an_editor_edits_what_somebody_else_started_and_it_stays_theirs(stage: Stage) -> None:
    author = stage.person("author")
    draft = stage.draft(author)
    saved = stage.save(draft, {"headline": "Edited"}).json
    assert saved["owner"] == draft["owner"] != saved["edited_by"]
    live = stage.publish(saved)
    assert stage.act(live, "corrections", {"kind": "update", "text": "More."}, token=author).status == 200


def test_a_strangers_draft_cannot_be_translated_and_is_not_given_away(stage: Stage) -> None:
    draft, contributor = stage.draft(stage.person("author")), stage.person("contributor")
    for reference in (draft["id"], draft["slug"]):
        given = article(language="es", translation_of=reference)
        reply = stage.call("POST", "/v1/newsroom/articles", given, token=contributor)
        assert reply.fields == {"translation_of": "unknown_article"}
    live = stage.published()
    given = article(language="es", translation_of=live["slug"])
    assert stage.call("POST", "/v1/newsroom/articles", given, token=contributor).status == 201
