"""The two lists of an article: what is of its story stands in them a moment after it is published, and nothing withdrawn does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.stage import Stage

TOLD = (
    "The harbour tunnel under Merrow Sound will cost two fifths more, auditors said, since the boring machine Hesper was flooded.",
    "Auditors of the Merrow Sound tunnel told parliament that the boring machine Hesper stood still for months after a flood.",
    "Parliament heard why the harbour tunnel is late: the boring machine Hesper was flooded twice below Merrow Sound.",
)


def story(stage: Stage, count: int, **fields: Any) -> list[Any]:
    """Articles of one running story."""
    return [
        stage.published(
            headline=f"Auditors on the Merrow Sound tunnel, part {n}",
            topic="Tunnel",
            body={"format": "html", "text": f"<p>{TOLD[n % 3]} This is part {n}.</p>"},
            **fields,
        )
        for n in range(count)
    ]


def listed(stage: Stage, article: Any) -> list[str]:
    """The ids in both lists of an article."""
    read = stage.read(article["slug"]).json
    return [card["id"] for card in (*read["more_about"], *read["you_may_also_like"])]


def test_a_tenth_article_of_a_story_stands_in_the_lists_of_the_other_nine(stage: Stage) -> None:
    nine = story(stage, 9)
    stage.settle()
    (tenth,) = story(stage, 1)
    stage.settle()
    for article in nine:
        more = stage.read(article["slug"]).json["more_about"]
        assert tenth["id"] in [card["id"] for card in more]
        assert {(card["why"], card["why_text"]) for card in more} == {("same_story", "More on this story")}
    read = stage.read(tenth["slug"]).json
    assert {card["id"] for card in read["more_about"]} == {article["id"] for article in nine}
    assert read["lists"]["version"] == 1
    assert read["lists"]["built_at"]


def test_a_withdrawn_article_goes_from_every_list_and_comes_back_with_its_publication(stage: Stage) -> None:
    articles = story(stage, 5)
    stage.settle()
    gone = stage.act(articles[2], "unpublish").json
    stage.settle()
    others = [article for article in articles if article["id"] != gone["id"]]
    assert not [article for article in others if gone["id"] in listed(stage, article)]
    stage.publish(gone)
    stage.settle()
    assert all(gone["id"] in listed(stage, article) for article in others)


def test_an_article_stands_once_on_a_page_and_never_on_its_own(stage: Stage) -> None:
    articles = story(stage, 4)
    articles.append(stage.published(headline="Flax on the hills", topic="Farming"))
    stage.settle()
    for article in articles:
        ids = listed(stage, article)
        assert len(ids) == len(set(ids))
        assert article["id"] not in ids


def test_a_card_in_a_list_shows_the_headline_that_stands(stage: Stage) -> None:
    one, other = story(stage, 2)
    stage.settle()
    saved = stage.save(one, {"headline": "Auditors have their say"}).json
    stage.publish(saved)
    stage.settle()
    (card,) = stage.read(other["slug"]).json["more_about"]
    assert card["headline"] == "Auditors have their say"


def test_a_reason_is_said_in_the_language_of_the_article_that_is_read(stage: Stage) -> None:
    one, _ = story(stage, 2, language="es")
    stage.settle()
    (card,) = stage.read(one["slug"]).json["more_about"]
    assert card["why_text"] == "Más de esta historia"


def test_building_twice_changes_nothing(stage: Stage) -> None:
    articles = story(stage, 3)
    records = stage.records("SiteTable")
    assert stage.deliver("BuildListsFunction", "SiteTable", records) == []
    before = [listed(stage, article) for article in articles]
    kept = stage.items("IndexTable")
    assert stage.deliver("BuildListsFunction", "SiteTable", records) == []
    assert [listed(stage, article) for article in articles] == before
    assert {(item["pk"], item["sk"]) for item in stage.items("IndexTable")} == {
        (item["pk"], item["sk"]) for item in kept
    }


def test_a_night_after_a_day_changes_nothing_that_is_right(stage: Stage) -> None:
    articles = story(stage, 5)
    stage.settle()
    before = [listed(stage, article) for article in articles]
    assert [item for item in stage.items("IndexTable") if item["entity"] == "mark"]
    stage.night()
    assert [listed(stage, article) for article in articles] == before
    assert [item for item in stage.items("IndexTable") if item["entity"] == "mark"] == []
