"""Every route of the template, called as every role: owner and stranger, logged out, expired and revoked."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from broadsheet import accounts, clock, keys, sessions, settings, table
from broadsheet.pages import assets
from broadsheet.roles import ROLES

from tests import rules
from tests.rules import RULES
from tests.stage import PASSWORD, article

if TYPE_CHECKING:
    from local.template import Template
    from tests.rules import Case
    from tests.stage import Reply, Stage

CLOSED = {"not_logged_in", "not_allowed", "not_found"}
READS = {"GetItem", "Query", "BatchGetItem"}


class People:
    """Two people whose sessions are minted with any role, and what belongs to the first of them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.owner, self.stranger = (
            accounts.create(f"{name}@paper.org", PASSWORD, name, "author", clock.now()) for name in ("own", "other")
        )
        made = stage.call("POST", "/v1/newsroom/articles", article(), token=self.token(self.owner.id, "author"))
        self.draft = made.json["id"]
        self.live = stage.published()["slug"]
        asked = stage.call("POST", "/v1/newsroom/rebuild", {"article": self.live}, token=stage.token("editor"))
        self.rebuild = asked.json["id"]
        self.comment = self._says("A remark.")
        self.held = self._says("https://a.example https://b.example https://c.example")
        stage.comment(self.live, to=self.comment)  # what is answered leaves a tombstone, so it can be asked for again

    def _says(self, text: str) -> str:
        comment = self.stage.comment(self.live, self.token(self.owner.id, "reader"), text)
        return str(comment["id"])

    def token(self, account: str, role: str, seconds: int = 3600, *, revoked: bool = False) -> str:
        token, now = secrets.token_urlsafe(32), clock.epoch(clock.now())
        item = {
            **keys.session(sha256(token.encode()).hexdigest()),
            "entity": "session",
            "v": 1,
            "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "account": account,
            "role": role,
            "display_name": role,
            "used_at": now,
            "idle": 3600,
            "ends_at": now + 3600,
            "expires_at": now + seconds,
        }
        if not revoked:
            table.write(table.put(settings.get().sessions, item))
        return token

    def path(self, route: str) -> str:
        path = route.partition(" ")[2]
        if "{session_id}" in path:
            _, _ = sessions.start(accounts.load(self.owner.id), "", clock.now())
            newest = table.query(settings.get().sessions, keys.sessions_of(self.owner.id), backwards=True, limit=1)
            path = path.replace("{session_id}", newest[0]["sk"])
        if "{ban_id}" in path:
            path = path.replace("{ban_id}", self._bans())
        named = {
            "article_id": self.draft,
            "account_id": self.owner.id,
            "slug": self.live,
            "n": "1",
            "name": "most-read",
        }
        named |= {"page": "about", "language": "es", "section": "politics", "topic": "trams", "author": "ada-quist"}
        named |= {"feed": "feed.rss", "sitemap": "site.xml", "asset": assets.path("site.css").rpartition("/")[2]}
        named |= {"proxy+": "no/such/page"}
        named |= {"rebuild_id": self.rebuild}
        named |= {"comment_id": self.comment, "held_id": self.held, "action": "approve"}
        for name, value in named.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def _bans(self) -> str:
        """One that nobody has lifted yet."""
        moderator = self.token(self.stranger.id, "moderator")
        given = {"account_id": self.stranger.id}
        return str(self.stage.call("POST", "/v1/moderation/bans", given, token=moderator).json["id"])

    def ask(self, route: str, case: Case, token: str) -> Reply:
        method = route.partition(" ")[0]
        return self.stage.call(method, self.path(route), case.send, token=token, version=case.version, query=case.query)


@pytest.fixture
def people(stage: Stage) -> People:
    return People(stage)


def _answer(reply: Reply) -> str:
    """Yes, or the code with which the door was closed; a closed door leaves everything as it was."""
    assert reply.status < 500, reply.text
    if reply.headers.get("content-type", "").startswith("text/html"):
        return "yes"  # a page knows nobody, so it refuses nobody
    code = reply.code if reply.status >= 400 else "yes"
    if code not in CLOSED:
        return "yes"
    assert {call.operation for call in reply.calls} <= READS
    return code


def _named(route: str) -> str:
    """Parameters have no names here: `{id}` in the template may be `{article_id}` in the table."""
    return "/".join("{}" if part.startswith("{") else part for part in route.split("/"))


def test_every_route_has_a_rule_and_every_rule_a_route(template: Template) -> None:
    routes = {f"{route.method} {route.path}" for function in template.functions.values() for route in function.routes}
    assert {_named(route) for route in routes} == {_named(route) for route in RULES}


@pytest.mark.parametrize("group", sorted({case.rule.name for case in RULES.values()}))
def test_every_role_gets_what_the_table_says(people: People, group: str) -> None:
    wrong = []
    for route, case in RULES.items():
        if case.rule.name != group:
            continue
        for role in ROLES:
            asked = [("own", people.owner.id, case.rule.own[role])]
            if case.rule.others:
                asked.append(("others'", people.stranger.id, case.rule.others[role]))
            for whose, account, expected in asked:
                got = _answer(people.ask(route, case, people.token(account, role)))
                if got != expected:
                    wrong.append(f"{route} as {role}, {whose}: {got}, not {expected}")
    assert wrong == []


def test_without_a_live_session_only_what_needs_none_answers(people: People) -> None:
    wrong = []
    for route, case in RULES.items():
        out = {
            "logged out": "",
            "expired": people.token(people.owner.id, "admin", 0),
            "revoked": people.token(people.owner.id, "admin", revoked=True),
            "garbage": "not a token",
        }
        for how, token in out.items():
            got = _answer(people.ask(route, case, token))
            expected = "yes" if case.rule.anybody else "not_logged_in" if token else case.rule.logged_out
            if got != expected:
                wrong.append(f"{route} {how}: {got}, not {expected}")
    assert wrong == []


def test_what_is_anybodys_reads_no_session_and_sets_no_cookie_unasked(people: People) -> None:
    for route, case in RULES.items():
        if case.rule.anybody and route.startswith("GET"):
            reply = people.ask(route, case, people.token(people.owner.id, "admin"))
            plain = people.ask(route, case, "")
            assert (reply.text, reply.headers, reply.cookies) == (plain.text, plain.headers, [])
            assert "set-cookie" not in reply.headers


def test_what_is_a_persons_is_never_kept_by_a_cache(people: People) -> None:
    for route, case in RULES.items():
        if not case.rule.anybody:
            for token in (people.token(people.owner.id, "admin"), ""):
                assert people.ask(route, case, token).headers["cache-control"] == "no-store", route


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_guests_comment_is_whose_token_came_with_it(people: People, method: str) -> None:
    made = people.stage.comment(people.live, guest="Passer-by")
    path, send = f"/v1/comments/{made['id']}", {"text": "Other words."} if method == "PATCH" else None
    others = people.stage.comment(people.live, guest="Another")["edit_token"]
    refused = {people.stage.call(method, path, send, comment_token=token).code for token in (others, "x", "")}
    assert refused == {"not_allowed", "not_logged_in"}
    for role in ("reader", "moderator", "admin"):
        member = people.token(people.owner.id, role)
        assert (
            people.stage.call(method, path, send, token=member, comment_token=made["edit_token"]).code == "not_allowed"
        )
    assert people.stage.call(method, path, send, comment_token=made["edit_token"]).status < 300


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_who_writes_own_drafts_lists_only_those(people: People, role: str) -> None:
    theirs = people.token(people.stranger.id, role)
    for query in ({}, {"owner": people.owner.id}, {"owner": "me"}, {"status": "draft"}):
        reply = people.stage.call("GET", "/v1/newsroom/articles", token=theirs, query=query)
        assert reply.json["items"] == []
    mine = people.token(people.owner.id, role)
    assert [item["id"] for item in people.stage.call("GET", "/v1/newsroom/articles", token=mine).json["items"]] == [
        people.draft
    ]


def test_the_document_shows_the_table() -> None:
    assert rules.DOCUMENT.read_text("utf-8") == rules.document(), "run: python -m tests.rules"
