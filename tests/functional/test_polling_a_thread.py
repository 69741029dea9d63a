"""Asking whether there is anything new: one Get while there is not, and no stale page under a new tag when there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import site, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock
    from tests.stage import Reply, Stage


def poll(stage: Stage, slug: str, tag: str = "", **query: Any) -> Reply:
    given = {"if_none_match": tag} if tag else {}
    return stage.call("GET", f"/v1/articles/{slug}/comments", query=query, **given)


# ---------------------------------------------------------------- every change is one to come for


class Talk:
    """A thread in which one thing happens after the other."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.article = stage.published()
        self.slug = self.article["slug"]
        self.mara = stage.person("reader")
        self.root, self.alone = (stage.comment(self.slug, self.mara) for _ in range(2))
        self.reply, self.last = (stage.comment(self.slug, self.mara, to=self.root["id"]) for _ in range(2))
        stage.settle()

    def say(self, to: Any = None) -> None:
        self.stage.comment(self.slug, to=to["id"] if to else "")

    def do(self, method: str, comment: Any, below: str = "", send: Any = None, token: str = "") -> None:
        path = f"/v1/comments/{comment['id']}{below}"
        reply = self.stage.call(method, path, send, token=token or self.mara)
        assert reply.status in {200, 202, 204}, reply.text

    def report(self, comment: Any) -> None:
        for _ in range(site.get().comments.reports_to_hide):
            self.do("POST", comment, "/reports", {"reason": "spam"}, self.stage.person("reader"))

    def close(self) -> None:
        self.stage.publish(self.stage.save(self.article, {"comments": "closed"}).json)


CHANGES: dict[str, Callable[[Talk], Any]] = {
    "a root": lambda talk: talk.say(),
    "a reply": lambda talk: talk.say(to=talk.root),
    "a reply to a reply": lambda talk: talk.say(to=talk.reply),
    "an edit of a root": lambda talk: talk.do("PATCH", talk.alone, send={"text": "Better"}),
    "an edit of a reply": lambda talk: talk.do("PATCH", talk.last, send={"text": "Better"}),
    "a reaction to a root": lambda talk: talk.do("PUT", talk.root, "/reaction", {}),
    "a reaction to a reply": lambda talk: talk.do("PUT", talk.reply, "/reaction", {}),
    "another reaction to it": lambda talk: talk.do("PUT", talk.reply, "/reaction", {"kind": "sad"}),
    "a reaction taken back": lambda talk: talk.do("DELETE", talk.reply, "/reaction"),
    "a root hidden": lambda talk: talk.stage.moderate(talk.alone, "hide"),
    "a root approved": lambda talk: talk.stage.moderate(talk.alone, "approve"),
    "an answered root hidden": lambda talk: talk.stage.moderate(talk.root, "hide"),
    "an answered root approved": lambda talk: talk.stage.moderate(talk.root, "approve"),
    "a reply hidden by reports": lambda talk: talk.report(talk.reply),
    "a reply deleted": lambda talk: talk.do("DELETE", talk.last),
    "a root deleted": lambda talk: talk.do("DELETE", talk.alone),
    "an answered root deleted": lambda talk: talk.do("DELETE", talk.root),
    "comments closed": lambda talk: talk.close(),
}


def kept_meanwhile(talk: Talk, change: Callable[[Talk], Any]) -> dict[str, Any]:
    """The page by tag as somebody has it who asks after every single write: the first that came under a tag is kept."""
    kept: dict[str, Any] = {}

    def look(then: Callable[..., None]) -> Callable[..., None]:
        def both(given: Any) -> None:
            then(given)
            fresh = poll(talk.stage, talk.slug)
            kept.setdefault(fresh.etag, fresh.json)

        return both

    judges, talk.stage.judges = talk.stage.judges, ()  # what is read in between counts into other answers' calls
    with pytest.MonkeyPatch.context() as patch:
        for verb in ("write", "transact"):
            patch.setattr(table, verb, look(getattr(table, verb)))
        change(talk)
        talk.stage.settle()
    talk.stage.judges = judges
    return kept


def test_whoever_polls_gets_each_change_and_keeps_nothing_stale(stage: Stage) -> None:
    talk = Talk(stage)
    for name, change in CHANGES.items():
        before = poll(stage, talk.slug)
        assert poll(stage, talk.slug, before.etag).status == 304
        kept = kept_meanwhile(talk, change)
        after = poll(stage, talk.slug, before.etag)
        assert (after.status, after.etag != before.etag) == (200, True), name
        assert after.json != before.json, name
        assert kept[after.etag] == after.json, name


def test_a_tag_that_moved_before_the_page_did_would_be_noticed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counterpart: without the tag's last move a page that was read too early stays behind."""
    talk, update = Talk(stage), table.update

    def unmoved(store: str, key: Any, expression: str, condition: str = "", **values: Any) -> Any:
        if expression == "ADD #revision :one":
            return update(store, key, "SET #v = #v", condition)
        return update(store, key, expression, condition, **values)

    monkeypatch.setattr(table, "update", unmoved)
    kept = kept_meanwhile(talk, CHANGES["a reply"])
    after = poll(stage, talk.slug)
    assert kept[after.etag] != after.json


# ---------------------------------------------------------------- what a poll costs


def test_a_poll_that_finds_nothing_new_is_one_get(stage: Stage) -> None:
    talk = Talk(stage)
    for query in ({}, {"order": "newest"}, {"limit": 1}):
        tag = poll(stage, talk.slug, **query).etag
        reply = poll(stage, talk.slug, tag, **query)
        assert (reply.status, reply.text, reply.etag) == (304, "", tag)
        assert [(call.operation, call.read_units) for call in reply.calls] == [("GetItem", 0.5)]


def test_a_tag_is_weak_and_known_among_others(stage: Stage) -> None:
    talk = Talk(stage)
    tag = poll(stage, talk.slug).etag
    assert tag.startswith('W/"')
    for given in (f'"other", {tag}', tag.removeprefix("W/"), "*"):
        assert poll(stage, talk.slug, given).status == 304
    assert poll(stage, talk.slug, '"other"').status == 200


def test_each_page_has_a_tag_of_its_own(stage: Stage) -> None:
    talk = Talk(stage)
    cursor = poll(stage, talk.slug, limit=1).json["next_cursor"]
    asked = ({}, {"order": "newest"}, {"limit": 1}, {"limit": 1, "cursor": cursor})
    tags = {poll(stage, talk.slug, **query).etag for query in asked}
    assert len(tags) == len(asked)
    assert poll(stage, talk.slug, poll(stage, talk.slug).etag, order="newest").status == 200


def test_what_no_reader_sees_is_nothing_new(stage: Stage) -> None:
    held = stage.published(comments="all_held")["slug"]
    before = poll(stage, held)
    told = stage.comment(held)
    stage.call("PATCH", f"/v1/comments/{told['id']}", {"text": "Better"}, comment_token=told["edit_token"])
    stage.moderate(told, "reject")
    stage.settle()
    assert poll(stage, held, before.etag).status == 304


def test_another_articles_talk_is_nothing_new(stage: Stage) -> None:
    one, other = stage.published()["slug"], stage.published()["slug"]
    tag = poll(stage, one).etag
    stage.comment(other)
    stage.settle()
    assert poll(stage, one, tag).status == 304


def test_comments_that_close_by_the_clock_are_something_new(stage: Stage, time: Clock) -> None:
    slug = stage.published(close_comments_after_days=1)["slug"]
    before = poll(stage, slug)
    time.forward(days=1)
    after = poll(stage, slug, before.etag)
    assert (before.json["mode"], after.status, after.json["mode"]) == ("open", 200, "closed")


def test_a_page_says_how_many_comments_there_are_and_who_may_write_more(stage: Stage) -> None:
    for mode in ("open", "members", "first_held", "all_held", "closed"):
        page = poll(stage, stage.published(comments=mode)["slug"]).json
        assert page == {"comments": [], "next_cursor": None, "comment_count": 0, "mode": mode}


# ---------------------------------------------------------------- counts for many articles


def test_many_articles_are_counted_in_one_call(stage: Stage) -> None:
    published = [stage.published() for _ in range(3)]
    slugs = [article["slug"] for article in published]
    for slug, count in zip(slugs, (2, 0, 1), strict=True):
        for _ in range(count):
            stage.comment(slug)
    stage.moderate(stage.comment(slugs[0]), "hide")
    stage.act(published[2], "unpublish", {})
    stage.settle()
    stale = f"older-words-{slugs[0].rpartition('-')[2]}"
    asked = ",".join([*slugs, stale, "never-was-00000000", "nothing"])
    reply = stage.call("GET", "/v1/comment-counts", query={"slugs": asked})
    assert reply.json == {"counts": {slugs[0]: 2, slugs[1]: 0, stale: 2}}
    assert [call.operation for call in reply.calls] == ["BatchGetItem"]
    again = stage.call("GET", "/v1/comment-counts", query={"slugs": asked}, if_none_match=reply.etag)
    assert again.status == 304


def test_from_one_to_fifty_articles_are_counted(stage: Stage) -> None:
    for slugs in ("", ",", ",".join(f"article-{n:08d}" for n in range(51))):
        assert stage.call("GET", "/v1/comment-counts", query={"slugs": slugs}).fields == {"slugs": "out_of_range"}
    assert stage.call("GET", "/v1/comment-counts").fields == {"slugs": "out_of_range"}
    fifty = ",".join(f"article-{n:08d}" for n in range(50))
    assert stage.call("GET", "/v1/comment-counts", query={"slugs": fifty}).json == {"counts": {}}
