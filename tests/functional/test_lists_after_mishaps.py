"""Lost records, unreadable neighbours, a CDN that refuses, texts as long as they may be: what is withdrawn goes all the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from broadsheet import edge, front, keys, lists, packing, settings, site, slugs, table

from tests.functional.test_more_about import listed, story

if TYPE_CHECKING:
    from tests.stage import Stage


def lose(stage: Stage) -> None:
    """What the stream holds was given up after its last try."""
    stage.records("SiteTable")


def rebuilt(stage: Stage, article: Any) -> None:
    asked = {"article": article["slug"]}
    assert stage.call("POST", "/v1/newsroom/rebuild", asked, token=stage.token("editor")).status == 202
    stage.settle()


def newest(stage: Stage) -> list[str]:
    return [card["headline"] for card in stage.call("GET", "/v1/front").json["latest"]]


def apart(stage: Stage) -> Any:
    """Of the story's topic, and near nothing."""
    return stage.published(
        headline="Zebra picnic", topic="Tunnel", body={"format": "html", "text": "<p>Kelmscott orchards flourish.</p>"}
    )


# ---------------------------------------------------------------- a record was lost


def test_rebuilding_a_withdrawn_article_takes_it_out_of_every_list_and_off_the_front(stage: Stage) -> None:
    others, gone = story(stage, 3), apart(stage)
    stage.settle()
    assert all(gone["id"] in listed(stage, other) for other in others)
    gone = stage.act(gone, "unpublish").json
    lose(stage)
    rebuilt(stage, gone)
    assert not any(gone["id"] in listed(stage, other) for other in others)
    assert "Zebra picnic" not in newest(stage)


def test_rebuilding_an_article_brings_its_new_card_to_its_neighbours(stage: Stage) -> None:
    others, changed = story(stage, 3), apart(stage)
    stage.settle()
    changed = stage.publish(stage.save(changed, {"headline": "Kelmscott zebra fair"}).json)
    lose(stage)
    rebuilt(stage, changed)
    for other in others:
        assert "Kelmscott zebra fair" in [card["headline"] for card in stage.read(other["slug"]).json["more_about"]]


def test_rebuilding_an_article_whose_publication_was_lost_publishes_it_everywhere(stage: Stage) -> None:
    others = story(stage, 3)
    stage.settle()
    new = apart(stage)
    lose(stage)
    rebuilt(stage, new)
    assert {other["id"] for other in others} <= set(listed(stage, new))
    assert all(new["id"] in listed(stage, other) for other in others)
    assert newest(stage)[0] == "Zebra picnic"


# ---------------------------------------------------------------- what stands beside cannot be read


@pytest.mark.parametrize("spoilt", [{"facts": {}}, {"near": "[["}, {"live": None, "version": None, "facts": None}])
def test_an_entry_that_cannot_be_read_holds_up_no_neighbour(stage: Stage, spoilt: dict[str, Any]) -> None:
    several = story(stage, 4)
    stage.settle()
    _spoil(settings.get().index, keys.near_entry(key(several[1])), spoilt)
    new = story(stage, 1)[0]
    gone = stage.act(several[2], "unpublish").json
    assert stage.deliver("BuildListsFunction", "SiteTable", stage.records("SiteTable")) == []
    assert gone["id"] not in listed(stage, several[0])
    assert new["id"] in listed(stage, several[0])
    assert several[0]["id"] in listed(stage, new)


def test_facts_of_a_later_release_are_left_alone(stage: Stage) -> None:
    several = story(stage, 2)
    stage.settle()
    place = keys.near_entry(key(several[1]))
    facts = (table.get(settings.get().index, place) or {})["facts"]
    _spoil(settings.get().index, place, {"facts": {**facts, "mood": "calm"}})
    new = story(stage, 1)[0]
    assert stage.deliver("BuildListsFunction", "SiteTable", stage.records("SiteTable")) == []
    assert new["id"] in listed(stage, several[1])


def test_pins_that_cannot_be_read_hold_up_nobody(stage: Stage) -> None:
    several = story(stage, 4)
    stage.settle()
    table.write(table.put(settings.get().site, {**keys.pins(key(several[1])), "entity": "pins", "v": 2}))
    gone = stage.act(several[2], "unpublish").json
    assert stage.deliver("BuildListsFunction", "SiteTable", stage.records("SiteTable")) == []
    assert not any(gone["id"] in listed(stage, other) for other in (several[0], several[1], several[3]))


def _spoil(store: str, place: keys.Key, fields: dict[str, Any]) -> None:
    table.write(table.put(store, {**(table.get(store, place) or {}), **fields}))


def key(article: Any) -> str:
    return slugs.key_of(article["slug"]) or ""


# ---------------------------------------------------------------- more than one invocation should do


def test_what_stands_in_very_many_lists_leaves_most_of_them_by_messages(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 2)
    monkeypatch.setattr(lists, "A_PIECE", 3)
    several = story(stage, 9)
    stage.settle()
    gone, *others = several
    gone = stage.act(gone, "unpublish").json
    assert stage.deliver("BuildListsFunction", "SiteTable", stage.records("SiteTable")) == []
    assert sum(gone["id"] in listed(stage, other) for other in others) == len(others) - 2
    stage.settle()
    assert not any(gone["id"] in listed(stage, other) for other in others)


# ---------------------------------------------------------------- a CDN that has enough


def test_a_purge_that_is_refused_holds_up_no_list(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    several = story(stage, 3)
    stage.settle()
    refused = _cdn(monkeypatch, "TooManyInvalidationsInProgress")
    gone = stage.act(several[0], "unpublish").json
    assert stage.deliver("BuildListsFunction", "SiteTable", stage.records("SiteTable")) == []
    assert refused
    assert gone["id"] not in listed(stage, several[1])
    assert gone["headline"] not in newest(stage)


def test_many_withdrawals_at_once_are_one_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _cdn(monkeypatch)
    edge.purge([f"one-{n}" for n in range(edge.FEW)], "1")
    edge.purge([f"one-{n}" for n in range(edge.FEW + 1)], "2")
    few, many = (each["InvalidationBatch"]["Paths"]["Items"] for each in asked)
    assert len(few) == 2 * edge.FEW
    assert many == ["/articles/*", "/v1/articles/*"]


def _cdn(monkeypatch: pytest.MonkeyPatch, refuses: str = "") -> list[dict[str, Any]]:
    """What it was asked for."""
    asked: list[dict[str, Any]] = []

    class Cdn:
        def create_invalidation(self, **what: Any) -> None:
            asked.append(what)
            if refuses:
                raise ClientError({"Error": {"Code": refuses}}, "CreateInvalidation")

    real = table.client
    monkeypatch.setenv("DISTRIBUTION_ID", "E1")
    monkeypatch.setattr(table, "client", lambda service="dynamodb": Cdn() if service == "cloudfront" else real(service))
    return asked


# ---------------------------------------------------------------- as long as it may be


@pytest.mark.parametrize(("room", "shown"), [(packing.MOST, front.LATEST), (100_000, 1)])
def test_the_longest_of_texts_fit_a_front(stage: Stage, monkeypatch: pytest.MonkeyPatch, room: int, shown: int) -> None:
    """No letter of these tells the next one, so that packing helps little; where it does not help enough, fewer stand there."""
    monkeypatch.setattr(packing, "MOST", room)
    letters = [chr(0x4E00 + n) for n in range(20_000)]

    def long(at_most: int, salt: int) -> str:
        return "".join(letters[(n * n * 7919 + salt * 104_729 + n * 31) % len(letters)] for n in range(at_most))

    for n in range(36):
        stage.published(
            headline=long(200, n),
            standfirst=long(600, n + 100),
            section=list(site.get().sections)[n % 6],
            language="ja",
            byline=[{"name": long(100, n * 10 + one)} for one in range(8)],
            image={
                "url": f"https://pictures.example/{n}-" + "a" * 1900,
                "alt": long(500, n + 300),
                "credit": long(200, n + 400),
                "caption": long(500, n + 500),
            },
        )
    stage.settle()
    small = stage.published(headline="A word")
    stage.settle()
    read = stage.call("GET", "/v1/front").json
    assert read["latest"][0]["id"] == small["id"]
    assert len(read["latest"]) == shown
    item = table.get(settings.get().site, keys.front()) or {}
    assert isinstance(item["json"], bytes)
    assert len(item["json"]) <= room
    assert json.loads(front.read(None)) == read
