"""Bans: by account, or by the network a guest wrote from; each has an end or is for good, is listed, and can be lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import moderation

if TYPE_CHECKING:
    from datetime import datetime

    from broadsheet.roles import Person
    from broadsheet.table import Write

    from tests.conftest import Clock
    from tests.stage import Reply, Stage

BANS = "/v1/moderation/bans"
NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
HOME, NEXT_DOOR, ELSEWHERE = "198.51.100.7", "198.51.100.200", "192.0.2.9"


def ban(stage: Stage, **given: Any) -> Any:
    reply = asked(stage, **given)
    assert reply.status == 201, reply.text
    return reply.json


def asked(stage: Stage, **given: Any) -> Reply:
    return stage.call("POST", BANS, given, token=stage.person("moderator"))


def listed(stage: Stage, **query: Any) -> Any:
    return stage.call("GET", BANS, token=stage.person("moderator"), query=query).json


def lift(stage: Stage, ban_id: str) -> Reply:
    return stage.call("DELETE", f"{BANS}/{ban_id}", token=stage.person("moderator"))


def became(reply: Reply) -> str:
    return str(reply.json["state"]) if reply.status == 201 else reply.code


# ---------------------------------------------------------------- members


def test_a_banned_member_neither_reacts_nor_reports_but_takes_a_reaction_back(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    own, other = stage.comment(slug, member), stage.comment(slug)
    path = f"/v1/comments/{other['id']}"
    assert stage.call("PUT", f"{path}/reaction", {"kind": "like"}, token=member).status == 200
    ban(stage, comment_id=own["id"])
    assert stage.call("PUT", f"{path}/reaction", {"kind": "funny"}, token=member).code == "banned"
    assert stage.call("POST", f"{path}/reports", {"reason": "spam"}, token=member).code == "banned"
    assert stage.call("DELETE", f"{path}/reaction", token=member).status == 204


def test_a_banned_member_neither_comments_nor_edits_but_may_delete(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    first, other = stage.comment(slug, member), stage.comment(slug)
    ban(stage, comment_id=first["id"])
    reply = stage.say(slug, member)
    assert (reply.status, reply.code) == (403, "banned")
    assert became(stage.say(slug, member, to=other["id"])) == "banned"
    assert became(stage.say(stage.published()["slug"], member)) == "banned"
    path = f"/v1/comments/{first['id']}"
    assert stage.call("PATCH", path, {"text": "Otherwise"}, token=member).code == "banned"
    assert len(stage.thread(slug)["comments"]) == 2
    assert stage.call("DELETE", path, token=member).status == 204


def test_a_ban_is_for_one_account_alone(stage: Stage) -> None:
    slug, member, other = stage.published()["slug"], stage.person("reader"), stage.person("reader")
    ban(stage, comment_id=stage.comment(slug, member)["id"])
    assert [became(reply) for reply in (stage.say(slug, other), stage.say(slug, guest="Bo"))] == ["published"] * 2


def test_an_account_is_banned_by_its_id(stage: Stage) -> None:
    slug, account = stage.published()["slug"], stage.registered("mara@paper.org")
    given = ban(stage, account_id=account["id"].lower(), reason="Sells things")
    assert (given["kind"], given["account_id"], given["comment_id"]) == ("account", account["id"], None)
    assert became(stage.say(slug, stage.log_in("mara@paper.org").json["token"])) == "banned"


def test_a_ban_of_a_member_is_for_good_unless_it_says_otherwise(stage: Stage, time: Clock) -> None:
    slug, account = stage.published()["slug"], stage.registered("mara@paper.org")
    assert ban(stage, account_id=account["id"])["until"] is None
    time.forward(days=4000)
    assert became(stage.say(slug, stage.log_in("mara@paper.org").json["token"])) == "banned"


def test_a_ban_ends_by_itself(stage: Stage, time: Clock) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    given = ban(stage, comment_id=stage.comment(slug, member)["id"], days=2)
    time.forward(days=2, milliseconds=-1)
    assert became(stage.say(slug, member)) == "banned"
    time.forward(milliseconds=1)
    assert became(stage.say(slug, member)) == "published"
    assert [item["until"] for item in listed(stage)["items"]] == [given["until"]]


def test_whose_comment_was_deleted_can_still_be_banned(stage: Stage) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    assert stage.call("DELETE", f"/v1/comments/{comment['id']}", token=member).status == 204
    ban(stage, comment_id=comment["id"])
    assert became(stage.say(slug, member)) == "banned"


# ---------------------------------------------------------------- guests


def test_a_banned_network_is_closed_to_guests_but_not_to_members(stage: Stage) -> None:
    slug = stage.published()["slug"]
    comment = stage.comment(slug, guest="Bo", address=HOME)
    given = ban(stage, comment_id=comment["id"])
    assert (given["kind"], given["account_id"], given["comment_id"]) == ("network", None, comment["id"])
    assert became(stage.say(slug, guest="Bo", address=HOME)) == "banned"
    assert became(stage.say(slug, guest="Somebody else", address=NEXT_DOOR)) == "banned"
    assert became(stage.say(slug, guest="Bo", address=ELSEWHERE)) == "published"
    assert became(stage.say(slug, stage.person("reader"), address=HOME)) == "published"
    path = f"/v1/comments/{comment['id']}"
    proof = {"comment_token": comment["edit_token"], "address": HOME}
    assert stage.call("PATCH", path, {"text": "Otherwise"}, **proof).code == "banned"
    assert stage.call("DELETE", path, **proof).status == 204


@pytest.mark.parametrize(
    ("same", "other"), [("2001:db8:1:2ff::1", "2001:db8:1:300::1"), ("2001:db8:1:200:ffff::9", "2001:db8:2::1")]
)
def test_a_network_of_ipv6_is_what_one_home_has(stage: Stage, same: str, other: str) -> None:
    slug = stage.published()["slug"]
    ban(stage, comment_id=stage.comment(slug, guest="Bo", address="2001:db8:1:200::5")["id"])
    assert became(stage.say(slug, guest="Bo", address=same)) == "banned"
    assert became(stage.say(slug, guest="Bo", address=other)) == "published"


@pytest.mark.parametrize(("days", "holds"), [(None, 30), (400, 30), (3, 3)])
def test_a_networks_ban_ends_after_a_month_at_most(stage: Stage, time: Clock, days: int | None, holds: int) -> None:
    slug = stage.published()["slug"]
    comment = stage.comment(slug, guest="Bo", address=HOME)
    ban(stage, comment_id=comment["id"], **({"days": days} if days else {}))
    time.forward(days=holds, milliseconds=-1)
    assert became(stage.say(slug, guest="Bo", address=HOME)) == "banned"
    time.forward(milliseconds=1)
    assert became(stage.say(slug, guest="Bo", address=HOME)) == "published"


def test_after_a_month_nobody_knows_from_where_a_guest_wrote(stage: Stage, time: Clock) -> None:
    comment = stage.comment(stage.published()["slug"], guest="Bo", address=HOME)
    time.forward(days=30)
    assert asked(stage, comment_id=comment["id"]).code == "not_found"


def test_no_address_is_told_or_kept_with_a_ban(stage: Stage) -> None:
    comment = stage.comment(stage.published()["slug"], guest="Bo", address=HOME)
    told = [ban(stage, comment_id=comment["id"]), listed(stage), stage.items("DeskTable"), stage.items("SiteTable")]
    assert "198.51.100" not in str(told)


# ---------------------------------------------------------------- listed and lifted


def test_bans_are_listed_newest_first_page_by_page(stage: Stage, time: Clock) -> None:
    slug, made = stage.published()["slug"], []
    for n in range(5):
        time.forward(seconds=1)
        member = stage.person("reader") if n % 2 else ""
        comment = stage.comment(slug, member, address=f"192.0.{n}.1")
        made.insert(0, ban(stage, comment_id=comment["id"], reason=f"No. {n}", days=n + 1))
    found, cursor = [], ""
    while not found or cursor:
        page = listed(stage, limit=2, **({"cursor": cursor} if cursor else {}))
        found, cursor = found + page["items"], page["next_cursor"]
    assert found == made
    assert [item["kind"] for item in found] == ["network", "account"] * 2 + ["network"]
    assert stage.call("GET", BANS, token=stage.token("moderator"), query={"cursor": "x"}).code == "bad_cursor"


@pytest.mark.parametrize("who", ["member", "guest"])
def test_a_lifted_ban_holds_no_more(stage: Stage, who: str) -> None:
    slug, token = stage.published()["slug"], stage.person("reader") if who == "member" else ""
    guest = "" if token else "Bo"
    given = ban(stage, comment_id=stage.comment(slug, token, guest=guest)["id"])
    assert became(stage.say(slug, token, guest=guest)) == "banned"
    assert lift(stage, given["id"]).status == 204
    assert became(stage.say(slug, token, guest=guest)) == "published"
    assert listed(stage)["items"] == []
    for gone in (given["id"], NOBODY, "x"):
        assert lift(stage, gone).code == "not_found"


def test_a_second_ban_takes_the_place_of_the_first(stage: Stage, time: Clock) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    comment = stage.comment(slug, member)
    first = ban(stage, comment_id=comment["id"], days=1)
    time.forward(minutes=1)
    second = ban(stage, account_id=first["account_id"], days=3)
    assert listed(stage)["items"] == [second]
    assert lift(stage, first["id"]).code == "not_found"
    time.forward(days=2)
    assert became(stage.say(slug, member)) == "banned"
    assert lift(stage, second["id"]).status == 204
    assert became(stage.say(slug, member)) == "published"


def test_who_lifts_a_ban_does_not_lift_one_that_takes_its_place_meanwhile(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, member = stage.published()["slug"], stage.person("reader")
    first = ban(stage, comment_id=stage.comment(slug, member)["id"])
    audited, other = moderation._audited, stage.token("moderator")

    def banned_again(about: dict[str, str], action: str, by: Person, at: datetime) -> Write:
        if action == "lift ban":
            stage.call("POST", BANS, {"account_id": first["account_id"]}, token=other)
        return audited(about, action, by, at)

    with monkeypatch.context() as patch:
        patch.setattr(moderation, "_audited", banned_again)
        stage.judges = stage.judges[:1]  # the ban in its midst counts into the lifting's calls
        assert lift(stage, first["id"]).code == "not_found"
    assert became(stage.say(slug, member)) == "banned"
    assert len(listed(stage)["items"]) == 1


def test_the_audit_says_who_banned_and_who_lifted(stage: Stage, time: Clock) -> None:
    comment = stage.comment(stage.published()["slug"])
    given = ban(stage, comment_id=comment["id"])
    time.forward(milliseconds=1)
    lift(stage, given["id"])
    query = {"day": time.now.strftime("%Y-%m-%d")}
    rows = stage.call("GET", "/v1/admin/audit", token=stage.token("admin"), query=query).json["items"]
    told = [(row["action"], row["ban"]) for row in rows if row["ban"]]
    assert told == [("lift ban", given["id"]), ("ban writer", given["id"])]
    assert given["by"] in {row["who"] for row in rows}


# ---------------------------------------------------------------- wrong ones


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "comment_id"),
        ({"comment_id": NOBODY, "account_id": NOBODY}, "comment_id"),
        ({"comment_id": "x"}, "comment_id"),
        ({"account_id": NOBODY, "days": 0}, "days"),
        ({"account_id": NOBODY, "days": 4000}, "days"),
        ({"account_id": NOBODY, "until": "2026-03-01"}, "until"),
        ({"account_id": NOBODY, "reason": "x" * 301}, "reason"),
    ],
)
def test_a_ban_names_one_writer_and_a_sensible_time(stage: Stage, given: dict[str, Any], field: str) -> None:
    reply = asked(stage, **given)
    assert (reply.status, list(reply.fields)) == (422, [field])


def test_the_writer_of_no_comment_cannot_be_banned(stage: Stage) -> None:
    assert asked(stage, comment_id=NOBODY).code == "not_found"
