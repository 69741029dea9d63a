"""What a writer may still do: see it, edit it for a while, delete it for good; a guest by the token that came with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, site

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

RULES = site.get().comments
UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def path(comment: Any) -> str:
    return f"/v1/comments/{comment['id']}"


def edit(stage: Stage, comment: Any, text: str = "In other words", **by: str) -> Reply:
    return stage.call("PATCH", path(comment), {"text": text}, **by)


def delete(stage: Stage, comment: Any, **by: str) -> Reply:
    return stage.call("DELETE", path(comment), **by)


def read(stage: Stage, comment: Any, **by: str) -> Reply:
    return stage.call("GET", path(comment), **by)


def guest(comment: Any) -> dict[str, str]:
    """Proof that a guest's comment is theirs."""
    return {"comment_token": comment["edit_token"]}


def seen(stage: Stage, slug: str) -> list[tuple[Any, ...]]:
    """The thread as a reader sees it: state and text of each, replies after their root."""
    found: list[tuple[Any, ...]] = []
    for root in stage.thread(slug)["comments"]:
        found += [(one["state"], one["text"]) for one in (root, *root["replies"])]
    return found


# ---------------------------------------------------------------- edit


def test_an_edited_comment_is_shown_so_where_it_stood(stage: Stage, time: Clock) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    first, second = stage.comment(slug, token), stage.comment(slug)
    stage.call("PUT", f"{path(first)}/reaction", {}, token=token)
    time.forward(minutes=1)
    edited = edit(stage, first, "*Now* better", token=token)
    assert edited.status == 200
    told = edited.json
    assert (told["text"], told["html"]) == ("*Now* better", '<p dir="auto"><em>Now</em> better</p>')
    assert (told["posted_at"], told["edited_at"]) == (first["posted_at"], clock.stamp(time.now))
    thread = stage.thread(slug)
    shown, other = thread["comments"]
    assert (shown["text"], shown["edited_at"], shown["reactions"]) == ("*Now* better", told["edited_at"], {"like": 1})
    assert (other["id"], other["edited_at"], thread["comment_count"]) == (second["id"], None, 2)


def test_the_same_words_again_are_no_edit(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    told = stage.comment(slug, token, "As it was")
    same = edit(stage, told, "  As it was\n", token=token)
    assert (same.status, same.json) == (200, told)


def test_an_edit_is_held_to_what_a_text_is_held_to(stage: Stage) -> None:
    told = stage.comment(stage.published()["slug"], text="As it was")
    for text, code in (("\u200b", "required"), ("x" * 2_001, "too_long")):
        reply = edit(stage, told, text, **guest(told))
        assert (reply.status, reply.fields) == (422, {"text": code})
    assert stage.call("PATCH", path(told), {"text": "x", "guest": {"name": "Rob"}}, **guest(told)).fields == {
        "guest": "unknown_field"
    }
    held = edit(stage, told, "A casino bonus for you", **guest(told)).json
    assert (held["state"], held["text"]) == ("pending", "A casino bonus for you")
    assert seen(stage, told["article"]["slug"]) == []


def test_a_comment_can_be_edited_until_the_time_is_over(stage: Stage, time: Clock) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    of_member, of_guest = stage.comment(slug, token), stage.comment(slug)
    ends = clock.parse(of_member["editable_until"])
    assert (ends - clock.parse(of_member["posted_at"])).total_seconds() == 60 * RULES.edit_minutes
    time.now = ends
    time.forward(milliseconds=-1)
    assert edit(stage, of_member, "Just in time", token=token).status == 200
    time.now = clock.parse(of_guest["editable_until"])
    for told, by in ((of_member, {"token": token}), (of_guest, guest(of_guest))):
        reply = edit(stage, told, "Too late", **by)
        assert (reply.status, reply.code) == (409, "edit_ended")
        assert read(stage, told, **by).json["editable_until"] is None
    assert ("published", "Just in time") in seen(stage, slug)


def test_the_first_reply_ends_editing_for_good(stage: Stage) -> None:
    slug = stage.published()["slug"]
    told = stage.comment(slug, text="As it was answered")
    answer = stage.comment(slug, to=told["id"])
    assert edit(stage, told, **guest(told)).code == "edit_ended"
    assert edit(stage, answer, **guest(answer)).status == 200
    delete(stage, answer, **guest(answer))
    assert edit(stage, told, **guest(told)).code == "edit_ended"
    assert seen(stage, slug) == [("published", "As it was answered")]


def test_a_reply_that_waits_ends_editing_when_it_is_approved(stage: Stage) -> None:
    slug = stage.published(comments="first_held")["slug"]
    told = stage.comment(slug, stage.token("moderator"))
    answer = stage.comment(slug, to=told["id"])
    assert answer["state"] == "pending"
    assert edit(stage, told, token=stage.token("moderator")).status == 200
    stage.moderate(answer, "approve")
    assert edit(stage, told, "Once more", token=stage.token("moderator")).code == "edit_ended"


def test_what_a_moderator_took_away_is_not_edited_back(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for action in ("hide", "reject"):
        told = stage.comment(slug)
        stage.moderate(told, action)
        assert edit(stage, told, **guest(told)).code == "edit_ended"
    assert seen(stage, slug) == []


# ---------------------------------------------------------------- delete


def test_a_deleted_comment_without_replies_leaves_nothing(stage: Stage, time: Clock) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    told, kept = stage.comment(slug, token, "Unsaid"), stage.comment(slug, text="Kept")
    stage.settle()
    time.forward(hours=5)
    assert delete(stage, told, token=token).status == 204
    assert seen(stage, slug) == [("published", "Kept")]
    assert stage.thread(slug)["comment_count"] == stage.read(slug).json["comment_count"] == 1
    assert read(stage, told, **guest(kept)).status == 404
    assert "Unsaid" not in str(stage.everything())
    assert delete(stage, told, token=token).status == 204


def test_a_deleted_comment_leaves_a_tombstone_where_it_was_answered(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader", "mara")
    root = stage.comment(slug, token, "Unsaid")
    reply = stage.comment(slug, token, "Unsaid too", to=root["id"])
    stage.comment(slug, text="Below", to=reply["id"])
    for told in (root, reply):
        assert delete(stage, told, token=token).status == 204
    assert seen(stage, slug) == [("deleted", None), ("deleted", None), ("published", "Below")]
    thread = stage.thread(slug)
    (shown,) = thread["comments"]
    assert (shown["author"], shown["html"], shown["edited_at"]) == (None, None, None)
    assert (shown["id"], shown["posted_at"], shown["reply_count"]) == (root["id"], root["posted_at"], 1)
    assert thread["comment_count"] == 1
    public = read(stage, root).json
    assert (public["state"], public["author"], public["text"]) == ("deleted", None, None)
    site_table = str(stage.items("SiteTable"))
    assert "Unsaid" not in site_table
    assert "Mara" not in site_table


def test_a_hidden_comment_leaves_a_tombstone_that_says_no_more(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug, text="Unseemly")
    stage.comment(slug, text="Below", to=root["id"])
    stage.moderate(root, "reject")
    assert seen(stage, slug) == [("hidden", None), ("published", "Below")]
    assert "Unseemly" not in str(stage.items("SiteTable"))
    stage.moderate(root, "approve")
    assert seen(stage, slug) == [("published", "Unseemly"), ("published", "Below")]
    assert stage.thread(slug)["comment_count"] == 2


def test_a_tombstone_goes_with_the_last_reply_it_held_together(stage: Stage) -> None:
    slug = stage.published()["slug"]
    chain = [stage.comment(slug, text="0")]
    for text in ("1", "2", "3"):
        chain.append(stage.comment(slug, text=text, to=chain[-1]["id"]))
    aside = stage.comment(slug, text="aside", to=chain[0]["id"])
    gone = ("deleted", None)
    for told in (chain[2], chain[1], chain[0]):
        delete(stage, told, **guest(told))
    assert seen(stage, slug) == [gone, gone, gone, ("published", "3"), ("published", "aside")]
    stage.moderate(chain[3], "hide")
    assert seen(stage, slug) == [gone, ("published", "aside")]
    stage.moderate(chain[3], "approve")
    assert seen(stage, slug) == [gone, gone, gone, ("published", "3"), ("published", "aside")]
    for told in (aside, chain[3]):
        delete(stage, told, **guest(told))
    assert seen(stage, slug) == []
    listed = stage.call("GET", f"{path(chain[0])}/replies").json
    assert listed == {"items": [], "next_cursor": None}
    assert stage.thread(slug)["comment_count"] == 0


@pytest.mark.parametrize("limit", [1, 50])
def test_a_tombstone_on_the_deepest_level_stays_for_the_answer_beside_it(stage: Stage, limit: int) -> None:
    slug = stage.published()["slug"]
    told = stage.comment(slug, text="0")
    chain = [told]
    for depth in range(1, RULES.depth + 2):
        chain.append(stage.comment(slug, text=str(depth), to=chain[-1]["id"]))
    deepest, answer = chain[RULES.depth], chain[RULES.depth + 1]
    assert (deepest["depth"], answer["depth"], answer["parent_id"]) == (RULES.depth, RULES.depth, deepest["id"])
    delete(stage, deepest, **guest(deepest))
    shown = [("published", str(depth)) for depth in range(RULES.depth)]
    assert seen(stage, slug) == [*shown, ("deleted", None), ("published", str(RULES.depth + 1))]
    listed, cursor = [], ""
    while cursor is not None:
        query = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = stage.call("GET", f"{path(told)}/replies", query=query).json
        listed += [reply["id"] for reply in page["items"]]
        cursor = page["next_cursor"]
    assert listed == [one["id"] for one in chain[1:]]
    delete(stage, answer, **guest(answer))
    assert seen(stage, slug) == shown


def test_a_root_that_is_gone_leaves_no_gap_between_pages(stage: Stage) -> None:
    slug = stage.published()["slug"]
    comments = [stage.comment(slug) for _ in range(4)]
    answer = stage.comment(slug, to=comments[1]["id"])
    for told in (comments[1], answer):
        delete(stage, told, **guest(told))
    first = stage.thread(slug, limit=2)
    then = stage.thread(slug, limit=2, cursor=first["next_cursor"])
    listed = [root["id"] for page in (first, then) for root in page["comments"]]
    assert listed == [comments[n]["id"] for n in (0, 2, 3)]


# ---------------------------------------------------------------- whose it is


def test_a_guest_proves_a_comment_by_the_token_that_came_with_it(stage: Stage) -> None:
    slug = stage.published()["slug"]
    told, other = stage.comment(slug, guest="Bob"), stage.comment(slug, guest="Rob")
    member = {"token": stage.person("reader")}
    for act in (edit, delete):
        nothing = act(stage, told)
        assert (nothing.status, nothing.code) == (401, "not_logged_in")
        for wrong in ({"comment_token": "wrong"}, guest(other), member, {"token": stage.token("moderator")}):
            reply = act(stage, told, **wrong)
            assert (reply.status, reply.code) == (403, "not_allowed")
    assert "editable_until" not in read(stage, told, **guest(other)).json
    assert "editable_until" not in read(stage, told).json
    assert read(stage, told, **guest(told)).json["editable_until"]
    assert edit(stage, told, **guest(told)).status == 200
    assert delete(stage, told, **guest(told)).status == 204


def test_a_members_comment_is_nobody_elses(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    told, of_guest = stage.comment(slug, token), stage.comment(slug)
    for act in (edit, delete):
        assert act(stage, told).status == 401
        for by in (guest(of_guest), {"token": stage.person("reader")}, {"token": stage.token("admin")}):
            assert act(stage, told, **by).code == "not_allowed"
    assert seen(stage, slug)[0] == ("published", told["text"])


def test_what_is_no_comment_can_be_neither_seen_nor_changed(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    hidden = stage.comment(slug)
    stage.moderate(hidden, "hide")
    for told in ({"id": UNKNOWN}, {"id": "nothing"}, hidden):
        for act in (read, edit, delete):
            reply = act(stage, told, token=token)
            assert (reply.status, reply.code) == (404, "not_found")


# ---------------------------------------------------------------- what waits


def test_what_waits_is_its_writers_only(stage: Stage) -> None:
    slug = stage.published(comments="all_held")["slug"]
    mara, ben = stage.person("reader"), stage.person("reader")
    told, of_guest = stage.comment(slug, mara, "Held back"), stage.comment(slug, text="Held back too")
    assert (told["state"], of_guest["state"]) == ("pending", "pending")
    assert seen(stage, slug) == []
    assert stage.thread(slug)["comment_count"] == stage.read(slug).json["comment_count"] == 0
    assert read(stage, told, token=mara).json == told
    assert read(stage, of_guest, **guest(of_guest)).json["text"] == "Held back too"
    assert stage.call("GET", "/v1/me/comments", token=mara).json["items"] == [told]
    assert stage.call("GET", "/v1/me/comments", token=ben).json["items"] == []
    for stranger in ({}, {"token": ben}, guest(of_guest)):
        assert read(stage, told, **stranger).status == 404
    for stranger in ({}, {"token": ben}, {"comment_token": "wrong"}):
        assert read(stage, of_guest, **stranger).status == 404
    assert "Held back" not in str(stage.items("SiteTable"))


def test_what_waits_can_be_edited_and_taken_back_and_waits_on(stage: Stage) -> None:
    slug, mara = stage.published(comments="all_held")["slug"], stage.person("reader")
    told = stage.comment(slug, mara)
    edited = edit(stage, told, "Held back in other words", token=mara).json
    assert (edited["state"], edited["text"]) == ("pending", "Held back in other words")
    stage.moderate(told, "approve")
    assert seen(stage, slug) == [("published", "Held back in other words")]
    other = stage.comment(slug, mara)
    assert delete(stage, other, token=mara).status == 204
    refused = stage.call("POST", f"/v1/moderation{path(other)[3:]}/approve", token=stage.token("moderator"))
    assert refused.code == "wrong_comment_state"


def test_spam_is_told_as_waiting(stage: Stage) -> None:
    slug, mara = stage.published()["slug"], stage.person("reader")
    told = stage.comment(slug, mara, form={"website": "https://spam.example"})
    assert told["state"] == read(stage, told, token=mara).json["state"] == "pending"
    assert stage.call("GET", "/v1/me/comments", token=mara).json["items"][0]["state"] == "pending"
    assert seen(stage, slug) == []


def test_a_member_sees_all_of_the_own_comments_newest_first(stage: Stage, time: Clock) -> None:
    slug, held = stage.published()["slug"], stage.published(comments="all_held")["slug"]
    mara = stage.person("reader")
    written = []
    for where in (slug, held, slug, slug, held):
        time.forward(seconds=1)
        written.append(stage.comment(where, mara))
    stage.comment(slug, stage.person("reader"))
    stage.call("PUT", f"{path(written[0])}/reaction", {}, token=mara)
    delete(stage, written[2], token=mara)
    stage.moderate(written[3], "hide")
    listed: list[Any] = []
    cursor = ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = stage.call("GET", "/v1/me/comments", token=mara, query=query).json
        listed += page["items"]
        cursor = page["next_cursor"]
    assert [one["id"] for one in listed] == [one["id"] for one in reversed(written)]
    assert [one["state"] for one in listed] == ["pending", "hidden", "deleted", "pending", "published"]
    assert (listed[2]["text"], listed[1]["text"]) == ("", written[3]["text"])
    ben = stage.person("reader")
    stolen = stage.call("GET", "/v1/me/comments", token=mara, query={"limit": 2}).json["next_cursor"]
    assert stage.call("GET", "/v1/me/comments", token=ben, query={"cursor": stolen}).code == "bad_cursor"
