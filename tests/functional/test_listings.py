"""What readers page through: listings and their cursors, the front, facts about the site."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from broadsheet import cursors, keys

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage


def listed(stage: Stage, **query: Any) -> Reply:
    return stage.call("GET", "/v1/articles", query=query)


def pages(stage: Stage, path: str, token: str = "", **query: Any) -> list[list[str]]:
    """Ids, page by page."""
    found, cursor = [], ""
    while True:
        reply = stage.call("GET", path, token=token, query={**query, **({"cursor": cursor} if cursor else {})})
        found.append([card["id"] for card in reply.json["items"]])
        cursor = reply.json["next_cursor"]
        if not cursor:
            return found


def test_45_articles_are_paged_through_without_a_gap_or_a_double(stage: Stage, time: Clock) -> None:
    published = []
    for n in range(45):
        published.append(stage.published(headline=f"Number {n}", topic="Trams" if n % 3 else "Buses")["id"])
        time.forward(seconds=n % 2)  # some in the same millisecond
    token = stage.token("editor")
    for limit, sizes in ((None, [20, 20, 5]), (45, [45]), (44, [44, 1]), (15, [15, 15, 15]), (50, [45])):
        found = pages(stage, "/v1/articles", **({"limit": limit} if limit else {}))
        assert [len(page) for page in found] == sizes
        assert sorted(chain(*found)) == sorted(published)
        newsroom = pages(stage, "/v1/newsroom/articles", token, **({"limit": limit} if limit else {}))
        assert list(chain(*newsroom)) == published[::-1]
    dates = [card["published_at"] for card in listed(stage, limit=50).json["items"]]
    assert dates == sorted(dates, reverse=True)
    topics = [sum(map(len, pages(stage, "/v1/articles", topic=topic, limit=4))) for topic in ("trams", "buses")]
    assert topics == [30, 15]


def test_what_is_published_while_somebody_pages_does_not_shift_the_pages(stage: Stage, time: Clock) -> None:
    old = [stage.published(headline=f"Number {n}")["id"] for n in range(4) if time.forward(seconds=1)]
    first = listed(stage, limit=2).json
    time.forward(seconds=1)
    stage.published(headline="Breaking")
    second = listed(stage, limit=2, cursor=first["next_cursor"]).json
    assert [card["id"] for card in [*first["items"], *second["items"]]] == old[::-1]


def test_each_filter_finds_its_own_in_every_language_or_in_one(stage: Stage) -> None:
    for language in ("en", "es"):
        stage.published(
            headline=f"In {language}",
            language=language,
            section="world",
            topic="Trams",
            byline=[{"name": "A", "slug": "a"}, {"name": "B", "slug": "b"}, {"name": "C"}],
        )
    stage.published(section="sports", language="pt-br", byline=[{"name": "D", "slug": "d"}])

    def count(**query: str) -> int:
        return len(listed(stage, **query).json["items"])

    assert count() == 3
    for query in ({"section": "world"}, {"topic": "trams"}, {"author": "a"}, {"author": "b"}):
        assert (count(**query), count(**query, language="es"), count(**query, language="fr")) == (2, 1, 0)
    assert (count(language="pt-BR"), count(language="PT-br"), count(language="pt")) == (1, 1, 0)
    assert (count(author="c"), count(topic="nothing-of-the-kind")) == (0, 0)


def test_a_card_is_the_article_in_short(stage: Stage) -> None:
    live = stage.published(topic="Trams", standfirst="At noon.", image={"url": "https://img.example/a.jpg", "alt": ""})
    card = listed(stage).json["items"][0]
    public = stage.read(live["slug"]).json
    assert card == {name: public[name] for name in card}


def test_a_cursor_is_good_for_its_own_listing_only(stage: Stage) -> None:
    for n in range(3):
        stage.published(headline=f"Number {n}", topic="Trams", section="world")
    cursor = listed(stage, section="world", limit=1).json["next_cursor"]
    assert listed(stage, section="world", cursor=cursor).status == 200
    others: list[dict[str, str]] = [
        {},
        {"section": "sports"},
        {"topic": "trams"},
        {"section": "world", "language": "en"},
    ]
    for query in others:
        assert listed(stage, **query, cursor=cursor).code == "bad_cursor"


def test_a_cursor_made_up_for_the_revisions_shows_revisions_only(stage: Stage) -> None:
    draft = stage.draft()
    path = f"/v1/newsroom/articles/{draft['id']}/revisions"
    for place in ("T", "STATE~", "~", "A"):
        cursor = cursors.encode(keys.desk(draft["id"]), place)
        reply = stage.call("GET", path, token=stage.token("editor"), query={"cursor": cursor})
        assert reply.status == 200
        assert [row["n"] for row in reply.json["items"]] in ([1], [])


# ---------------------------------------------------------------- the front and the site


def test_the_front_is_latest_and_each_sections_newest(stage: Stage, time: Clock) -> None:
    for n in range(15):
        time.forward(seconds=1)
        stage.published(headline=f"Politics {n}", language="en" if n % 2 else "es")
    stage.published(headline="A match", section="sports")
    stage.settle()
    front = stage.call("GET", "/v1/front").json
    assert front["language"] is None
    assert len(front["latest"]) == 12
    assert front["latest"][0]["headline"] in {"A match", "Politics 14"}
    assert [section["slug"] for section in front["sections"]][:3] == ["politics", "business", "sports"]
    assert [len(section["items"]) for section in front["sections"]] == [6, 0, 1, 0, 0, 0]
    spanish = stage.call("GET", "/v1/front", query={"language": "es"}).json
    assert spanish["language"] == "es"
    assert {card["language"] for card in spanish["latest"]} == {"es"}
    assert spanish["sections"][0]["name"] == "Política"


def test_the_front_follows_an_article_that_goes_and_comes_back(stage: Stage) -> None:
    live = stage.published()

    def on_front() -> int:
        stage.settle()
        return len(stage.call("GET", "/v1/front").json["latest"])

    assert on_front() == 1
    gone = stage.act(live, "unpublish").json
    assert on_front() == 0
    stage.publish(gone)
    assert on_front() == 1


# ---------------------------------------------------------------- the newsroom's listing


def test_drafts_are_filtered_by_status_section_and_owner(stage: Stage) -> None:
    author = stage.person("author")
    mine = stage.draft(author, headline="Mine", section="world")
    stage.published(headline="Live", section="world")
    gone = stage.act(stage.published(headline="Gone"), "unpublish").json

    def found(token: str = "", **query: str) -> list[str]:
        reply = stage.call("GET", "/v1/newsroom/articles", token=token or stage.token("editor"), query=query)
        return [row["headline"] for row in reply.json["items"]]

    assert found() == ["Gone", "Live", "Mine"]
    assert found(status="draft") == ["Mine"]
    assert found(status="withdrawn") == ["Gone"]
    assert found(status="scheduled") == []
    assert found(section="world") == ["Live", "Mine"]
    assert found(section="world", status="published") == ["Live"]
    assert found(owner="me") == ["Gone", "Live"]
    assert found(owner=mine["owner"]) == ["Mine"]
    assert found(owner="me", status="published") == ["Live"]
    assert found(author) == ["Mine"]
    assert found(author, owner=gone["owner"]) == ["Mine"], "an author sees their own, whatever they ask for"


def test_a_cursor_of_the_newsroom_is_good_for_its_own_listing_only(stage: Stage) -> None:
    for n in range(3):
        stage.draft(headline=f"Number {n}")
    token = stage.token("editor")
    cursor = stage.call("GET", "/v1/newsroom/articles", token=token, query={"limit": 1}).json["next_cursor"]
    for query in ({"status": "draft"}, {"owner": "me"}):
        reply = stage.call("GET", "/v1/newsroom/articles", token=token, query={**query, "cursor": cursor})
        assert reply.code == "bad_cursor"
