"""What an erased member leaves in discussions: comments become nobody's or go, with their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stage import PASSWORD

if TYPE_CHECKING:
    from tests.stage import Stage

MARA = "mara@paper.org"


class Left:
    """A member with an answered comment, one without an answer, a held one, and a reaction; then erased."""

    def __init__(self, stage: Stage, choice: str) -> None:
        self.slug = stage.published()["slug"]
        self.token = stage.member(MARA, name="Mara Lind")
        self.answered = stage.comment(self.slug, self.token, "First of Mara")["id"]
        self.alone = stage.comment(self.slug, self.token, "Second of Mara")["id"]
        self.held = stage.comment(self.slug, self.token, "https://a.example https://b.example https://c.example")["id"]
        self.others = stage.comment(self.slug, to=self.answered)["id"]
        stage.call("PUT", f"/v1/comments/{self.others}/reaction", {"kind": "like"}, token=self.token)
        stage.settle()
        self.export = stage.call("GET", "/v1/me/export", token=self.token).json
        erased = stage.call("POST", "/v1/me/erase", {"password": PASSWORD, "comments": choice}, token=self.token)
        assert erased.status == 202
        stage.settle()
        self.thread = stage.thread(self.slug)

    def comment(self, comment_id: str) -> Any:
        return next((one for one in self.thread["comments"] if one["id"] == comment_id), None)


def test_the_export_holds_what_a_member_wrote_and_how_they_reacted(stage: Stage) -> None:
    left = Left(stage, "anonymise")
    assert {one["id"] for one in left.export["comments"]} == {left.answered, left.alone, left.held}
    assert left.export["comments_in_all"] == 3
    assert left.export["reactions"] == [{"comment_id": left.others, "kind": "like"}]


def test_anonymised_comments_stay_as_nobodys(stage: Stage) -> None:
    left = Left(stage, "anonymise")
    for comment_id, text in ((left.answered, "First of Mara"), (left.alone, "Second of Mara")):
        comment = left.comment(comment_id)
        assert comment["text"] == text
        assert comment["author"] == {"name": None, "member": False, "staff": False}
    assert left.thread["comment_count"] == 3
    (reply,) = left.comment(left.answered)["replies"]
    assert reply["reactions"] == {"like": 1}


def test_removed_comments_go_and_leave_a_tombstone_where_they_were_answered(stage: Stage) -> None:
    left = Left(stage, "remove")
    tombstone = left.comment(left.answered)
    assert (tombstone["state"], tombstone["author"], tombstone["text"]) == ("deleted", None, None)
    assert left.comment(left.alone) is None
    assert left.thread["comment_count"] == 1
    (reply,) = tombstone["replies"]
    assert reply["reactions"] == {}
    queue = stage.call("GET", "/v1/moderation/comments", token=stage.token("moderator")).json["items"]
    assert left.held not in [comment["id"] for comment in queue]


@pytest.mark.parametrize("choice", ["anonymise", "remove"])
def test_nothing_of_the_member_is_left_and_doing_it_twice_changes_nothing(stage: Stage, choice: str) -> None:
    Left(stage, choice)
    kept = [item for item in stage.everything() if not item["entity"].startswith("mail")]
    assert "Mara Lind" not in str(kept)
    assert not [item for item in kept if item["pk"].startswith("WRITER#")]
    before = stage.items("SiteTable")
    account = next(item["account"] for item in kept if item["entity"] == "erasure log")
    from broadsheet import clock, erasure, forgetting

    erasure.forget(account, clock.now())
    forgetting.forget(account, "remove", clock.now())
    assert stage.items("SiteTable") == before
