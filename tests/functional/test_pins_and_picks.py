"""What editors want of lists: pins and bans of one article, and picks for the front. Nobody gets to see what is not published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, slugs

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

PICKS = "/v1/newsroom/picks"
UNHEARD = "A headline nobody has read yet"


def pin(stage: Stage, article: Any, token: str = "", version: int | None = None, **pins: list[str]) -> Reply:
    path = f"/v1/newsroom/articles/{article['id']}/pins"
    version = seen(stage, article)["version"] if version is None else version
    return stage.call("PUT", path, pins, token=token or stage.token("editor"), version=version)


def pinned(stage: Stage, article: Any, **pins: list[str]) -> Any:
    reply = pin(stage, article, **pins)
    assert reply.status == 200, reply.text
    stage.settle()
    return reply.json


def pick(stage: Stage, *articles: Any, version: int | None = None, token: str = "", **until: str) -> Reply:
    """Picks articles, by id or as they are given; `until` names an end for all."""
    items = [{"article": one if isinstance(one, str) else one["id"], **until} for one in articles]
    version = picks(stage)["version"] if version is None else version
    return stage.call("PUT", PICKS, {"items": items}, token=token or stage.token("editor"), version=version)


def picked(stage: Stage, *articles: Any, **until: str) -> Any:
    reply = pick(stage, *articles, **until)
    assert reply.status == 200, reply.text
    stage.settle()
    return reply.json


def picks(stage: Stage) -> Any:
    return stage.call("GET", PICKS, token=stage.token("editor")).json


def seen(stage: Stage, article: Any) -> Any:
    """An article as the newsroom has it."""
    return stage.call("GET", f"/v1/newsroom/articles/{article['id']}", token=stage.token("editor")).json


def more_about(stage: Stage, article: Any) -> list[str]:
    return [card["id"] for card in stage.read(article["slug"]).json["more_about"]]


def also_like(stage: Stage, article: Any) -> list[str]:
    return [card["id"] for card in stage.read(article["slug"]).json["you_may_also_like"]]


def on_the_front(stage: Stage, language: str = "") -> list[str]:
    query = {"language": language} if language else {}
    return [card["id"] for card in stage.call("GET", "/v1/front", query=query).json["picks"]]


def in_the_list(stage: Stage, section: str = "") -> list[str]:
    query = {"section": section} if section else {}
    return [card["id"] for card in stage.call("GET", "/v1/lists/picks", query=query).json["items"]]


def published(stage: Stage, count: int, **fields: Any) -> list[Any]:
    """Articles that nobody would take for one story."""
    topics = ("Flax", "Opera", "Reefs", "Chess", "Comets", "Looms", "Glaciers")
    return [
        stage.published(
            headline=f"{topics[n]}, a report", body={"format": "html", "text": f"<p>{topics[n]}.</p>"}, **fields
        )
        for n in range(count)
    ]


def ids(articles: list[Any]) -> list[str]:
    return [article["id"] for article in articles]


def readable(stage: Stage, *articles: Any) -> str:
    """All that readers can ask for, as one text: every item of the site's table but the remains of what was withdrawn,
    and what the routes answer.
    """
    asked = ["/v1/front", "/v1/lists/picks", "/v1/lists/latest", "/v1/articles"]
    asked += [f"/v1/articles/{article['slug']}" for article in articles]
    answers = [stage.call("GET", path).text for path in asked]
    held = [item for item in stage.items("SiteTable") if not item.get("withdrawn")]
    return json.dumps([held, answers], default=str)


# ---------------------------------------------------------------- pins


def test_pins_stand_first_in_the_editors_order_and_bans_nowhere(stage: Stage) -> None:
    article, *others = published(stage, 6)
    answer = pinned(
        stage,
        article,
        more_about=[others[3]["id"], others[0]["id"]],
        you_may_also_like=[others[2]["id"]],
        banned=[others[1]["id"]],
    )
    assert answer["pins"] == {
        "more_about": [others[3]["id"], others[0]["id"]],
        "you_may_also_like": [others[2]["id"]],
        "banned": [others[1]["id"]],
    }
    assert more_about(stage, article)[:2] == [others[3]["id"], others[0]["id"]]
    assert also_like(stage, article)[:1] == [others[2]["id"]]
    assert others[1]["id"] not in more_about(stage, article) + also_like(stage, article)
    first = stage.read(article["slug"]).json["more_about"][0]
    assert (first["why"], first["why_text"]) == ("editors_pick", "Chosen by our editors")


def test_a_ban_has_the_last_word_over_a_running_story(stage: Stage) -> None:
    told = "<p>The boring machine Hesper was flooded below Merrow Sound, auditors of the harbour tunnel said.</p>"
    body = {"format": "html", "text": told}
    one, other, third = (stage.published(headline=f"Tunnel auditors, {n}", topic="Tunnel", body=body) for n in range(3))
    stage.settle()
    assert other["id"] in more_about(stage, one)
    pinned(stage, one, banned=[other["id"]])
    assert more_about(stage, one) == [third["id"]]
    assert other["id"] not in also_like(stage, one)
    pinned(stage, one)
    assert other["id"] in more_about(stage, one)


@pytest.mark.parametrize("name", ["id", "slug"])
def test_articles_are_named_by_id_or_slug(stage: Stage, name: str) -> None:
    article, other = published(stage, 2)
    answer = pinned(stage, article, more_about=[other[name]])
    assert answer["pins"]["more_about"] == [other["id"]]
    assert more_about(stage, article) == [other["id"]]
    assert [item["id"] for item in picked(stage, other[name])["items"]] == [other["id"]]


def test_an_older_slug_still_names_its_article(stage: Stage) -> None:
    article, other = published(stage, 2)
    stage.publish(stage.save(other, {"headline": "Another headline", "slug": "other-words"}).json)
    assert pinned(stage, article, more_about=[other["slug"]])["pins"]["more_about"] == [other["id"]]


def test_pins_name_the_version_they_are_made_for(stage: Stage) -> None:
    article, other = published(stage, 2)
    path = f"/v1/newsroom/articles/{article['id']}/pins"
    without = stage.call("PUT", path, {"banned": [other["id"]]}, token=stage.token("editor"))
    assert (without.status, without.code) == (428, "if_match_required")
    stale = pin(stage, article, version=1, banned=[other["id"]])
    assert (stale.status, stale.code, stale.json["version"], stale.etag) == (412, "version_conflict", 2, '"2"')
    done = pin(stage, article, version=2, banned=[other["id"]])
    assert (done.status, done.json["version"], done.etag) == (200, 3, '"3"')


def test_pins_stay_over_an_edit_a_withdrawal_and_a_republication(stage: Stage) -> None:
    article, other = published(stage, 2)
    wanted = pinned(stage, article, more_about=[other["id"]])["pins"]
    saved = stage.save(seen(stage, article), {"headline": "Changed since"}).json
    gone = stage.act(saved, "unpublish").json
    stage.settle()
    assert gone["pins"] == wanted
    back = stage.publish(gone)
    stage.settle()
    assert back["pins"] == wanted
    assert more_about(stage, back) == [other["id"]]


def test_a_pin_may_be_in_another_language_and_says_why_in_the_articles(stage: Stage) -> None:
    article, other = stage.published(language="es"), stage.published(language="en", headline="Looms, a report")
    pinned(stage, article, you_may_also_like=[other["id"]])
    (card,) = stage.read(article["slug"]).json["you_may_also_like"]
    assert (card["id"], card["language"], card["why_text"]) == (other["id"], "en", "Elegido por la redacción")


@pytest.mark.parametrize("where", ["more_about", "you_may_also_like"])
def test_what_is_pinned_before_it_is_published_appears_with_its_publication(stage: Stage, where: str) -> None:
    (article,) = published(stage, 1)
    draft = stage.draft(headline=UNHEARD)
    pinned(stage, article, **{where: [draft["id"]]})
    assert UNHEARD not in readable(stage, article)
    waiting = stage.publish(draft, publish_at="2031-05-01T09:00:00Z")
    stage.settle()
    assert UNHEARD not in readable(stage, article)
    live = stage.publish(waiting)
    stage.settle()
    (card,) = stage.read(article["slug"]).json[where]
    assert (card["id"], card["headline"], card["why"]) == (live["id"], UNHEARD, "editors_pick")


def test_what_is_pinned_goes_with_its_withdrawal_and_comes_back(stage: Stage) -> None:
    article, other = published(stage, 2)
    pinned(stage, article, more_about=[other["id"]])
    gone = stage.act(other, "unpublish").json
    stage.settle()
    assert more_about(stage, article) == []
    assert "Opera" not in readable(stage, article)
    stage.publish(gone)
    stage.settle()
    assert more_about(stage, article) == [other["id"]]


def test_what_is_no_longer_pinned_does_not_come_back(stage: Stage) -> None:
    article, other = published(stage, 2)
    draft = stage.draft(headline=UNHEARD)
    pinned(stage, article, more_about=[draft["id"], other["id"]])
    pinned(stage, article, banned=[draft["id"]])
    stage.publish(draft)
    stage.settle()
    assert draft["id"] not in more_about(stage, article) + also_like(stage, article)


def test_a_drafts_own_pins_are_there_with_its_publication(stage: Stage) -> None:
    (other,) = published(stage, 1)
    draft = stage.draft(headline=UNHEARD)
    ready = pinned(stage, draft, more_about=[other["id"]])
    assert UNHEARD not in readable(stage, other)
    assert draft["id"] not in readable(stage, other)
    live = stage.publish(ready)
    stage.settle()
    assert more_about(stage, live) == [other["id"]]


def test_a_deleted_draft_leaves_its_pins_and_picks_readable(stage: Stage) -> None:
    article, other = published(stage, 2)
    draft = stage.draft(headline=UNHEARD)
    pinned(stage, article, more_about=[draft["id"], other["id"]], banned=[])
    picked(stage, draft, other)
    path = f"/v1/newsroom/articles/{draft['id']}"
    assert stage.call("DELETE", path, token=stage.token("editor"), version=1).status == 204
    stage.settle()
    assert more_about(stage, article) == [other["id"]]
    assert on_the_front(stage) == in_the_list(stage) == [other["id"]]
    assert [item["id"] for item in picks(stage)["items"]] == [other["id"]]
    again = pin(stage, article, **seen(stage, article)["pins"])
    assert (again.status, again.json["pins"]["more_about"]) == (200, [other["id"]]), "what was read may be sent back"


def test_a_new_headline_of_what_is_pinned_shows(stage: Stage) -> None:
    article, other = published(stage, 2)
    pinned(stage, article, more_about=[other["id"]])
    stage.publish(stage.save(other, {"headline": "Told anew"}).json)
    stage.settle()
    (card,) = stage.read(article["slug"]).json["more_about"]
    assert card["headline"] == "Told anew"


# ---------------------------------------------------------------- picks


def test_picks_stand_on_the_front_and_in_their_list_in_order(stage: Stage) -> None:
    first, second, third = published(stage, 3, section="world")
    answer = picked(stage, third, first, second)
    assert answer["version"] == 1
    assert [(item["id"], item["status"], item["until"]) for item in answer["items"]] == [
        (one["id"], "published", None) for one in (third, first, second)
    ]
    assert on_the_front(stage) == in_the_list(stage) == in_the_list(stage, "world") == ids([third, first, second])
    assert in_the_list(stage, "health") == []
    picked(stage, second)
    assert on_the_front(stage) == in_the_list(stage) == [second["id"]]
    picked(stage)
    assert on_the_front(stage) == in_the_list(stage) == []


def test_picks_name_the_version_they_are_made_for_also_the_first(stage: Stage) -> None:
    (article,) = published(stage, 1)
    items = {"items": [{"article": article["id"]}]}
    before = stage.call("GET", PICKS, token=stage.token("editor"))
    assert (before.json, before.etag) == ({"version": 0, "items": []}, '"0"')
    without = stage.call("PUT", PICKS, items, token=stage.token("editor"))
    assert (without.status, without.code) == (428, "if_match_required")
    early = pick(stage, article, version=1)
    assert (early.status, early.json["version"], early.etag) == (412, 0, '"0"')
    first = pick(stage, article, version=0)
    assert (first.status, first.json["version"], first.etag) == (200, 1, '"1"')
    again = pick(stage, version=0)
    assert (again.status, again.json["version"], again.etag) == (412, 1, '"1"')
    assert picks(stage) == first.json


def test_a_pick_ends_when_it_was_said_to_by_the_next_pass(stage: Stage, time: Clock) -> None:
    lasting, ending = published(stage, 2)
    until = clock.stamp(time.forward(hours=1))
    time.forward(hours=-1)
    items = [{"article": ending["id"], "until": until}, {"article": lasting["id"]}]
    stage.call("PUT", PICKS, {"items": items}, token=stage.token("editor"), version=0)
    stage.settle()
    assert on_the_front(stage) == in_the_list(stage) == ids([ending, lasting])
    time.forward(minutes=59)
    stage.every_five_minutes()
    assert on_the_front(stage) == in_the_list(stage) == ids([ending, lasting])
    time.forward(minutes=1)
    stage.every_five_minutes()
    assert on_the_front(stage) == on_the_front(stage, "en") == in_the_list(stage) == [lasting["id"]]
    assert [item["until"] for item in picks(stage)["items"]] == [until, None], "the newsroom sees what has ended"


def test_what_is_picked_before_it_is_published_appears_with_its_publication(stage: Stage) -> None:
    (other,) = published(stage, 1)
    draft = stage.draft(headline=UNHEARD)
    answer = picked(stage, draft, other)
    assert [item["status"] for item in answer["items"]] == ["draft", "published"]
    waiting = stage.publish(draft, publish_at="2031-05-01T09:00:00Z")
    stage.settle()
    assert UNHEARD not in readable(stage, other)
    assert draft["id"] not in readable(stage, other)
    assert on_the_front(stage) == in_the_list(stage) == [other["id"]]
    stage.publish(waiting)
    stage.settle()
    assert on_the_front(stage) == in_the_list(stage) == [draft["id"], other["id"]]


def test_what_is_picked_goes_with_its_withdrawal_and_comes_back(stage: Stage) -> None:
    one, other = published(stage, 2)
    picked(stage, one, other)
    gone = stage.act(one, "unpublish").json
    stage.settle()
    assert on_the_front(stage) == in_the_list(stage) == [other["id"]]
    assert "Flax" not in readable(stage, other)
    assert [item["status"] for item in picks(stage)["items"]] == ["withdrawn", "published"]
    stage.publish(gone)
    stage.settle()
    assert on_the_front(stage) == in_the_list(stage) == ids([one, other])


def test_a_new_headline_of_what_is_picked_shows_at_once(stage: Stage) -> None:
    (one,) = published(stage, 1)
    picked(stage, one)
    stage.publish(stage.save(one, {"headline": "Told anew"}).json)
    stage.settle()
    told = [stage.call("GET", path).json for path in ("/v1/front", "/v1/lists/picks")]
    assert [told[0]["picks"][0]["headline"], told[1]["items"][0]["headline"]] == ["Told anew", "Told anew"]
    assert picks(stage)["items"][0]["headline"] == "Told anew"


def test_a_front_in_one_language_has_the_picks_of_that_language(stage: Stage) -> None:
    english, spanish = stage.published(language="en"), stage.published(language="es", headline="Telares")
    picked(stage, spanish, english)
    assert on_the_front(stage) == [spanish["id"], english["id"]]
    assert (on_the_front(stage, "en"), on_the_front(stage, "es")) == ([english["id"]], [spanish["id"]])


def test_a_picked_article_that_is_moved_to_another_language_leaves_the_front_of_its_old_one(stage: Stage) -> None:
    one = stage.published(language="en")
    picked(stage, one)
    stage.publish(stage.save(one, {"language": "es"}).json)
    stage.settle()
    assert (on_the_front(stage, "en"), on_the_front(stage, "es")) == ([], [one["id"]])
    front = stage.call("GET", "/v1/front", query={"language": "en"}).json
    assert front["latest"] == []


def test_the_audit_says_who_pinned_and_picked_what(stage: Stage) -> None:
    article, other = published(stage, 2)
    pinned(stage, article, more_about=[other["id"]])
    picked(stage, other)
    lines = stage.call("GET", "/v1/admin/audit", token=stage.token("admin")).json["items"]
    picking, pinning = lines[:2]
    assert (picking["action"], picking["version"]) == ("pick", 1)
    assert (pinning["action"], pinning["article"], pinning["version"]) == ("pin", article["id"], 3)
    assert picking["who"] == pinning["who"]
    assert not {"headline", "text", "email"} & (set(picking) | set(pinning))


def test_nobody_reads_of_pins_and_picks_but_through_the_lists(stage: Stage) -> None:
    """What the site's table holds of them is keys and times: those of a draft tell nothing."""
    (article,) = published(stage, 1)
    draft = stage.draft(headline=UNHEARD)
    pinned(stage, article, banned=[draft["id"]])
    picked(stage, draft)
    held = [item for item in stage.items("SiteTable") if item["entity"] in {"pins", "picks", "pinned"}]
    assert {item["entity"] for item in held} == {"pins", "picks"}
    said = json.dumps(held, default=str)
    assert slugs.key_of(draft["slug"]) in said
    assert not [part for part in (draft["id"], "nobody", draft["slug"]) if part in said]
    assert stage.read(draft["slug"]).status == 404
