"""Moderation: the queues, each decision with its traces, and that what is held is nowhere a reader's function can look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, cursors, discussed, keys

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

QUEUE = "/v1/moderation/comments"
BECOMES = {"approve": "published", "reject": "rejected", "spam": "spam", "hide": "hidden"}
LEADS_TO = {state: action for action, state in BECOMES.items()}
NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def ask(stage: Stage, **query: Any) -> Reply:
    return stage.call("GET", QUEUE, token=stage.token("moderator"), query=query)


def queued(stage: Stage, **query: Any) -> list[str]:
    return [item["id"] for item in ask(stage, **query).json["items"]]


def decide(stage: Stage, comment: Any, action: str) -> Reply:
    return stage.call("POST", f"{QUEUE}/{comment['id']}/{action}", token=stage.token("moderator"))


def decide_all(stage: Stage, ids: list[str], action: str) -> Reply:
    return stage.call("POST", QUEUE, {"ids": ids, "action": action}, token=stage.token("moderator"))


def looked_at(stage: Stage, comment: Any) -> Any:
    """A comment with everything a moderator is shown of it."""
    reply = stage.call("GET", f"{QUEUE}/{comment['id']}", token=stage.token("moderator"))
    assert reply.status == 200, reply.text
    return reply.json


def report(stage: Stage, comment: Any, **given: Any) -> None:
    path = f"/v1/comments/{comment['id']}/reports"
    told = stage.call("POST", path, {"reason": "abuse", **given}, token=stage.person("reader"))
    assert told.status == 202, told.text


def delete(stage: Stage, comment: Any) -> None:
    path = f"/v1/comments/{comment['id']}"
    assert stage.call("DELETE", path, comment_token=comment["edit_token"]).status == 204


def thread(stage: Stage, slug: str) -> Any:
    """The thread as it stands, counted or not."""
    return stage.call("GET", f"/v1/articles/{slug}/comments").json["comments"]


def audit(stage: Stage, **about: str) -> list[tuple[str, str]]:
    """The staff's actions on something today, oldest first, and whose they were."""
    day = clock.stamp(clock.now())[:10]
    rows = stage.call("GET", "/v1/admin/audit", token=stage.token("admin"), query={"day": day}).json["items"]
    return [(row["action"], row["who"]) for row in rows[::-1] if about.items() <= row.items()]


def me(stage: Stage) -> str:
    return str(stage.call("GET", "/v1/me", token=stage.token("moderator")).json["id"])


# ---------------------------------------------------------------- the queues


def test_each_queue_lists_what_is_in_its_state_newest_first(stage: Stage, time: Clock) -> None:
    slug = stage.published()["slug"]
    made: dict[str, list[str]] = {state: [] for state in (*BECOMES.values(), "reported", "pending")}
    for n, state in enumerate((*made, "hidden", "pending")):
        time.forward(seconds=1)
        comment = stage.comment(slug, text=f"{n} work from home" if state == "pending" else "")
        if state == "reported":
            report(stage, comment)
        elif comment["state"] != state:
            stage.moderate(comment, LEADS_TO[state])
        made[state].insert(0, comment["id"])
    for state in ("pending", "hidden", "rejected", "spam", "reported"):
        found = ask(stage, state=state).json["items"]
        assert [item["id"] for item in found] == made[state]
        assert {item["state"] for item in found} == {"published" if state == "reported" else state}
    assert queued(stage) == made["pending"]


def test_the_queue_of_an_article_holds_its_comments_in_any_state(stage: Stage) -> None:
    here, there = (stage.published()["slug"] for _ in range(2))
    other = stage.comment(there)
    by_state: dict[str, str] = {}
    for state in ("published", "hidden", "deleted", "reported", "pending"):
        comment = stage.comment(here, text="We all work from home" if state == "pending" else "")
        by_state[state] = comment["id"]
        if state == "hidden":
            stage.moderate(comment, "hide")
            stage.moderate(other, "hide")
        if state == "deleted":
            delete(stage, comment)
        if state == "reported":
            report(stage, comment)
    for state in ("hidden", "deleted", "reported", "pending"):
        assert queued(stage, state=state, article=here) == [by_state[state]]
    assert queued(stage, state="spam", article=here) == []
    assert queued(stage, state="published", article=here) == [by_state["reported"], by_state["published"]]
    assert queued(stage, state="hidden", article=there) == [other["id"]]
    assert set(queued(stage, state="hidden")) == {other["id"], by_state["hidden"]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "loud"}, "state"),
        ({"state": "published"}, "state"),
        ({"state": "deleted"}, "state"),
        ({"article": "no slug"}, "article"),
        ({"limit": "51"}, "limit"),
        ({"writer": "x"}, "query"),
    ],
)
def test_a_queue_that_there_is_not_is_named(stage: Stage, query: dict[str, str], field: str) -> None:
    reply = ask(stage, **query)
    assert (reply.status, list(reply.fields)) == (422, [field])


def test_deciding_while_paging_loses_nothing_and_shows_nothing_twice(stage: Stage, time: Clock) -> None:
    slug = stage.published(comments="all_held")["slug"]
    made = []
    for _ in range(7):
        time.forward(seconds=1)
        made.insert(0, stage.comment(slug))
    found, cursor = [], None
    while True:
        page = ask(stage, limit=2, **({"cursor": cursor} if cursor else {})).json
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        stage.moderate(page["items"][0], "approve")
        time.forward(seconds=1)
        stage.comment(slug)
        if not cursor:
            break
    assert found == [comment["id"] for comment in made]


def test_an_articles_queue_is_paged_through_in_whatever_state(stage: Stage, time: Clock) -> None:
    slug = stage.published()["slug"]
    hidden = []
    for n in range(5):
        time.forward(seconds=1)
        comment = stage.comment(slug)
        if n % 2:
            stage.moderate(comment, "hide")
            hidden.insert(0, comment["id"])
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        query = {"state": "hidden", "article": slug, "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = ask(stage, **query).json
        found, cursor, pages = found + [item["id"] for item in page["items"]], page["next_cursor"], pages + 1
    assert (found, pages) == (hidden, 3)


def test_a_cursor_belongs_to_its_own_queue(stage: Stage) -> None:
    slug = stage.published(comments="all_held")["slug"]
    cursor = cursors.encode(keys.queue("pending"), stage.comment(slug)["id"])
    assert ask(stage, cursor=cursor).status == 200
    for query in ({"state": "hidden"}, {"article": slug}):
        assert ask(stage, cursor=cursor, **query).code == "bad_cursor"
    assert ask(stage, cursor="x").code == "bad_cursor"


def test_a_moderator_sees_who_wrote_what_where_and_why_it_is_held(stage: Stage) -> None:
    article = stage.published(comments="first_held")
    account = stage.registered("mara@paper.org")
    by_member = stage.comment(article["slug"], stage.log_in("mara@paper.org").json["token"], "Hello *there*")
    by_guest = stage.comment(article["slug"], guest="Bo", email="bo@paper.org")
    item = looked_at(stage, by_member)
    assert item["author"] == {"name": "Mara Lind", "member": True, "staff": False, "account_id": account["id"]}
    assert (item["text"], item["html"]) == ("Hello *there*", '<p dir="auto">Hello <em>there</em></p>')
    assert item["article"] == {"slug": article["slug"], "headline": article["headline"]}
    assert [(entry["phase"], entry["why"]) for entry in item["trace"]] == [("first_timer", "first_comment")]
    assert item["reported"] == []
    assert "bo@paper.org" not in ask(stage).text
    assert looked_at(stage, by_guest)["author"]["account_id"] is None


def test_a_moderator_sees_why_it_was_reported_but_not_by_whom(stage: Stage, time: Clock) -> None:
    comment = stage.comment(stage.published()["slug"])
    report(stage, comment, reason="off_topic")
    time.forward(seconds=1)
    report(stage, comment, reason="illegal", note="See the second line")
    item = looked_at(stage, comment)
    assert item["reports"] == 2
    assert [(told["reason"], told["note"]) for told in item["reported"]] == [
        ("off_topic", ""),
        ("illegal", "See the second line"),
    ]
    assert {name for told in item["reported"] for name in told} == {"reason", "note", "at"}


# ---------------------------------------------------------------- one decision


@pytest.mark.parametrize("before", ["published", "pending", "hidden", "rejected", "spam"])
def test_a_moderator_moves_a_comment_from_any_state_to_any(stage: Stage, before: str) -> None:
    slug = stage.published()["slug"]
    for action, state in BECOMES.items():
        comment = stage.comment(slug, text=f"Work from home, they {action}" if before == "pending" else "")
        if before not in {"pending", "published"}:
            stage.moderate(comment, LEADS_TO[before])
        steps = 1 + (before not in {"pending", "published"})
        reply = decide(stage, comment, action)
        assert (reply.status, reply.json["state"]) == (200, state)
        assert reply.json["trace"][-1]["decision"] == state
        assert len(reply.json["trace"]) == steps + (state != before)
        for held in {before, state} - {"published"}:
            assert (comment["id"] in queued(stage, state=held)) == (held == state)
        assert [shown["id"] for shown in thread(stage, slug)].count(comment["id"]) == (state == "published")


def test_the_same_decision_twice_is_one(stage: Stage) -> None:
    comment = stage.comment(stage.published()["slug"])
    answers = [decide(stage, comment, "hide").json for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert audit(stage, comment=comment["id"]) == [("hide", me(stage))]


def test_looking_at_reports_and_approving_starts_from_nought(stage: Stage) -> None:
    comment = stage.comment(stage.published()["slug"])
    report(stage, comment)
    approved = decide(stage, comment, "approve").json
    assert (approved["state"], approved["reports"], approved["trace"][-1]["why"]) == ("published", 0, "approve")
    assert queued(stage, state="reported") == []
    for _ in range(2):
        report(stage, comment)
    assert queued(stage, state="reported") == [comment["id"]]


def test_what_its_writer_has_deleted_stays_deleted(stage: Stage) -> None:
    comment = stage.comment(stage.published()["slug"])
    delete(stage, comment)
    for action in BECOMES:
        reply = decide(stage, comment, action)
        assert (reply.status, reply.code) == (409, "wrong_comment_state")
    assert audit(stage, comment=comment["id"]) == []


def test_there_are_only_these_comments_and_these_actions(stage: Stage) -> None:
    comment = stage.comment(stage.published()["slug"])
    for wrong in (NOBODY, "x"):
        assert decide(stage, {"id": wrong}, "hide").code == "not_found"
    for action in ("delete", "published", "hide "):
        assert decide(stage, comment, action).code == "not_found"
    assert stage.call("GET", f"{QUEUE}/{NOBODY}", token=stage.token("moderator")).code == "not_found"


# ---------------------------------------------------------------- many at once


@pytest.mark.parametrize("action", ["approve", "spam"])
def test_many_are_decided_at_once_each_on_its_own(stage: Stage, action: str) -> None:
    slug = stage.published(comments="all_held")["slug"]
    made = [stage.comment(slug) for _ in range(4)]
    delete(stage, made[1])
    stage.moderate(made[2], action)
    ids = [made[0]["id"], made[1]["id"], NOBODY, made[2]["id"], made[3]["id"].lower(), made[0]["id"]]
    reply = decide_all(stage, ids, action)
    done = BECOMES[action]
    assert (reply.status, [(item["id"], item["state"], item["code"]) for item in reply.json["items"]]) == (
        200,
        [
            (made[0]["id"], done, None),
            (made[1]["id"], None, "wrong_comment_state"),
            (NOBODY, None, "not_found"),
            (made[2]["id"], done, None),
            (made[3]["id"], done, None),
        ],
    )
    assert [looked_at(stage, made[n])["state"] for n in range(4)] == [done, "deleted", done, done]
    assert [len(audit(stage, comment=comment["id"])) for comment in made] == [1, 0, 1, 1]
    assert queued(stage) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ids": [], "action": "hide"}, "ids"),
        ({"ids": [NOBODY] * 26, "action": "hide"}, "ids"),
        ({"ids": ["x"], "action": "hide"}, "ids.0"),
        ({"ids": [NOBODY], "action": "delete"}, "action"),
        ({"ids": [NOBODY]}, "action"),
    ],
)
def test_many_at_once_have_their_limits(stage: Stage, given: Any, field: str) -> None:
    reply = stage.call("POST", QUEUE, given, token=stage.token("moderator"))
    assert (reply.status, list(reply.fields)) == (422, [field])


def test_a_parent_and_its_reply_are_approved_in_one_go(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug)
    reply = stage.comment(slug, to=root["id"])
    for comment in (reply, root):
        stage.moderate(comment, "hide")
    done = decide_all(stage, [reply["id"], root["id"]], "approve").json["items"]
    assert [item["state"] for item in done] == ["published"] * 2
    assert stage.thread(slug)["comments"][0]["replies"][0]["id"] == reply["id"]


# ---------------------------------------------------------------- replies


def held_reply(stage: Stage, slug: str, to: Any) -> Any:
    comment = stage.comment(slug, to=to["id"], text="I, too, work from home")
    assert comment["state"] == "pending"
    return comment


def test_a_reply_whose_comment_is_gone_cannot_be_approved(stage: Stage) -> None:
    slug = stage.published()["slug"]
    deleted, hidden = stage.comment(slug), stage.comment(slug)
    to_deleted, to_hidden = held_reply(stage, slug, deleted), held_reply(stage, slug, hidden)
    delete(stage, deleted)
    stage.moderate(hidden, "hide")
    for reply in (to_deleted, to_hidden):
        refused = decide(stage, reply, "approve")
        assert (refused.status, refused.code) == (409, "wrong_comment_state")
        assert looked_at(stage, reply)["state"] == "pending"
        assert audit(stage, comment=reply["id"]) == []
    assert thread(stage, slug) == []
    stage.moderate(to_deleted, "reject")
    stage.moderate(hidden, "approve")
    stage.moderate(to_hidden, "approve")
    assert stage.thread(slug)["comments"][0]["replies"][0]["id"] == to_hidden["id"]


def test_below_a_tombstone_a_reply_can_be_approved(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug)
    stage.comment(slug, to=root["id"])
    reply = held_reply(stage, slug, root)
    delete(stage, root)
    stage.moderate(reply, "approve")
    stone = stage.thread(slug)["comments"][0]
    assert (stone["state"], stone["text"], stone["reply_count"]) == ("deleted", None, 2)
    assert stone["replies"][1]["id"] == reply["id"]


def test_only_a_reply_that_became_public_ends_the_editing_of_what_it_answers(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    root = stage.comment(slug, member)
    reply = held_reply(stage, slug, root)
    path = f"/v1/comments/{root['id']}"
    assert stage.call("PATCH", path, {"text": "In other words"}, token=member).status == 200
    stage.moderate(reply, "approve")
    assert stage.call("PATCH", path, {"text": "In yet others"}, token=member).code == "edit_ended"


def test_nobody_answers_what_readers_do_not_have(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug)
    stage.moderate(root, "hide")
    assert stage.say(slug, guest="Bo", to=root["id"]).fields == {"parent_id": "unknown_comment"}


# ---------------------------------------------------------------- where it is kept


def in_readers_table(stage: Stage, marker: str) -> list[str]:
    """The items of the readers' table in which something is said."""
    return [item["pk"] for item in stage.items("SiteTable") if marker in str(item)]


def test_what_is_taken_down_leaves_the_readers_table_and_comes_back_whole(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader", "marauder")
    root = stage.comment(slug, member, "Rootword")
    reply = stage.comment(slug, guest="Replier", text="Replyword", to=root["id"])
    below = stage.comment(slug, member, "Belowword", to=reply["id"])
    alone = stage.comment(slug, guest="Loner", text="Aloneword")
    stage.call("PUT", f"/v1/comments/{alone['id']}/reaction", {"kind": "like"}, token=member)
    stage.call("PUT", f"/v1/comments/{reply['id']}/reaction", {"kind": "sad"}, token=member)
    before = stage.thread(slug)
    named = {"Rootword": root, "Replyword": reply, "Belowword": below, "Aloneword": alone}
    for comment, action in zip(named.values(), ("hide", "reject", "spam", "hide"), strict=True):
        stage.moderate(comment, action)
    stage.settle()
    for marker in (*named, "Replier", "Loner", "Marauder"):
        assert in_readers_table(stage, marker) == []
    assert stage.thread(slug) == {**before, "comments": [], "comment_count": 0}
    for comment in named.values():
        stage.moderate(comment, "approve")
    assert stage.thread(slug) == before


def test_what_is_held_was_never_in_the_readers_table(stage: Stage) -> None:
    slug = stage.published(comments="all_held")["slug"]
    comment = stage.comment(slug, guest="Holdover", text="Heldword")
    stage.settle()
    for action in ("reject", "spam", "hide"):
        assert in_readers_table(stage, comment["id"]) == in_readers_table(stage, "Holdover") == []
        assert stage.call("GET", f"/v1/comments/{comment['id']}").code == "not_found"
        assert stage.call("GET", f"/v1/comments/{comment['id']}/replies").code == "not_found"
        stage.moderate(comment, action)
        stage.settle()
    stage.moderate(comment, "approve")
    assert thread(stage, slug)[0]["text"] == "Heldword"


def test_with_public_replies_a_tombstone_without_words_keeps_the_place(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug, guest="Rooter", text="Rootword")
    reply = stage.comment(slug, guest="Midway", text="Midword", to=root["id"])
    last = stage.comment(slug, text="Lastword", to=reply["id"])
    for comment in (root, reply):
        stage.moderate(comment, "hide")
    stone = stage.thread(slug)["comments"][0]
    assert [
        (one["id"], one["state"], one["author"], one["text"], one["html"]) for one in (stone, stone["replies"][0])
    ] == [(comment["id"], "hidden", None, None, None) for comment in (root, reply)]
    assert (stone["replies"][1]["id"], stone["replies"][1]["text"]) == (last["id"], "Lastword")
    assert [in_readers_table(stage, marker) for marker in ("Rootword", "Rooter", "Midword", "Midway")] == [[]] * 4
    seen = stage.call("GET", f"/v1/comments/{root['id']}").json
    assert (seen["state"], seen["text"], seen["author"]) == ("hidden", None, None)


def test_its_writer_still_sees_it_and_nobody_else(stage: Stage) -> None:
    slug, member, other = stage.published()["slug"], stage.person("reader"), stage.person("reader")
    comment = stage.comment(slug, member, "Mine")
    path = f"/v1/comments/{comment['id']}"
    for action, told in (("hide", "hidden"), ("reject", "rejected"), ("spam", "pending")):
        stage.moderate(comment, action)
        own = stage.call("GET", path, token=member).json
        assert (own["state"], own["text"], "trace" in own) == (told, "Mine", False)
        assert stage.call("GET", path, token=other).code == "not_found"
        assert stage.call("GET", path, token=stage.token("moderator")).json["text"] == "Mine"


# ---------------------------------------------------------------- audit


def test_the_audit_has_a_line_for_each_decision(stage: Stage) -> None:
    slug = stage.published()["slug"]
    one, other = stage.comment(slug), stage.comment(slug)
    for action in ("hide", "approve", "spam", "reject"):
        stage.moderate(one, action)
    decide_all(stage, [one["id"], other["id"]], "spam")
    assert audit(stage, comment=one["id"]) == [
        (action, me(stage)) for action in ("hide", "approve", "spam", "reject", "spam")
    ]
    assert audit(stage, comment=other["id"]) == [("spam", me(stage))]


# ---------------------------------------------------------------- counts


def counted(stage: Stage, article: Any) -> int:
    """Published comments of an article, which every place that says so agrees on."""
    stage.settle()
    key = article["slug"].rpartition("-")[2]
    by_slug = stage.call("GET", "/v1/comment-counts", query={"slugs": article["slug"]}).json["counts"]
    said = {
        stage.read(article["slug"]).json["comment_count"],
        stage.call("GET", f"/v1/articles/{article['slug']}/comments").json["comment_count"],
        by_slug[article["slug"]],
        *_buckets(stage, key),
    }
    assert len(said) == 1, said
    return said.pop()


def _buckets(stage: Stage, key: str) -> tuple[int, int]:
    """What the hours and the days hold of an article."""
    rows = [item for item in stage.items("IndexTable") if item["entity"] == "discussed" and item["sk"] == key]
    hours = [row["comments"] for row in rows if "T" in row["pk"]]
    return sum(hours), sum(row["comments"] for row in rows) - sum(hours)


def test_only_what_is_published_counts_after_each_step(stage: Stage) -> None:
    article, member = stage.published(comments="all_held"), stage.person("reader")
    root = stage.comment(article["slug"], stage.token("moderator"))
    assert counted(stage, article) == 1
    reply = stage.comment(article["slug"], member, to=root["id"])
    path = f"/v1/comments/{reply['id']}"
    steps: list[tuple[str, int]] = [
        ("", 0),
        ("approve", 1),
        ("hide", 0),
        ("spam", 0),
        ("approve", 1),
        ("PATCH", 0),
        ("approve", 1),
        ("DELETE", 0),
    ]
    for step, more in steps:
        if step in BECOMES:
            stage.moderate(reply, step)
        elif step:
            stage.call(step, path, {"text": "In other words"} if step == "PATCH" else None, token=member)
        assert counted(stage, article) == 1 + more, step
        assert thread(stage, article["slug"])[0]["reply_count"] == more, step


def test_three_reports_take_it_out_of_the_count_and_approving_puts_it_back(stage: Stage) -> None:
    article = stage.published()
    comment = stage.comment(article["slug"])
    for n in range(3):
        assert counted(stage, article) == 1, n
        report(stage, comment)
    assert counted(stage, article) == 0
    assert looked_at(stage, comment)["trace"][-1] | {"at": ""} == {
        "phase": "reports",
        "decision": "hidden",
        "why": "3_reports",
        "at": "",
        "by": None,
    }
    stage.moderate(comment, "approve")
    assert counted(stage, article) == 1


def test_a_comment_counts_in_the_hours_and_days_in_which_it_was_posted(stage: Stage, time: Clock) -> None:
    article = stage.published(comments="all_held")
    key = article["slug"].rpartition("-")[2]
    early = stage.comment(article["slug"])
    time.forward(days=2)
    late = stage.comment(article["slug"])
    moderator = stage.person("moderator")
    for comment in (early, late):
        path = f"{QUEUE}/{comment['id']}/approve"
        assert stage.call("POST", path, token=moderator).status == 200
    stage.settle()
    assert (discussed.most("24h", clock.now())[key], discussed.most("7d", clock.now())[key]) == (1, 2)
    time.forward(days=5)
    assert discussed.most("7d", clock.now())[key] == 1
