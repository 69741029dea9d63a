"""Languages on pages: each thing is said in the right one, and leads to itself in the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from broadsheet import site

from tests.looking import look
from tests.scenario import told

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage


def test_an_article_leads_to_its_translation_and_stands_in_its_own_language(stage: Stage) -> None:
    english = stage.published(headline="Trams cross the bridge")
    spanish = stage.published(headline="Los tranvías cruzan el puente", language="es", translation_of=english["slug"])
    page = look(stage, f"/articles/{spanish['slug']}")
    assert page.one("/html/@lang") == "es"
    assert "Deja un comentario" in page.texts("//h2")
    assert page.has(f"//nav//a[@hreflang='en'][@href='/articles/{english['slug']}']")
    assert page.hreflang == {
        "es": f"https://news.example/articles/{spanish['slug']}",
        "en": f"https://news.example/articles/{english['slug']}",
        "x-default": f"https://news.example/articles/{english['slug']}",
    }
    assert look(stage, f"/articles/{english['slug']}").hreflang == page.hreflang
    assert page.has("//a[@href='/es/sections/politics']")


def test_without_a_translation_the_switcher_leads_to_the_other_front_and_says_so(stage: Stage) -> None:
    path = f"/articles/{stage.published()['slug']}"
    page = look(stage, path)
    assert page.hreflang == {}
    assert page.texts("//nav//a[@hreflang='es'][@href='/es']") == ["Español", "Español: portada"]
    assert page.all("//nav//a[@hreflang='es'][@href='/es']/@aria-label") == ["Español: portada"]
    assert page.texts(f"//nav//a[@aria-current='true'][@hreflang='en'][@href='{path}']") == ["English"] * 2
    spanish = look(stage, f"/articles/{stage.published(language='es')['slug']}")
    assert spanish.all("//nav//a[@hreflang='en'][@href='/']/@aria-label") == ["English: front page"]


@pytest.mark.parametrize("path", ["/", "/es", "/sections/politics", "/about", "/es/login"])
def test_where_the_same_page_is_there_in_another_language_the_switcher_says_no_more(stage: Stage, path: str) -> None:
    page = look(stage, path)
    assert page.texts("//nav[@class='languages']/a") == ["English", "Español"] * 2
    assert not page.has("//nav[@class='languages']/a[@aria-label]")


def test_each_language_has_its_own_front_with_its_own_articles(stage: Stage) -> None:
    stage.published(headline="Trams cross the bridge")
    stage.published(headline="Los tranvías cruzan el puente", language="es")
    stage.settle()
    english, spanish = look(stage, "/"), look(stage, "/es")
    assert "Los tranvías" not in english.words
    assert "Trams cross" not in spanish.words
    assert "Últimas noticias" not in english.words
    assert (
        spanish.hreflang
        == english.hreflang
        == {
            "en": "https://news.example/",
            "es": "https://news.example/es",
            "x-default": "https://news.example/",
        }
    )


def test_an_article_in_a_language_the_site_does_not_speak_says_which_it_is(stage: Stage) -> None:
    page = look(stage, f"/articles/{stage.published(headline='Le pont est ouvert', language='fr')['slug']}")
    assert page.one("/html/@lang") == "en"
    assert page.one("//article[contains(@class, 'story')]/@lang") == "fr"
    assert page.one("//div[contains(@class, 'facts')]/@lang") == "en"
    assert page.data["NewsArticle"]["inLanguage"] == "fr"


def test_a_translation_into_a_language_that_the_site_has_not_is_no_other_page_of_it(stage: Stage) -> None:
    english = stage.published(headline="The bridge is open")
    french = stage.published(headline="Le pont est ouvert", language="fr", translation_of=english["slug"])
    page = look(stage, f"/articles/{english['slug']}")
    own, spanish = page.all("//header//nav[@class='languages']/a/@href")
    assert (own, spanish) == (f"/articles/{english['slug']}", "/es")
    assert page.hreflang["fr"].endswith(french["slug"])
    assert look(stage, f"/articles/{french['slug']}").all("//header//nav[@class='languages']/a/@href") == [
        f"/articles/{english['slug']}",
        "/es",
    ]


def test_what_is_shown_in_another_language_leads_to_its_own_in_this_one(stage: Stage) -> None:
    british = stage.published(headline="The bridge is open", language="en-GB")
    arabic = stage.published(headline="عنوان", language="ar", translation_of=british["slug"])
    page = look(stage, f"/articles/{arabic['slug']}")
    own, _ = page.all("//header//nav[@class='languages']/a")
    assert (own.get("href"), own.get("aria-current")) == (f"/articles/{british['slug']}", None)
    american = stage.published(headline="The bridge has opened", language="en-US", translation_of=british["slug"])
    own, _ = look(stage, f"/articles/{american['slug']}").all("//header//nav[@class='languages']/a")
    assert (own.get("href"), own.get("aria-current")) == (f"/articles/{american['slug']}", "true")


def test_a_reason_is_in_the_language_it_is_written_in(stage: Stage) -> None:
    same = {"body": told("Kwyjibo plinth restored at Vornholt gazebo."), "language": "ar", "topic": "نفق"}
    stage.published(headline="Kwyjibo", **same)
    live = stage.published(headline="Kwyjibo plinth", **same)
    stage.settle()
    (why,) = look(stage, f"/articles/{live['slug']}").all("//p[@class='why']")
    assert (why.get("lang"), why.get("dir")) == ("ar", "rtl")


def test_a_regional_article_stands_in_the_edition_of_its_language(stage: Stage) -> None:
    fields = {"topic": "Puente", "byline": [{"name": "Inés Vega", "slug": "ines-vega"}], "language": "es-MX"}
    live = stage.published(headline="El puente", **fields)
    stage.settle()
    path = f"/articles/{live['slug']}"
    page = look(stage, path)
    assert page.one("/html/@lang") == "es"
    led_to = ("/es/sections/politics", f"/es/topics/{live['topic']['slug']}", "/es/authors/ines-vega")
    assert set(led_to) <= set(page.all("//article//a/@href"))
    for there in ("/es", *led_to):
        assert path in look(stage, there).all("//main//a/@href"), there
    assert "El puente" in stage.call("GET", "/es/feed.rss").text
    for asked in ("es", "es-MX", "es-AR"):
        listed = stage.call("GET", "/v1/articles", query={"language": asked}).json["items"]
        assert [card["language"] for card in listed] == ["es-MX"]
        assert stage.call("GET", "/v1/front", query={"language": asked}).json["latest"] == listed
    stage.act(live, "unpublish")
    stage.settle()
    assert stage.call("GET", "/v1/articles", query={"language": "es"}).json["items"] == []
    assert path not in look(stage, "/es").all("//a/@href")


def test_an_author_who_has_no_page_in_any_language_of_the_site_is_named_and_no_more(stage: Stage) -> None:
    byline = [{"name": "Ελένη Ζωή", "slug": "eleni-zoi"}]
    page = look(stage, f"/articles/{stage.published(headline='Γέφυρα', language='el', byline=byline)['slug']}")
    assert "Ελένη Ζωή" in page.text("//p[@class='by']")
    assert not page.has("//a[@rel='author']")
    assert page.data["NewsArticle"]["author"] == [{"@type": "Person", "name": "Ελένη Ζωή"}]
    assert page.meta("og:locale") == ["el_GR"]


def test_a_card_is_in_its_language_as_far_as_its_writer_wrote_it(stage: Stage) -> None:
    near = {"body": told("Kwyjibo plinth restored at Vornholt gazebo."), "topic": "Plinths"}
    german = stage.published(headline="Kwyjibo plinth", language="de", **near)
    live = stage.published(headline="Kwyjibo plinth", **near)
    stage.settle()
    (headline,) = look(stage, f"/articles/{live['slug']}").all(
        f"//*[contains(@class, 'headline')][a/@href='/articles/{german['slug']}']"
    )
    assert (headline.get("lang"), headline.get("dir")) == ("de", "ltr")
    assert headline.getparent().get("lang") is None, "its date and the reason are in the page's"


def test_a_translation_for_whoever_reads_none_of_them_is_the_one_in_the_sites_own(stage: Stage) -> None:
    british = stage.published(headline="The bridge", language="en-GB")
    spanish = stage.published(headline="El puente", language="es", translation_of=british["slug"])
    for each in (british, spanish):
        assert look(stage, f"/articles/{each['slug']}").hreflang["x-default"].endswith(british["slug"])
    french = stage.published(headline="Le pont", language="fr")
    other = stage.published(headline="El otro puente", language="es", translation_of=french["slug"])
    for each in (french, other):
        assert "x-default" not in look(stage, f"/articles/{each['slug']}").hreflang


def test_a_name_that_is_written_from_the_right_moves_no_date(stage: Stage) -> None:
    live = stage.published(byline=[{"name": "Ada Quist"}, {"name": "ليلى حداد"}])
    stage.settle()
    for path in ("/", f"/articles/{live['slug']}"):
        assert look(stage, path).texts("//*[@class='by']//bdi")[:2] == ["Ada Quist", "ليلى حداد"]


def test_a_withdrawn_article_says_so_in_its_own_language(stage: Stage) -> None:
    live = stage.published(headline="El puente", language="es")
    stage.act(live, "unpublish")
    page = look(stage, f"/articles/{live['slug']}", 410)
    assert (page.one("/html/@lang"), page.text("//h1")) == ("es", "Este artículo se retiró")


def test_dates_are_written_as_the_language_writes_them_in_the_sites_time(stage: Stage, time: Clock) -> None:
    time.now = time.now.replace(year=2026, month=7, day=1, hour=23, minute=30, second=0, microsecond=0)
    english = stage.published()
    spanish = stage.published(headline="El puente", language="es")
    # London is an hour ahead of UTC in July, so it is the next day there.
    assert "2 July 2026, 00:30" in look(stage, f"/articles/{english['slug']}").words
    page = look(stage, f"/articles/{spanish['slug']}")
    assert "2 de julio de 2026, 0:30" in page.words
    assert page.all("//p[@class='times']/time/@datetime") == ["2026-07-01T23:30:00.000Z"]
    assert page.one("//p[@class='today']/time").get("datetime") == "2026-07-02"
    time.now = time.now.replace(month=12, day=31, hour=23)
    assert "The Broadsheet Courier, 2026" in look(stage, "/").words


@pytest.mark.parametrize("path", ["/en", "/en/about", "/xx", "/xx/about", "/es/nonsense", "/nonsense", "/ES", "/es/es"])
def test_a_language_stands_in_an_address_only_where_there_is_one(stage: Stage, path: str) -> None:
    look(stage, path, 404)


def test_a_page_that_is_missing_says_so_in_the_language_of_its_address(stage: Stage) -> None:
    assert look(stage, "/es/nada", 404).text("//h1") == "Esta página no existe"
    assert look(stage, "/nothing", 404).text("//h1") == "This page does not exist"


def test_an_embed_without_a_name_is_called_by_its_host_in_the_language_of_the_page(stage: Stage) -> None:
    body = (
        "<p>Look:</p><iframe src='https://www.youtube-nocookie.com/embed/a'></iframe>"
        "<iframe src='https://player.vimeo.com/video/1' title='The &quot;launch&quot;'></iframe>"
    )
    for language, name in (("en", "Video from youtube-nocookie.com"), ("es", "Vídeo de youtube-nocookie.com")):
        live = stage.published(language=language, body={"format": "html", "text": body})
        page = look(stage, f"/articles/{live['slug']}")
        assert page.all("//iframe/@title") == [name, 'The "launch"']


def test_an_article_in_a_language_that_the_site_has_not_is_written_its_own_way(stage: Stage) -> None:
    live = stage.published(language="ar", headline="عنوان", topic="نفق")
    page = stage.call("GET", f"/articles/{live['slug']}").text
    assert '<article class="story" lang="ar" dir="rtl"' in page
    assert f"/topics/{live['topic']['slug']}" not in page, "its listing would be in a language that has none"


def test_what_was_listed_leaves_its_listings_whatever_languages_the_site_has_by_then(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = stage.published(headline="El puente", language="es-MX")
    stage.settle()
    changed = replace(site.get(), languages={**site.get().languages, "es-MX": "Español de México"})
    monkeypatch.setattr(site, "get", lambda: changed)
    moved = stage.publish(stage.save(live, {"headline": "El puente nuevo"}).json)
    stage.settle()
    for tag, there in (("es", []), ("es-MX", [live["id"]])):
        assert [
            card["id"] for card in stage.call("GET", "/v1/articles", query={"language": tag}).json["items"]
        ] == there
        assert [card["id"] for card in stage.call("GET", "/v1/front", query={"language": tag}).json["latest"]] == there
    monkeypatch.undo()
    stage.act(moved, "unpublish")
    stage.settle()
    for tag in ("es", "es-MX"):
        assert stage.call("GET", "/v1/articles", query={"language": tag}).json["items"] == []
