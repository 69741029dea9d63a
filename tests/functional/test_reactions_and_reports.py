"""Reactions and reports: one for each member and comment, said twice or taken back without a trace, and counted exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Reply, Stage

RULES = site.get().comments
UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def slug(stage: Stage) -> str:
    return str(stage.published()["slug"])


def members(stage: Stage, count: int) -> Iterator[str]:
    return (stage.person("reader") for _ in range(count))


def react(stage: Stage, comment: Any, token: str, kind: str | None = None) -> Reply:
    sent = {"kind": kind} if kind else {}
    return stage.call("PUT", f"/v1/comments/{comment['id']}/reaction", sent, token=token)


def take_back(stage: Stage, comment: Any, token: str) -> Reply:
    return stage.call("DELETE", f"/v1/comments/{comment['id']}/reaction", token=token)


def report(stage: Stage, comment: Any, token: str, **given: Any) -> Reply:
    return stage.call("POST", f"/v1/comments/{comment['id']}/reports", {"reason": "abuse", **given}, token=token)


def shown(stage: Stage, slug: str) -> list[Any]:
    """The roots as readers get them."""
    found: list[Any] = stage.thread(slug)["comments"]
    return found


def writes(reply: Reply) -> list[str]:
    return [call.operation for call in reply.calls if call.write_units]


# ---------------------------------------------------------------- reactions


def test_reactions_are_counted_by_kind_with_roots_and_replies(stage: Stage, slug: str) -> None:
    root = stage.comment(slug)
    reply = stage.comment(slug, to=root["id"])
    mara, ben, lin = members(stage, 3)
    assert react(stage, root, mara).json == {"kind": "like"}
    for comment, token, kind in ((root, ben, "like"), (root, lin, "sad"), (reply, mara, "funny")):
        assert react(stage, comment, token, kind).json == {"kind": kind}
    (listed,) = shown(stage, slug)
    assert listed["reactions"] == {"like": 2, "sad": 1}
    assert listed["replies"][0]["reactions"] == {"funny": 1}
    below = stage.call("GET", f"/v1/comments/{root['id']}/replies").json["items"]
    assert below[0]["reactions"] == {"funny": 1}


def test_a_member_has_one_reaction_and_may_change_it_or_take_it_back(stage: Stage, slug: str) -> None:
    root = stage.comment(slug)
    mara, ben = members(stage, 2)
    react(stage, root, ben, "like")
    for kind, counted in (
        ("like", {"like": 2}),
        ("funny", {"like": 1, "funny": 1}),
        ("sad", {"like": 1, "sad": 1}),
        (None, {"like": 1}),
        ("like", {"like": 2}),
    ):
        reply = react(stage, root, mara, kind) if kind else take_back(stage, root, mara)
        assert reply.status == (200 if kind else 204)
        assert shown(stage, slug)[0]["reactions"] == counted


def test_changes_that_are_counted_together_come_to_the_last_one(stage: Stage, slug: str) -> None:
    root, mara = stage.comment(slug), stage.person("reader")
    for kind in ("like", "funny", "like", "sad"):
        react(stage, root, mara, kind)
    take_back(stage, root, mara)
    react(stage, root, mara, "insightful")
    assert shown(stage, slug)[0]["reactions"] == {"insightful": 1}


def test_the_same_reaction_twice_writes_nothing(stage: Stage, slug: str) -> None:
    root, mara = stage.comment(slug), stage.person("reader")
    assert writes(take_back(stage, root, mara)) == []
    assert writes(react(stage, root, mara, "like")) == ["TransactWriteItems"]
    again = react(stage, root, mara, "like")
    assert (again.status, again.json, writes(again)) == (200, {"kind": "like"}, [])
    assert shown(stage, slug)[0]["reactions"] == {"like": 1}
    take_back(stage, root, mara)
    gone = take_back(stage, root, mara)
    assert (gone.status, writes(gone)) == (204, [])
    assert shown(stage, slug)[0]["reactions"] == {}


def test_only_members_react_and_only_as_the_site_knows_it(stage: Stage, slug: str) -> None:
    root, mara = stage.comment(slug), stage.person("reader")
    for reply in (react(stage, root, ""), take_back(stage, root, "")):
        assert (reply.status, reply.code) == (401, "not_logged_in")
    for kind in ("dislike", "Like", " like"):
        assert react(stage, root, mara, kind).fields == {"kind": "unknown_value"}
    assert react(stage, root, mara, "x" * 41).fields == {"kind": "too_long"}
    assert shown(stage, slug)[0]["reactions"] == {}


def test_there_is_no_reacting_to_what_readers_do_not_see(stage: Stage, slug: str) -> None:
    mara = stage.person("reader")
    pending = stage.comment(stage.published(comments="all_held")["slug"])
    hidden, deleted = stage.comment(slug), stage.comment(slug)
    for comment in (hidden, deleted):
        react(stage, comment, mara, "like")
    stage.moderate(hidden, "hide")
    stage.call("DELETE", f"/v1/comments/{deleted['id']}", comment_token=deleted["edit_token"])
    for comment in (pending, hidden, deleted, {"id": UNKNOWN}, {"id": "nothing"}):
        for reply in (react(stage, comment, mara, "funny"), take_back(stage, comment, mara)):
            assert (reply.status, reply.code) == (404, "not_found")


def test_a_tombstone_takes_no_reaction_but_gives_one_back(stage: Stage, slug: str) -> None:
    mara, ben = members(stage, 2)
    hidden, deleted = stage.comment(slug), stage.comment(slug)
    for comment in (hidden, deleted):
        stage.comment(slug, to=comment["id"])
        react(stage, comment, mara, "like")
    stage.moderate(hidden, "hide")
    stage.call("DELETE", f"/v1/comments/{deleted['id']}", comment_token=deleted["edit_token"])
    for comment in (hidden, deleted):
        for token, kind in ((ben, "like"), (mara, "funny")):
            reply = react(stage, comment, token, kind)
            assert (reply.status, reply.code) == (409, "wrong_comment_state")
        assert take_back(stage, comment, mara).status == 204
    assert [root["reactions"] for root in shown(stage, slug)] == [{}, {}]


def test_reactions_outlive_hiding_and_editing(stage: Stage, slug: str) -> None:
    root, mara = stage.comment(slug), stage.person("reader")
    react(stage, root, mara, "like")
    stage.call("PATCH", f"/v1/comments/{root['id']}", {"text": "Better"}, comment_token=root["edit_token"])
    assert shown(stage, slug)[0]["reactions"] == {"like": 1}
    stage.moderate(root, "hide")
    assert shown(stage, slug) == []
    stage.moderate(root, "approve")
    react(stage, root, stage.person("reader"), "like")
    assert shown(stage, slug)[0]["reactions"] == {"like": 2}


def test_who_reacted_stands_nowhere_in_what_readers_functions_read(stage: Stage, slug: str) -> None:
    root, mara = stage.comment(slug), stage.person("reader")
    account = stage.call("GET", "/v1/me", token=mara).json["id"]
    react(stage, root, mara, "like")
    stage.settle()
    assert account not in str(stage.items("SiteTable")) + str(stage.items("IndexTable"))


# ---------------------------------------------------------------- reports


def test_so_many_reports_hide_a_comment_until_a_moderator_has_looked(stage: Stage, slug: str) -> None:
    told = stage.comment(slug, text="Unseemly")
    *first, last = members(stage, RULES.reports_to_hide)
    for token in first:
        reply = report(stage, told, token)
        assert (reply.status, reply.json) == (202, {"status": "reported"})
    assert [root["text"] for root in shown(stage, slug)] == ["Unseemly"]
    report(stage, told, last, reason="other", note="Read it yourself")
    assert shown(stage, slug) == []
    assert stage.thread(slug)["comment_count"] == 0
    assert "Unseemly" not in str(stage.items("SiteTable"))
    stage.moderate(told, "approve")
    assert [root["text"] for root in shown(stage, slug)] == ["Unseemly"]


def test_one_members_reports_count_once(stage: Stage, slug: str) -> None:
    told, mara = stage.comment(slug), stage.person("reader")
    for _ in range(RULES.reports_to_hide + 1):
        reply = report(stage, told, mara)
        assert (reply.status, reply.json) == (202, {"status": "reported"})
    assert writes(report(stage, told, mara, reason="spam")) == []
    assert len(shown(stage, slug)) == 1


def test_approving_starts_the_count_anew_and_the_same_members_are_not_heard_again(stage: Stage, slug: str) -> None:
    told = stage.comment(slug)
    before = list(members(stage, RULES.reports_to_hide))
    for token in before:
        report(stage, told, token)
    stage.moderate(told, "approve")
    *first, last = members(stage, RULES.reports_to_hide)
    for token in (*before, *first):
        assert report(stage, told, token).status == 202
    assert len(shown(stage, slug)) == 1
    report(stage, told, last)
    assert shown(stage, slug) == []


def test_a_reported_comment_with_replies_leaves_a_tombstone(stage: Stage, slug: str) -> None:
    told = stage.comment(slug)
    stage.comment(slug, to=told["id"])
    for token in members(stage, RULES.reports_to_hide):
        report(stage, told, token)
    (root,) = shown(stage, slug)
    assert (root["state"], root["author"], root["text"], root["reply_count"]) == ("hidden", None, None, 1)
    late = report(stage, told, stage.person("reader"))
    assert (late.status, writes(late)) == (202, [])


def test_a_report_has_a_reason_and_a_member_behind_it(stage: Stage, slug: str) -> None:
    told, mara = stage.comment(slug), stage.person("reader")
    anonymous = report(stage, told, "")
    assert (anonymous.status, anonymous.code) == (401, "not_logged_in")
    for given, field, code in (
        ({"reason": "boring"}, "reason", "unknown_value"),
        ({"reason": None}, "reason", "unknown_value"),
        ({"note": "x" * 501}, "note", "too_long"),
        ({"by": "somebody"}, "by", "unknown_field"),
    ):
        assert report(stage, told, mara, **given).fields == {field: code}
    assert stage.items("DeskTable") == [item for item in stage.items("DeskTable") if item["entity"] != "report"]


def test_there_is_no_reporting_what_readers_do_not_see(stage: Stage, slug: str) -> None:
    mara, hidden = stage.person("reader"), stage.comment(slug)
    pending = stage.comment(stage.published(comments="all_held")["slug"])
    stage.moderate(hidden, "hide")
    for comment in (pending, hidden, {"id": UNKNOWN}, {"id": "nothing"}):
        reply = report(stage, comment, mara)
        assert (reply.status, reply.code) == (404, "not_found")


def test_a_reader_is_told_nothing_of_reports(stage: Stage, slug: str) -> None:
    told, mara = stage.comment(slug, stage.person("reader")), stage.person("reader")
    account = stage.call("GET", "/v1/me", token=mara).json["id"]
    report(stage, told, mara, note="Tell nobody")
    for read in (stage.thread(slug), stage.call("GET", f"/v1/comments/{told['id']}", token=mara).json):
        assert "report" not in str(read)
    for item in stage.items("SiteTable"):
        assert "Tell nobody" not in str(item)
        assert account not in str(item)
