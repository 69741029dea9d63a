"""What room is left in "You may also like" goes to what is read most at this hour, as the article is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import articles, damping, filling

from tests.looking import look

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

SINGLES = ("Flax on the hills", "A comet over Wray", "Seven ferries sold", "The last lamplighter", "Bees in the attic")
TEXTS = (
    "Growers in the uplands sowed blue flax again, and spinning wheels are scarce in three villages.",
    "Astronomers photographed a bright comet whose tail will be seen without a telescope until Thursday.",
    "An auction brought the shipyard seven ferries nobody had wanted, with their bells and lifeboats.",
    "Gas lanterns went dark in the old quarter, where one man had lit each of them for forty winters.",
    "A swarm moved into a schoolhouse roof, and pupils now keep its honey under the gymnasium stairs.",
)


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each read counts, however fast a test reads."""
    monkeypatch.setattr(damping, "CALM", 1_000_000)
    monkeypatch.setattr(damping, "CELLS", 1_000_000_000)


def single(stage: Stage, n: int, **fields: Any) -> Any:
    """An article that is near to no other."""
    body = {"format": "html", "text": f"<p>{TEXTS[n]}</p>"}
    return stage.published(**{"headline": SINGLES[n], "body": body, **fields})


def read(stage: Stage, article: Any, times: int) -> None:
    for n in range(times):
        reply = stage.call("POST", f"/v1/articles/{article['slug']}/reads", {}, address=f"203.0.{n}.9")
        assert reply.status == 204


@pytest.fixture
def counted(stage: Stage, time: Clock) -> Any:
    """The five minutes go by."""

    def counted() -> None:
        time.forward(seconds=315 - time.now.timestamp() % 300)
        stage.every_five_minutes()
        stage.settle()

    return counted


def liked(stage: Stage, article: Any) -> list[tuple[str, str]]:
    cards = stage.read(article["slug"]).json["you_may_also_like"]
    return [(card["id"], card["why"]) for card in cards]


def test_an_article_that_is_near_to_none_shows_what_is_read_most_but_not_itself(stage: Stage, counted: Any) -> None:
    alone, most, less = (single(stage, n) for n in range(3))
    stage.settle()
    assert liked(stage, alone) == []
    read(stage, most, 3)
    read(stage, less, 2)
    read(stage, alone, 1)
    counted()
    assert liked(stage, alone) == [(most["id"], "popular_now"), (less["id"], "popular_now")]
    assert liked(stage, most) == [(less["id"], "popular_now"), (alone["id"], "popular_now")]
    (card, _) = stage.read(alone["slug"]).json["you_may_also_like"]
    assert card["why_text"] == "Much read"


def looked_for(stage: Stage, article: Any) -> list[str]:
    articles.forget()
    return [call.operation for call in stage.read(article["slug"]).calls]


def test_in_a_quiet_hour_a_short_list_shows_what_the_day_and_the_week_read_most(
    stage: Stage, counted: Any, time: Clock
) -> None:
    alone, week, day, hour = (single(stage, n) for n in range(4))
    stage.settle()
    read(stage, week, 3)
    counted()
    time.forward(days=2)
    read(stage, day, 1)
    counted()
    time.forward(hours=3)
    read(stage, hour, 1)
    counted()
    shown = [(week["id"], "popular_now"), (day["id"], "popular_now"), (hour["id"], "popular_now")]
    assert liked(stage, alone) == shown[::-1]
    time.forward(hours=2)
    counted()
    assert liked(stage, alone)[0] in shown[1:]
    assert sorted(liked(stage, alone)) == sorted(shown)
    assert look(stage, f"/articles/{alone['slug']}").of_class("why") == ["Much read"] * 3


def test_where_an_hour_has_enough_nobody_looks_further(
    stage: Stage, counted: Any, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, old, *new = (single(stage, n) for n in range(5))
    stage.settle()
    read(stage, old, 3)
    counted()
    time.forward(hours=3)
    for article in new:
        read(stage, article, 1)
    counted()
    assert looked_for(stage, alone) == ["Query", "GetItem", "GetItem", "GetItem"]
    assert {name for name, _ in liked(stage, alone)} == {one["id"] for one in (old, *new)}
    monkeypatch.setattr(filling, "ENOUGH", len(new))
    assert looked_for(stage, alone) == ["Query", "GetItem"]
    assert {name for name, _ in liked(stage, alone)} == {one["id"] for one in new}


def test_it_stays_within_the_language(stage: Stage, counted: Any) -> None:
    english, spanish, mexican = single(stage, 0), single(stage, 1, language="es"), single(stage, 2, language="es-MX")
    for article in (english, spanish, mexican):
        read(stage, article, 1)
    counted()
    assert liked(stage, english) == []
    assert liked(stage, spanish) == [(mexican["id"], "popular_now")], "a region's stands with its language's"
    assert liked(stage, mexican) == [(spanish["id"], "popular_now")]
    (card,) = stage.read(mexican["slug"]).json["you_may_also_like"]
    assert card["why_text"] == "Muy leído"


def languages(stage: Stage, article: Any) -> list[list[str]]:
    """Of the entries of both lists."""
    articles.forget()
    shown = stage.read(article["slug"]).json
    return [[card["language"] for card in shown[name]] for name in ("more_about", "you_may_also_like")]


def both(stage: Stage, article: Any) -> list[Any]:
    """The entries of both lists."""
    articles.forget()
    shown = stage.read(article["slug"]).json
    return [*shown["more_about"], *shown["you_may_also_like"]]


def with_foreigners(stage: Stage) -> Any:
    """An article near to two in other languages and to none in its own."""
    fields = {
        "body": {"format": "html", "text": "<p>Kwyjibo plinth restored at Vornholt gazebo.</p>"},
        "topic": "Plinths",
    }
    this, *_ = (stage.published(headline="Kwyjibo plinth", language=tag, **fields) for tag in ("en", "de", "fr"))
    stage.settle()
    return this


def test_other_languages_give_way_to_what_is_read_most_in_its_own(stage: Stage, counted: Any) -> None:
    this = with_foreigners(stage)
    more, also = languages(stage, this)
    assert sorted([*more, *also]) == ["de", "fr"]
    popular = [single(stage, n) for n in range(5)]
    for n, gone in ((2, 0), (4, 1), (5, 2)):
        for article in popular[:n]:
            read(stage, article, 1)
        counted()
        shown = languages(stage, this)
        assert shown[1][:n] == ["en"] * n, "its own language first"
        assert sum(tag != "en" for tags in shown for tag in tags) == 2 - gone, n
        assert look(stage, f"/articles/{this['slug']}").of_class("why").count("Much read") == n


def test_what_editors_pin_in_another_language_gives_way_to_nothing(stage: Stage, counted: Any) -> None:
    this, pinned = single(stage, 0), single(stage, 1, language="de")
    path = f"/v1/newsroom/articles/{this['id']}/pins"
    wishes = {"more_about": [pinned["id"]]}
    assert stage.call("PUT", path, wishes, token=stage.token("editor"), version=this["version"]).status == 200
    texts = [f"<p>{word} and {other} are not alike.</p>" for word, other in zip("abcde", "vwxyz", strict=True)]
    for text in texts:
        read(stage, stage.published(body={"format": "html", "text": text}), 1)
    counted()
    assert languages(stage, this)[0] == ["de"]


def test_it_repeats_nothing_that_stands_in_a_list_and_nothing_editors_have_banned(stage: Stage, counted: Any) -> None:
    this, pinned, banned, other = (single(stage, n) for n in range(4))
    wishes = {"more_about": [pinned["id"]], "banned": [banned["id"]]}
    path = f"/v1/newsroom/articles/{this['id']}/pins"
    reply = stage.call("PUT", path, wishes, token=stage.token("editor"), version=this["version"])
    assert reply.status == 200
    for article in (pinned, banned, other):
        read(stage, article, 2)
    counted()
    assert [card["id"] for card in stage.read(this["slug"]).json["more_about"]] == [pinned["id"]]
    assert liked(stage, this) == [(other["id"], "popular_now")]


def test_what_is_withdrawn_is_popular_no_more_at_once(stage: Stage, counted: Any) -> None:
    this, gone = single(stage, 0), single(stage, 1)
    read(stage, gone, 3)
    counted()
    assert liked(stage, this) == [(gone["id"], "popular_now")]
    stage.act(gone, "unpublish")
    stage.settle()
    assert liked(stage, this) == []


def test_no_article_stands_there_in_two_languages(stage: Stage, counted: Any) -> None:
    """Not what is read most in this language and stands there in another, near to it or pinned; and a pin comes first."""
    this = with_foreigners(stage)
    german = next(card for card in both(stage, this) if card["language"] == "de")
    translated = single(stage, 2, translation_of=german["id"])
    other = single(stage, 3)
    stage.settle()
    for article in (translated, other):
        read(stage, article, 3)
    counted()
    names = [card["id"] for card in both(stage, this)]
    assert german["id"] in names
    assert translated["id"] not in names
    assert other["id"] in names
    assert "group" not in json.dumps(stage.call("GET", "/v1/lists/most-read", query={"window": "1h"}).json)


def test_of_two_translations_that_are_read_most_one_is_shown(stage: Stage, counted: Any) -> None:
    this = single(stage, 0, language="en-AU")
    british = single(stage, 1, language="en-GB")
    american = single(stage, 2, language="en-US", translation_of=british["id"])
    stage.settle()
    read(stage, american, 3)
    read(stage, british, 2)
    counted()
    assert liked(stage, this) == [(american["id"], "popular_now")]


def test_an_article_does_not_offer_its_own_translation(stage: Stage, counted: Any) -> None:
    british = single(stage, 0, language="en-GB")
    american = single(stage, 1, language="en-US", translation_of=british["slug"])
    stage.settle()
    read(stage, american, 3)
    counted()
    assert liked(stage, british) == []
    assert [one["slug"] for one in stage.read(british["slug"]).json["alternates"]] == [american["slug"]]
