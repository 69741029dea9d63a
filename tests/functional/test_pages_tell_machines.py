"""What a page says of itself to machines: structured data and Open Graph, read back by libraries that are not ours."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from broadsheet import clock, site
from broadsheet.pages import assets

from tests.looking import look
from tests.scenario import usual

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage
ORIGIN = "https://news.example"
NASTY = 'Ferries & trams: <b>"free"</b> ]]> for all'


def test_an_article_tells_machines_what_it_tells_people(stage: Stage, time: Clock) -> None:
    time.now = time.now.replace(microsecond=0)
    live = stage.published(**usual(headline=NASTY, body={"format": "html", "text": "<p>Four words of text.</p>"}))
    root = stage.comment(
        live["slug"], guest="Passer-by", text="I *was* there, and [waved](https://a.example).\n\nTwice."
    )["id"]
    reply = stage.comment(live["slug"], to=root, guest="Another", address="192.0.1.1")["id"]
    time.forward(minutes=10)
    stage.act(live, "corrections", {"kind": "correction", "text": "It was two."})
    stage.act({**live, "version": live["version"] + 1}, "corrections", {"kind": "update", "text": "There is more."})
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    url = f"{ORIGIN}/articles/{live['slug']}"
    assert set(page.data) == {"NewsArticle", "BreadcrumbList", "FAQPage"}
    news = page.data["NewsArticle"]
    assert (news["headline"], news["url"], news["inLanguage"]) == (NASTY, url, "en")
    assert news["author"] == [
        {"@type": "Person", "name": "Ada Quist", "url": f"{ORIGIN}/authors/ada-quist"},
        {"@type": "Person", "name": "Ben Oru", "url": f"{ORIGIN}/authors/ben-oru"},
    ]
    assert clock.parse(news["datePublished"]) < clock.parse(news["dateModified"]) == time.now
    assert (news["commentCount"], news["wordCount"], news["articleSection"]) == (2, 4, "Politics")
    assert news["isPartOf"]["@type"] == "WebSite"
    assert news["publisher"]["name"] == "The Broadsheet Courier"
    assert news["image"][0]["url"] == "https://img.example/bridge.jpg"
    assert news["publisher"]["logo"] == {
        "@type": "ImageObject",
        "url": f"{ORIGIN}{assets.path('icon-512.png')}",
        "width": 512,
        "height": 512,
    }
    (corrected,) = news["correction"]
    assert (corrected["@type"], corrected["text"]) == ("CorrectionComment", "It was two.")
    (said,) = news["comment"]
    assert (said["@id"], said["text"], said["author"]["name"]) == (
        f"{url}#comment-{root}",
        "I was there, and waved.\nTwice.",
        "Passer-by",
    )
    assert [each["@id"] for each in said["comment"]] == [f"{url}#comment-{reply}"]
    questions = page.data["FAQPage"]["mainEntity"]
    assert [each["name"] for each in questions] == [f"What is asked {n}?" for n in range(5)]
    assert all(each["acceptedAnswer"]["text"] for each in questions)
    way = page.data["BreadcrumbList"]["itemListElement"]
    assert [each["position"] for each in way] == [1, 2, 3, 4]
    assert [each["item"] for each in way][1:] == [
        f"{ORIGIN}/sections/politics",
        f"{ORIGIN}/topics/harbour-bridge",
        url,
    ]


def test_an_article_without_questions_topic_or_picture_claims_none(stage: Stage) -> None:
    page = look(stage, f"/articles/{stage.published(byline=[{'name': 'Ada Quist'}])['slug']}")
    assert set(page.data) == {"NewsArticle", "BreadcrumbList"}
    assert not {"image", "about", "keywords", "correction", "comment", "description"} & set(page.data["NewsArticle"])
    assert page.data["NewsArticle"]["author"] == [{"@type": "Person", "name": "Ada Quist"}]


def test_a_listing_tells_machines_what_is_on_it_and_the_way_to_it(stage: Stage) -> None:
    slugs = [stage.published(headline=f"Story {n}", topic="Harbour bridge")["slug"] for n in range(2)]
    stage.published(headline="El puente", language="es", topic="Harbour bridge")
    for path, name in (("/sections/politics", "Politics"), ("/topics/harbour-bridge", "Harbour bridge")):
        data = look(stage, path).data
        assert set(data) == {"CollectionPage", "BreadcrumbList"}
        page = data["CollectionPage"]
        assert (page["name"], page["url"], page["inLanguage"]) == (name, f"{ORIGIN}{path}", "en")
        listed = page["mainEntity"]["itemListElement"]
        assert [each["url"] for each in listed] == [f"{ORIGIN}/articles/{slug}" for slug in slugs[::-1]]
        way = data["BreadcrumbList"]["itemListElement"]
        assert [(each["position"], each["name"], each["item"]) for each in way] == [
            (1, "The Broadsheet Courier", f"{ORIGIN}/"),
            (2, name, f"{ORIGIN}{path}"),
        ]
    data = look(stage, "/es/sections/politics").data
    assert data["CollectionPage"]["name"] == "Política"
    assert data["BreadcrumbList"]["itemListElement"][0]["item"] == f"{ORIGIN}/es"


@pytest.mark.parametrize(
    ("logo", "url"),
    [("/pictures/logo.svg", f"{ORIGIN}/pictures/logo.svg"), ("https://img.example/l.png", "https://img.example/l.png")],
)
def test_a_publications_own_logo_is_told_as_a_picture(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, logo: str, url: str
) -> None:
    changed = replace(site.get(), logo=logo)
    monkeypatch.setattr(site, "get", lambda: changed)
    page = look(stage, "/")
    assert page.data["WebSite"]["publisher"]["logo"] == {"@type": "ImageObject", "url": url}
    assert {each.get("src") for each in page.all("//p[@class='name']//img")} == {logo}


def test_a_name_with_a_sign_that_html_knows_stands_in_a_title_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = replace(site.get(), name={"en": "The People’s Paper & Post"})
    monkeypatch.setattr(site, "get", lambda: changed)
    assert look(stage, "/").text("//title") == "The People’s Paper & Post"


def test_a_page_of_an_author_is_about_a_person(stage: Stage) -> None:
    stage.published(byline=[{"name": "Ada Quist", "slug": "ada-quist"}])
    data = look(stage, "/authors/ada-quist").data
    assert set(data) == {"ProfilePage", "BreadcrumbList"}
    assert data["ProfilePage"]["mainEntity"] == {
        "@type": "Person",
        "name": "Ada Quist",
        "url": f"{ORIGIN}/authors/ada-quist",
    }


def test_a_picture_of_the_site_itself_has_a_whole_address_wherever_a_machine_reads_it(stage: Stage) -> None:
    image = {
        "url": "/pictures/harbour.svg?v=2",
        "alt": "Cranes",
        "caption": "The yard & its cranes",
        "credit": "C. Marsh",
        "width": 1200,
        "height": 675,
    }
    slug = stage.published(image=image)["slug"]
    stage.settle()
    whole = f"{ORIGIN}/pictures/harbour.svg?v=2"
    assert stage.call("GET", f"/v1/articles/{slug}").json["image"] == image
    page = look(stage, f"/articles/{slug}")
    assert page.one("//figure/img/@src") == image["url"], "kept as it was given"
    assert page.meta("og:image") == [whole]
    assert page.meta("og:image:width") == ["1200"]
    assert page.meta("twitter:card") == ["summary_large_image"]
    assert page.data["NewsArticle"]["image"][0]["url"] == whole
    assert look(stage, "/").one("//main//img/@src") == image["url"]
    assert json.loads(stage.call("GET", "/feed.json").text)["items"][0]["image"] == whole
    assert f"<image:loc>{whole}</image:loc>" in stage.call("GET", "/sitemap-news.xml").text


def test_open_graph_names_the_language_with_its_territory_where_it_is_known(stage: Stage) -> None:
    english = stage.published(headline="Trams cross the bridge")
    spanish = stage.published(headline="El puente", language="es", translation_of=english["slug"])
    page = look(stage, f"/articles/{spanish['slug']}")
    assert (page.meta("og:locale"), page.meta("og:locale:alternate")) == (["es_ES"], ["en_GB"])
    assert look(stage, "/").meta("og:locale") == ["en_GB"]


def test_a_long_headline_is_cut_for_search_engines_and_nowhere_else(stage: Stage) -> None:
    headline = "Words " * 30
    page = look(stage, f"/articles/{stage.published(headline=headline.strip())['slug']}")
    assert len(page.data["NewsArticle"]["headline"]) <= 110
    assert page.text("//h1") == headline.strip()


def test_open_graph_tells_what_is_shared(stage: Stage) -> None:
    page = look(stage, f"/articles/{stage.published(**usual())['slug']}")
    assert page.meta("og:type") == ["article"]
    assert page.meta("og:title") == ["Harbour bridge opens to trams after nine years"]
    assert page.meta("og:image") == ["https://img.example/bridge.jpg"]
    assert page.meta("og:image:alt") == ["A tram on the bridge"]
    assert page.meta("article:published_time")
    assert page.meta("description") == page.meta("og:description")
    assert look(stage, "/").meta("og:type") == ["website"]
    assert look(stage, "/").meta("twitter:card") == ["summary"]
