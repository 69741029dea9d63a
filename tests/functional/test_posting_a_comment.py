"""Posting: by members and guests, as an answer or not, under names that are nobody else's, and once however often it is sent."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, observability, remarks

from tests.stage import Reply, article

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

GUESTS_ADDRESS = "bob.secret@paper.org"
ELSEWHERE = "192.0.2.77"


def only(thread: Any) -> Any:
    """The one root of a thread."""
    (root,) = thread["comments"]
    return root


# ---------------------------------------------------------------- who, and what is told


def test_a_posted_comment_is_listed_and_counted(stage: Stage) -> None:
    slug = stage.published()["slug"]
    reply = stage.say(slug, stage.member("mara@paper.org", name="Mara Lind"), "Hello **there**")
    told = reply.json
    assert (reply.status, reply.headers["location"]) == (201, f"/v1/comments/{told['id']}")
    assert reply.headers["cache-control"] == "no-store"
    assert told["author"] == {"name": "Mara Lind", "member": True, "staff": False}
    assert (told["parent_id"], told["depth"], told["state"], told["edited_at"]) == (None, 0, "published", None)
    assert (told["text"], told["html"]) == ("Hello **there**", '<p dir="auto">Hello <strong>there</strong></p>')
    assert told["article"] == {"slug": slug, "headline": article()["headline"]}
    assert "edit_token" not in told
    listed = only(stage.thread(slug))
    assert {name: listed[name] for name in listed.keys() & told.keys()} == {
        name: told[name] for name in listed.keys() & told.keys()
    }
    assert (listed["reply_count"], listed["replies"], listed["replies_cursor"], listed["reactions"]) == (
        0,
        [],
        None,
        {},
    )
    assert stage.read(slug).json["comment_count"] == stage.thread(slug)["comment_count"] == 1


def test_a_guest_needs_no_more_than_a_name(stage: Stage) -> None:
    slug = stage.published()["slug"]
    told = stage.comment(slug, guest="  Bob \n of\tthe  Hill ")
    assert told["author"] == {"name": "Bob of the Hill", "member": False, "staff": False}
    assert len(told["edit_token"]) >= 43
    assert "edit_token" not in only(stage.thread(slug))


def test_staff_are_marked_as_such(stage: Stage) -> None:
    slug = stage.published()["slug"]
    assert stage.comment(slug, stage.token("author"))["author"] == {"name": "Author", "member": True, "staff": True}


def test_a_reply_names_its_parent_and_stands_below_it(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = stage.comment(slug, guest="Bob")
    answer = stage.comment(slug, stage.person("reader"), to=root["id"].lower())
    assert (answer["parent_id"], answer["depth"]) == (root["id"], 1)
    listed = only(stage.thread(slug))
    assert [reply["id"] for reply in listed["replies"]] == [answer["id"]]
    assert (listed["reply_count"], stage.read(slug).json["comment_count"]) == (1, 2)


def test_who_is_neither_logged_in_nor_gives_a_name_is_asked_for_one(stage: Stage) -> None:
    slug = stage.published()["slug"]
    reply = stage.say(slug)
    assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "not_logged_in", "Bearer")
    assert stage.say(slug, "no-such-session", guest="Bob").code == "not_logged_in"


def test_a_session_that_has_ended_posts_nothing(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    stage.call("POST", "/v1/logout", {}, token=token)
    assert stage.say(slug, token).status == 401
    assert stage.thread(slug)["comments"] == []


def test_a_member_comments_under_no_other_name(stage: Stage) -> None:
    reply = stage.say(stage.published()["slug"], stage.person("reader"), guest="Somebody Else")
    assert (reply.status, reply.fields) == (422, {"guest": "not_for_members"})


# ---------------------------------------------------------------- what may be sent


NOT_THE_WRITERS = [
    "id",
    "author",
    "name",
    "account",
    "staff",
    "state",
    "html",
    "posted_at",
    "depth",
    "reactions",
    "version",
]


def test_what_is_not_the_writers_to_say_is_refused(stage: Stage) -> None:
    slug = stage.published()["slug"]
    reply = stage.say(slug, guest="Bob", form=dict.fromkeys(NOT_THE_WRITERS, "published"))
    assert (reply.status, reply.fields) == (422, dict.fromkeys(NOT_THE_WRITERS, "unknown_field"))
    nested = stage.say(slug, form={"guest": {"name": "Bob", "member": True}})
    assert nested.fields == {"guest.member": "unknown_field"}


def test_a_text_has_something_to_see_and_at_most_two_thousand_characters(stage: Stage) -> None:
    slug = stage.published()["slug"]
    cases = {
        " \n\t ": "required",
        "\u200b\u202e\ufeff": "required",
        "&#x200b;&#x2060;": "required",
        "&#x3164;": "required",
        "x" * 2_001: "too_long",
        "x" * 20_000: "too_long",
    }
    for text, code in cases.items():
        reply = stage.say(slug, text=text, guest="Bob")
        assert (reply.status, reply.fields) == (422, {"text": code}), text[:20]
    longest = stage.comment(slug, text="🙂" * remarks.LONGEST)
    assert longest["text"] == "🙂" * 2_000
    padded = stage.comment(slug, text=f"  {'y' * 2_000}\u200b\n\n")
    assert padded["text"] == "y" * 2_000


def test_a_name_and_an_address_are_such(stage: Stage) -> None:
    slug = stage.published()["slug"]
    cases = [
        ({"name": "\u200b "}, {"guest.name": "required"}),
        ({"name": "x" * 61}, {"guest.name": "too_long"}),
        ({"name": "Bob", "email": "no address"}, {"guest.email": "bad_email"}),
        ({"email": GUESTS_ADDRESS}, {"guest.name": "required"}),
    ]
    for guest, wrong in cases:
        reply = stage.say(slug, form={"guest": guest})
        assert (reply.status, reply.fields) == (422, wrong)


def test_everything_that_is_wrong_with_a_guests_comment_is_said_at_once(stage: Stage) -> None:
    slug = stage.published()["slug"]
    given = {"text": " ", "guest": {"name": "", "email": "no address"}, "parent_id": "x"}
    reply = stage.call("POST", f"/v1/articles/{slug}/comments", given)
    assert reply.fields == {
        "text": "required",
        "guest.name": "required",
        "guest.email": "bad_email",
        "parent_id": "bad_id",
    }


def test_what_turns_or_hides_letters_is_stored_and_shown_without(stage: Stage) -> None:
    slug = stage.published()["slug"]
    told = stage.comment(slug, text="see \u202egpj.exe\u202c\u200b now", guest="Bo\u202eb\u2066")
    assert (told["text"], told["author"]["name"]) == ("see gpj.exe now", "Bob")
    assert only(stage.thread(slug))["html"] == '<p dir="auto">see gpj.exe now</p>'


def test_html_in_a_text_is_text(stage: Stage) -> None:
    slug = stage.published()["slug"]
    told = stage.comment(slug, text="<script>alert(1)</script> [x](javascript:alert(2)) [y](https://y.example)")
    assert told["html"] == (
        '<p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(2)) '
        '<a href="https://y.example" rel="nofollow ugc noopener">y</a></p>'
    )


# ---------------------------------------------------------------- where


def test_only_what_is_shown_under_the_same_article_can_be_answered(stage: Stage) -> None:
    slug, other = stage.published()["slug"], stage.published()["slug"]
    held = stage.published(comments="all_held")["slug"]
    elsewhere, deleted = stage.comment(other), stage.comment(slug)
    stage.call("DELETE", f"/v1/comments/{deleted['id']}", comment_token=deleted["edit_token"])
    hidden = stage.comment(slug)
    stage.moderate(hidden, "hide")
    pending = stage.comment(held)
    unknown = "0" * 26
    for where, to in [
        (slug, elsewhere["id"]),
        (slug, deleted["id"]),
        (slug, hidden["id"]),
        (held, pending["id"]),
        (slug, unknown),
    ]:
        reply = stage.say(where, guest="Bob", to=to)
        assert (reply.status, reply.fields) == (422, {"parent_id": "unknown_comment"})
    assert stage.say(slug, guest="Bob", to="the first one").fields == {"parent_id": "bad_id"}


def test_stale_words_of_a_slug_lead_to_the_same_thread(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stale = f"what-it-was-called-before-{slug.rpartition('-')[2]}"
    told = stage.comment(stale, guest="Bob")
    assert told["article"]["slug"] == slug
    assert only(stage.thread(stale))["id"] == only(stage.thread(slug))["id"] == told["id"]


@pytest.mark.parametrize("slug", ["no-such-article-00000000", "nothing", "-"])
def test_under_an_unknown_article_there_is_nothing(stage: Stage, slug: str) -> None:
    listed = stage.call("GET", f"/v1/articles/{slug}/comments")
    assert (listed.status, listed.code) == (404, "not_found")
    assert (stage.say(slug, guest="Bob").status, stage.say(slug, stage.person("reader")).code) == (404, "not_found")


def test_a_draft_and_an_embargoed_article_have_no_thread(stage: Stage, time: Clock) -> None:
    draft, tomorrow = stage.draft(), clock.stamp(time.now + timedelta(days=1))
    later = stage.publish(stage.draft(), publish_at=tomorrow)
    for slug in (draft["slug"], later["slug"]):
        assert stage.say(slug, guest="Bob").status == 404
        assert stage.call("GET", f"/v1/articles/{slug}/comments").status == 404


def test_with_a_withdrawn_article_its_thread_is_gone_until_it_comes_back(stage: Stage) -> None:
    published = stage.published()
    slug, told = published["slug"], stage.comment(published["slug"])
    withdrawn = stage.act(published, "unpublish", {}).json
    listed = stage.call("GET", f"/v1/articles/{slug}/comments")
    assert (listed.status, listed.code) == (410, "withdrawn")
    refused = stage.say(slug, guest="Bob")
    assert (refused.status, refused.code) == (410, "withdrawn")
    stage.publish(withdrawn)
    assert only(stage.thread(slug))["id"] == told["id"]
    assert stage.comment(slug)["state"] == "published"


# ---------------------------------------------------------------- names


LIKE_NORA_VALE = [
    "Nora Vale",
    "NORA VALE",
    "nora.vale",
    "N-o-r-a  V_a_l_e",
    "Nórà Vâle",
    "Nоrа Vаlе",  # Cyrillic
    "Nοrα Vαle",  # Greek
    "N0ra Va1e",
    "N0r4 V4|3",
    "Ｎｏｒａ Ｖａｌｅ",
    "𝓝𝓸𝓻𝓪 𝕍𝕒𝕝𝕖",
    "No\u200bra Va\u00adle",
    "Nora Vale \u2066",
]


def test_no_guest_is_called_like_one_of_the_staff(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stage.call("PATCH", "/v1/me", {"display_name": "Nora Vale"}, token=stage.token("moderator"))
    for name in LIKE_NORA_VALE:
        reply = stage.say(slug, guest=name)
        assert (reply.status, reply.fields) == (422, {"guest.name": "name_taken"}), name
    for name in ("Nora", "Nora Valentine", "Vale Nora", "Moderata"):
        assert stage.comment(slug, guest=name)["author"]["name"] == name
    assert stage.thread(slug)["comment_count"] == 4


def test_no_guest_is_called_like_who_wrote_the_article(stage: Stage) -> None:
    byline = [{"name": "Ada Quist", "slug": "ada-quist"}, {"name": "Émile Ölander"}]
    slug, other = stage.published(byline=byline)["slug"], stage.published(byline=[{"name": "Nobody Else"}])["slug"]
    for name in ("ada quist", "Аda Quist", "Ad4 Qu1st", "A d a Quist", "emile olander", "Éмile Ölаnder"):
        reply = stage.say(slug, guest=name)
        assert (reply.status, reply.fields) == (422, {"guest.name": "name_taken"}), name
        assert stage.comment(other, guest=name)["author"]["name"] == name


def test_a_name_is_free_again_when_nobody_of_the_staff_has_it(stage: Stage) -> None:
    slug = stage.published()["slug"]
    account = stage.registered("vale@paper.org", name="Nora Vale")
    assert stage.comment(slug, guest="Nora Vale")["state"] == "published"
    people = f"/v1/admin/accounts/{account['id']}"
    stage.call("PATCH", people, {"role": "author"}, token=stage.token("admin"))
    assert stage.say(slug, guest="Nora Vale").code == "invalid"
    stage.call("PATCH", people, {"role": "reader"}, token=stage.token("admin"))
    assert stage.comment(slug, guest="Nora Vale")["state"] == "published"


def test_two_of_the_staff_with_one_name_hold_it_both(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for role in ("author", "moderator"):
        stage.call("PATCH", "/v1/me", {"display_name": "Nora Vale"}, token=stage.token(role))
    stage.call("PATCH", "/v1/me", {"display_name": "Nora Vale-Lind"}, token=stage.token("author"))
    assert stage.say(slug, guest="Nora Vale").code == "invalid"


# ---------------------------------------------------------------- what a guest leaves behind


def test_a_guests_address_is_shown_nowhere(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    for handler in observability.logger().handlers:
        monkeypatch.setattr(handler, "stream", log)
    slug = stage.published()["slug"]
    told = stage.comment(slug, guest="Bob", email=GUESTS_ADDRESS.upper())
    stage.say(slug, guest="Bob", email=GUESTS_ADDRESS, text="Hello", idempotency_key="k")
    stage.say(slug, guest="Bob", email=GUESTS_ADDRESS, text="Hello")  # refused, and logged
    comment, token = f"/v1/comments/{told['id']}", {"comment_token": told["edit_token"]}
    stage.call("GET", comment, **token)
    stage.call("PATCH", comment, {"text": "Other words"}, **token)
    stage.thread(slug)
    stage.call("GET", f"{comment}/replies")
    stage.call("GET", comment)
    moderator = stage.token("moderator")
    for path in ("/v1/moderation/comments", comment.replace("/v1", "/v1/moderation")):
        stage.call("GET", path, token=moderator)
    stage.moderate(told, "hide")
    elsewhere = [item for name in stage.template.tables if name != "AccountsTable" for item in stage.items(name)]
    for seen in (*(reply.text for reply in stage.replies), log.getvalue(), str(elsewhere)):
        assert "secret" not in seen.lower()
    assert "duplicate_comment" in log.getvalue()
    assert [item["email"] for item in stage.items("AccountsTable") if item["entity"] == "guest"] == [GUESTS_ADDRESS] * 2
    stage.call("DELETE", comment, **token)
    left = [item for item in stage.items("AccountsTable") if item["pk"] == f"GUEST#{told['id']}"]
    assert "secret" not in str(left)


def test_nothing_that_opens_a_guests_token_is_stored(stage: Stage) -> None:
    slug = stage.published()["slug"]
    once = stage.comment(slug, guest="Bob")["edit_token"]
    again = stage.comment(slug, guest="Bob", idempotency_key="tunnel-under-the-hill")["edit_token"]
    stage.settle()
    stored = json.dumps(stage.everything(), default=repr)
    for secret in (once, again, "tunnel-under-the-hill"):
        assert secret not in stored


# ---------------------------------------------------------------- once, however often it is sent


def sent(stage: Stage, slug: str, key: str = "k1", text: str = "From a tunnel", **others: Any) -> Reply:
    return stage.say(slug, others.pop("token", ""), text, idempotency_key=key, **others)


def test_a_repetition_gets_the_same_comment_and_posts_nothing(stage: Stage) -> None:
    slug, token = stage.published()["slug"], stage.person("reader")
    first, again = sent(stage, slug, token=token), sent(stage, slug, token=token)
    assert (again.status, again.json, again.headers) == (201, first.json, first.headers)
    assert stage.thread(slug)["comment_count"] == 1


def test_a_guests_repetition_gets_the_same_edit_token(stage: Stage) -> None:
    slug = stage.published()["slug"]
    first, again = sent(stage, slug, guest="Bob"), sent(stage, slug, guest="Bob")
    assert again.json == first.json
    assert len(again.json["edit_token"]) >= 43
    edited = stage.call(
        "PATCH", first.headers["location"], {"text": "Out again"}, comment_token=again.json["edit_token"]
    )
    assert edited.status == 200
    assert stage.thread(slug)["comment_count"] == 1


def test_two_guests_with_one_key_get_two_tokens(stage: Stage) -> None:
    slug, other = stage.published()["slug"], stage.published()["slug"]
    replies = [
        sent(stage, slug, guest="Bob"),
        sent(stage, slug, guest="Bob", address=ELSEWHERE),
        sent(stage, other, guest="Bob"),
    ]
    assert len({reply.json["id"] for reply in replies}) == len({reply.json["edit_token"] for reply in replies}) == 3


def test_a_repetition_is_answered_whatever_has_changed_meanwhile(stage: Stage, time: Clock) -> None:
    published = stage.published()
    slug, member = published["slug"], stage.person("reader")
    first = sent(stage, slug, guest="Bob")
    of_member = sent(stage, slug, token=member)
    for _ in range(9):
        stage.comment(slug, member)
    assert stage.say(slug, member).status == 429
    closed = stage.publish(stage.save(published, {"comments": "closed"}).json)
    assert closed["slug"] == slug
    stage.call("POST", "/v1/moderation/bans", {"comment_id": first.json["id"]}, token=stage.token("moderator"))
    assert stage.say(slug, guest="Bob").code == "comments_closed"
    again = sent(stage, slug, guest="Bob")
    assert (again.status, again.json) == (201, first.json)
    assert sent(stage, slug, token=member).json == of_member.json
    stage.call("DELETE", first.headers["location"], comment_token=again.json["edit_token"])
    late = sent(stage, slug, guest="Bob").json
    assert (late["id"], late["state"], late["text"]) == (first.json["id"], "deleted", "")
    assert late["edit_token"] == first.json["edit_token"]


def test_another_body_under_the_same_key_is_refused(stage: Stage) -> None:
    slug = stage.published()["slug"]
    root = sent(stage, slug, guest="Bob").json
    for others in ({"text": "Other words"}, {"guest": "Rob"}, {"to": root["id"]}):
        reply = sent(stage, slug, **{"guest": "Bob", **others})
        assert (reply.status, reply.code) == (422, "idempotency_conflict")
    assert stage.thread(slug)["comment_count"] == 1


def test_a_refused_comment_leaves_its_key_free(stage: Stage) -> None:
    slug = stage.published()["slug"]
    assert sent(stage, slug, text="\u200b", guest="Bob").status == 422
    assert sent(stage, slug, guest="Ada Quist").status == 422
    assert sent(stage, slug, guest="Bob").status == 201


def test_a_key_is_good_for_a_day(stage: Stage, time: Clock) -> None:
    slug = stage.published()["slug"]
    first = sent(stage, slug, guest="Bob").json
    time.forward(hours=23, minutes=59)
    assert sent(stage, slug, guest="Bob").json["id"] == first["id"]
    time.forward(minutes=2)
    assert sent(stage, slug, guest="Bob").json["id"] != first["id"]


def test_a_key_is_printable_and_short(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for key in ("", "x" * 256, "tab\there"):
        reply = sent(stage, slug, key=key, guest="Bob")
        assert (reply.status, reply.code) == (400, "bad_idempotency_key")
