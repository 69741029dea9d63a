"""Who may comment, and what becomes of what they say: modes, their precedence, the phases, and the trace they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import site

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

MODES = {
    "open": ("published", "published"),
    "members": ("published", "members_only"),
    "first_held": ("pending", "pending"),
    "all_held": ("pending", "pending"),
    "closed": ("comments_closed", "comments_closed"),
}
"""What becomes of a member's first comment and of a guest's."""


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Changes how the site discusses."""

    def change(**fields: Any) -> None:
        changed = replace(site.get(), comments=replace(site.get().comments, **fields))
        monkeypatch.setattr(site, "get", lambda: changed)

    return change


def became(reply: Reply) -> str:
    return str(reply.json["state"]) if reply.status == 201 else reply.code


def trace(stage: Stage, comment: Any) -> list[tuple[str, str, str]]:
    """What a moderator is shown of how a comment came to be as it is."""
    reply = stage.call("GET", f"/v1/moderation/comments/{comment['id']}", token=stage.token("moderator"))
    return [(entry["phase"], entry["decision"], entry["why"]) for entry in reply.json["trace"]]


def edit(stage: Stage, comment: Any, text: str, token: str = "", **headers: str) -> Reply:
    path = f"/v1/comments/{comment['id']}"
    proof = {"comment_token": comment["edit_token"]} if "edit_token" in comment else {}
    return stage.call("PATCH", path, {"text": text}, token=token, **proof, **headers)


def shown(stage: Stage, slug: str) -> list[str]:
    return [comment["text"] for comment in stage.call("GET", f"/v1/articles/{slug}/comments").json["comments"]]


# ---------------------------------------------------------------- modes


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("where", ["article", "section", "site"])
def test_a_mode_says_who_may_comment(stage: Stage, rules: Callable[..., None], where: str, mode: str) -> None:
    if where == "section":
        rules(sections={"politics": {"mode": mode}})
    if where == "site":
        rules(mode=mode)
    slug = stage.published(comments=mode if where == "article" else None)["slug"]
    member = stage.person("reader")
    found = became(stage.say(slug, member)), became(stage.say(slug, guest="Bo"))
    assert found == MODES[mode]
    assert stage.call("GET", f"/v1/articles/{slug}/comments").json["mode"] == mode
    assert len(shown(stage, slug)) == found.count("published")


def test_the_article_comes_before_the_section_and_the_section_before_the_site(
    stage: Stage, rules: Callable[..., None]
) -> None:
    rules(mode="closed", sections={"sports": {"mode": "all_held"}, "health": {"close_after_days": 9}})
    asked = [("sports", "open"), ("sports", None), ("politics", None), ("politics", "open"), ("health", None)]
    slugs = [stage.published(section=section, comments=mode)["slug"] for section, mode in asked]
    found = [became(stage.say(slug, guest="Bo")) for slug in slugs]
    assert found == ["published", "pending", "comments_closed", "published", "comments_closed"]


def test_a_rule_of_the_site_holds_at_once_for_what_is_published_already(
    stage: Stage, rules: Callable[..., None]
) -> None:
    slug = stage.published()["slug"]
    assert became(stage.say(slug, guest="Bo")) == "published"
    rules(mode="all_held")
    assert became(stage.say(slug, guest="Bo")) == "pending"


def test_an_article_changes_its_mode_when_it_is_published_again(stage: Stage) -> None:
    article = stage.published(comments="closed")
    saved = stage.save(article, {"comments": None}).json
    assert became(stage.say(article["slug"], guest="Bo")) == "comments_closed"
    stage.publish(saved)
    assert became(stage.say(article["slug"], guest="Bo")) == "published"


def test_closed_is_closed_to_moderators_too(stage: Stage) -> None:
    slug = stage.published(comments="closed")["slug"]
    assert became(stage.say(slug, stage.token("moderator"))) == "comments_closed"


def test_members_only_tells_a_guest_to_log_in(stage: Stage) -> None:
    reply = stage.say(stage.published(comments="members")["slug"], guest="Bo")
    assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "members_only", "Bearer")


# ---------------------------------------------------------------- closing


@pytest.mark.parametrize("where", ["article", "section", "site"])
def test_comments_close_days_after_publication(
    stage: Stage, rules: Callable[..., None], time: Clock, where: str
) -> None:
    if where == "section":
        rules(sections={"politics": {"close_after_days": 2}})
    if where == "site":
        rules(close_after_days=2)
    time.now = time.now.replace(microsecond=0)
    slug = stage.published(close_comments_after_days=2 if where == "article" else None)["slug"]
    time.forward(days=2, seconds=-1)
    first = stage.comment(slug)
    path = f"/v1/articles/{slug}/comments"
    assert stage.call("GET", path).json["mode"] == "open"
    time.forward(seconds=1)
    assert became(stage.say(slug, guest="Bo")) == "comments_closed"
    assert became(stage.say(slug, guest="Bo", to=first["id"])) == "comments_closed"
    assert edit(stage, first, "In other words").code == "comments_closed"
    thread = stage.call("GET", path).json
    assert (thread["mode"], [comment["id"] for comment in thread["comments"]]) == ("closed", [first["id"]])
    own = f"/v1/comments/{first['id']}"
    assert stage.call("DELETE", own, comment_token=first["edit_token"]).status == 204


def test_a_reader_who_polls_is_told_when_comments_close(stage: Stage, time: Clock) -> None:
    slug = stage.published(close_comments_after_days=1)["slug"]
    path = f"/v1/articles/{slug}/comments"
    etag = stage.call("GET", path).etag
    assert stage.call("GET", path, if_none_match=etag).status == 304
    time.forward(days=1)
    assert stage.call("GET", path, if_none_match=etag).json["mode"] == "closed"


def test_the_nearest_number_of_days_counts(stage: Stage, rules: Callable[..., None], time: Clock) -> None:
    rules(close_after_days=1, sections={"sports": {"close_after_days": 3}})
    asked = [("politics", None), ("sports", None), ("sports", 5), ("politics", 0)]
    slugs = [stage.published(section=section, close_comments_after_days=days)["slug"] for section, days in asked]

    def opened() -> list[bool]:
        return [stage.say(slug, guest="Bo").status == 201 for slug in slugs]

    assert opened() == [True, True, True, False]
    time.forward(days=1)
    assert opened() == [False, True, True, False]
    time.forward(days=2)
    assert opened() == [False, False, True, False]
    time.forward(days=2)
    assert opened() == [False, False, False, False]


def test_publishing_again_does_not_open_what_time_has_closed(stage: Stage, time: Clock) -> None:
    article = stage.published(close_comments_after_days=1)
    time.forward(days=1)
    editor = stage.person("editor")
    stage.publish(stage.save(article, {"headline": "Harbour bridge stays open"}, editor).json, editor)
    assert became(stage.say(article["slug"], guest="Bo")) == "comments_closed"


# ---------------------------------------------------------------- the form


def test_a_filled_trap_is_spam_and_does_not_say_so(stage: Stage) -> None:
    slug = stage.published()["slug"]
    held = stage.published(comments="all_held")["slug"]
    for token, guest in ((stage.person("reader"), ""), ("", "Bo")):
        told = stage.comment(slug, token, guest=guest, form={"website": "https://a.example"})
        pending = stage.comment(held, token, guest=guest)
        assert trace(stage, told) == [("form", "spam", "trap_filled")]
        assert told["state"] == pending["state"] == "pending"
        assert {name for name in told if told[name] is None} == {name for name in pending if pending[name] is None}
        for comment, text in ((told, "Other words"), (pending, "Other words")):
            edited = edit(stage, comment, text, token)
            assert (edited.status, edited.json["state"]) == (200, "pending")
        assert trace(stage, told) == [("form", "spam", "trap_filled")]
    assert shown(stage, slug) == []


def test_a_form_that_no_person_filled_in_is_held(stage: Stage, time: Clock) -> None:
    slug = stage.published()["slug"]
    for seconds, why in ((-30, "too_fast"), (1, "too_fast"), (2, ""), (80_000, ""), (90_000, "too_old")):
        opened = (time.now - timedelta(seconds=seconds)).isoformat()
        comment = stage.comment(slug, form={"opened_at": opened})
        expected = ("form", "pending", why) if why else ("passed", "published", "nothing_found")
        assert (comment["state"], trace(stage, comment)) == (expected[1], [expected])


# ---------------------------------------------------------------- words and links


WORDS_AND_LINKS = [
    ("Cheap VIAGRA here", ("words", "rejected", "reject:viagra")),
    ("Cheap vі**а**grа here", ("words", "rejected", "reject:viagra")),
    ("V 1 @ G R @", ("words", "rejected", "reject:viagra")),
    ("You can work-from-home!", ("words", "pending", "hold:work from home")),
    ("They work from homes in Niagara", ("passed", "published", "nothing_found")),
    ("https://a.example https://b.example", ("passed", "published", "nothing_found")),
    ("https://a.example [b](https://b.example) c.com", ("links", "pending", "3_links")),
    ("https://a.example/" + " https://a.example" * 30, ("links", "pending", "31_links")),
    ("viagra https://a.example https://b.example https://c.example", ("words", "rejected", "reject:viagra")),
]


def test_words_and_links_decide_and_say_why(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for text, decision in WORDS_AND_LINKS:
        comment = stage.comment(slug, text=text, guest="Bo")
        assert (comment["state"], trace(stage, comment)) == (decision[1], [decision])
        assert (text in shown(stage, slug)) == (decision[1] == "published")


def test_a_guest_cannot_carry_the_word_in_the_name(stage: Stage) -> None:
    slug = stage.published()["slug"]
    comment = stage.comment(slug, guest="Dr V!agra")
    assert trace(stage, comment) == [("words", "rejected", "reject:viagra")]


def test_the_sites_own_lists_and_limit_are_used(stage: Stage, rules: Callable[..., None]) -> None:
    rules(words={"hold": ["umbrella"]}, links=0)
    slug = stage.published()["slug"]
    for text, why in (("An Umbrella.", "hold:umbrella"), ("https://a.example", "1_links"), ("viagra", "nothing_found")):
        assert trace(stage, stage.comment(slug, text=text))[0][2] == why


# ---------------------------------------------------------------- held, first-timers, moderators


@pytest.mark.parametrize("name", ["quist", "edith", "ed1th", "еdith"])
def test_a_member_who_is_called_like_the_newsroom_is_looked_at(stage: Stage, name: str) -> None:
    stage.person("editor", "edith")
    slug = stage.published(byline=[{"name": "Quist"}])["slug"]
    comment = stage.comment(slug, stage.person("reader", name))
    assert trace(stage, comment)[-1] == ("names", "pending", "looks_like_staff")
    assert shown(stage, slug) == []


def test_staff_comment_under_their_own_names(stage: Stage) -> None:
    slug = stage.published(byline=[{"name": "Quist"}])["slug"]
    assert stage.comment(slug, stage.person("author", "quist"))["state"] == "published"


def test_where_all_are_held_even_a_known_member_is(stage: Stage) -> None:
    slug, member = stage.published(comments="all_held")["slug"], stage.person("reader")
    stage.moderate(stage.comment(slug, member), "approve")
    comment = stage.comment(slug, member)
    assert trace(stage, comment) == [("held", "pending", "all_are_held")]


def test_a_member_is_believed_once_a_moderator_has_approved_a_comment(stage: Stage) -> None:
    here, there = (stage.published(comments="first_held")["slug"] for _ in range(2))
    mara, ben = stage.person("reader", "mara"), stage.person("reader", "ben")
    first, second = stage.comment(here, mara), stage.comment(here, mara)
    assert trace(stage, first) == trace(stage, second) == [("first_timer", "pending", "first_comment")]
    stage.moderate(second, "reject")
    assert stage.comment(here, mara)["state"] == "pending"
    stage.moderate(first, "approve")
    assert [stage.comment(slug, mara)["state"] for slug in (here, there)] == ["published"] * 2
    assert stage.comment(here, ben)["state"] == "pending"


def test_a_guest_is_held_each_time(stage: Stage) -> None:
    slug = stage.published(comments="first_held")["slug"]
    stage.moderate(stage.comment(slug, guest="Bo"), "approve")
    again = stage.comment(slug, guest="Bo")
    assert trace(stage, again) == [("first_timer", "pending", "guest")]


def test_what_is_published_unseen_makes_nobody_known(stage: Stage) -> None:
    member = stage.person("reader")
    assert stage.comment(stage.published()["slug"], member)["state"] == "published"
    assert stage.comment(stage.published(comments="first_held")["slug"], member)["state"] == "pending"


@pytest.mark.parametrize("role", ["moderator", "admin"])
def test_moderators_are_believed(stage: Stage, role: Any) -> None:
    slug = stage.published(comments="all_held")["slug"]
    text = "viagra https://a.example https://b.example https://c.example"
    comment = stage.comment(slug, stage.token(role), text, form={"website": "x"})
    assert trace(stage, comment) == [("role", "published", role)]
    assert shown(stage, slug) == [text]


def test_other_staff_go_through_the_phases_like_everybody(stage: Stage) -> None:
    slug = stage.published(comments="first_held")["slug"]
    for role in ("contributor", "author", "editor"):
        assert stage.comment(slug, stage.token(role))["state"] == "pending"


def test_an_entry_of_the_trace_says_when_and_a_moderators_who(stage: Stage, time: Clock) -> None:
    comment = stage.comment(stage.published(comments="all_held")["slug"])
    time.forward(minutes=1)
    first, second = stage.moderate(comment, "approve")["trace"]
    assert (first["by"], first["at"]) == (None, comment["posted_at"])
    me = stage.call("GET", "/v1/me", token=stage.token("moderator")).json["id"]
    assert (second["phase"], second["decision"], second["why"], second["by"]) == (
        "moderator",
        "published",
        "approve",
        me,
    )
    assert second["at"] > first["at"]


# ---------------------------------------------------------------- edits


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("Now work from home", ("words", "pending", "hold:work from home")),
        ("Now viagra", ("words", "rejected", "reject:viagra")),
        ("a.com b.com c.com", ("links", "pending", "3_links")),
    ],
)
def test_an_edit_goes_through_the_phases_again(stage: Stage, text: str, decision: tuple[str, str, str]) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    for comment, token in ((stage.comment(slug, member), member), (stage.comment(slug, guest="Bo"), "")):
        assert edit(stage, comment, text, token).json["state"] == decision[1]
        assert trace(stage, comment) == [("passed", "published", "nothing_found"), decision]
    assert shown(stage, slug) == []
    assert text not in str(stage.items("SiteTable"))


def test_a_harmless_edit_stays_public_and_adds_nothing_to_the_trace(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    assert edit(stage, comment, "In other words", member).json["state"] == "published"
    assert trace(stage, comment) == [("passed", "published", "nothing_found")]
    assert shown(stage, slug) == ["In other words"]


def test_an_approved_comment_that_is_edited_goes_back_to_the_queue_where_all_are_held(stage: Stage) -> None:
    slug, member = stage.published(comments="all_held")["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    stage.moderate(comment, "approve")
    assert edit(stage, comment, "Something else", member).json["state"] == "pending"
    assert trace(stage, comment)[-1] == ("held", "pending", "all_are_held")
    queue = stage.call("GET", "/v1/moderation/comments", token=stage.token("moderator")).json["items"]
    assert [item["text"] for item in queue] == ["Something else"]
    assert shown(stage, slug) == []
    stage.moderate(comment, "approve")
    assert shown(stage, slug) == ["Something else"]


def test_where_first_ones_are_held_a_known_members_edit_is_believed_and_a_guests_is_not(stage: Stage) -> None:
    slug, member = stage.published(comments="first_held")["slug"], stage.person("reader")
    known, guest = stage.comment(slug, member), stage.comment(slug, guest="Bo")
    for comment in (known, guest):
        stage.moderate(comment, "approve")
    assert edit(stage, known, "From a member", member).json["state"] == "published"
    assert edit(stage, guest, "From a guest").json["state"] == "pending"


def test_an_edit_frees_nothing_that_is_held_and_leaves_what_was_found_in_the_trace(stage: Stage) -> None:
    slug = stage.published()["slug"]
    comment = stage.comment(slug, text="a.com b.com c.com")
    for text in ("Harmless", "Now viagra", "Now viagra again", "Harmless again"):
        assert edit(stage, comment, text).json["state"] == "pending"
    assert trace(stage, comment) == [("links", "pending", "3_links"), ("words", "pending", "reject:viagra")]
    assert shown(stage, slug) == []


@pytest.mark.parametrize("action", ["hide", "reject"])
def test_what_a_moderator_took_down_is_not_edited(stage: Stage, action: str) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    stage.moderate(comment, action)
    assert edit(stage, comment, "Again", member).code == "edit_ended"


def test_spam_that_a_moderator_found_looks_pending_to_its_writer(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    stage.moderate(comment, "spam")
    assert edit(stage, comment, "Again", member).json["state"] == "pending"
    mine = stage.call("GET", "/v1/me/comments", token=member).json["items"]
    assert [(item["state"], item["text"]) for item in mine] == [("pending", "Again")]
    assert trace(stage, comment)[-1] == ("moderator", "spam", "spam")
    assert shown(stage, slug) == []
