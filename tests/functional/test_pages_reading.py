"""Pages as readers find them: everything that stands on them, in their language, and what they say when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import reads, site
from broadsheet.pages import views

from tests.looking import harmless, look
from tests.scenario import usual

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

FORMS = ("login", "register", "verify", "reset", "account")
TEXTS = tuple(site.get().pages.texts)


def published(stage: Stage, **fields: Any) -> Any:
    """An article with everything, once the lists have seen it."""
    live = stage.published(**usual(**fields))
    stage.settle()
    return live


def test_an_article_has_all_that_a_reader_expects(stage: Stage) -> None:
    other = published(stage, headline="Ferry captains keep their whistles", language="en")
    live = published(stage, contributor_note="With Nell Garraway in Castle Wray.")
    comment = stage.comment(live["slug"], guest="Passer-by", text="I crossed *first*.")
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    assert page.text("//h1") == "Harbour bridge opens to trams after nine years"
    assert "The first tram crossed at noon" in page.text("//article/header/p[@class='standfirst']")
    assert page.all("//a[@rel='author']/@href") == ["/authors/ada-quist", "/authors/ben-oru"]
    assert "By Ada Quist and Ben Oru" in page.words
    assert "1 comment" in page.words
    assert page.one("//a[@rel='tag']/@href") == f"/topics/{live['topic']['slug']}"
    picture = page.one("//figure/img")
    assert (picture.get("src"), picture.get("alt")) == ("https://img.example/bridge.jpg", "A tram on the bridge")
    assert picture.get("fetchpriority") == "high"
    assert picture.get("loading") is None, "what is seen first is not put off"
    assert "C. Marsh" in page.text("//figcaption")
    assert len(page.texts("//div[@class='body']/p")) == 20
    assert page.of_class("contributors") == ["With Nell Garraway in Castle Wray."]
    assert "Frequently asked questions about Harbour bridge" in page.texts("//h2")
    assert page.texts("//section[@class='faq']/h3") == [f"What is asked {n}?" for n in range(5)]
    assert "More about Harbour bridge" in page.texts("//h2")
    assert page.of_class("why"), "an entry of a list says why it is there"
    assert page.all(f"//aside//a[@href='/articles/{other['slug']}']")
    assert page.one(f"//*[@id='comment-{comment['id']}']//div[@data-said]//em").text == "first"
    assert page.has("//form[@data-form='comment']")
    assert page.has("//nav[@data-account]//a[@href='/login']")
    assert site.get().blurb["en"] in page.words
    assert "© The Broadsheet Courier, 20" in page.words


def said(subject: str) -> dict[str, str]:
    return {"format": "html", "text": f"<p>{subject}</p>"}


def test_more_about_a_topic_holds_what_is_about_it_and_the_others_are_called_alike(stage: Stage) -> None:
    ferry = "Ferry pilots of Merrow Sound hung lanterns on the breakwater after the storm."
    body = {"body": said(ferry), "topic": "Ferries"}
    other = stage.published(headline="Pilots hang lanterns", **body)
    near = stage.published(
        headline="A baker by the breakwater",
        topic="Bread",
        body=said(
            "A baker whose oven went out for a week sells rye, barley and spelt to whoever walks past before breakfast."
        ),
    )
    live = stage.published(headline="Lanterns stay on the breakwater", **body)
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    below = "//section[@aria-labelledby='{}']//h3/a/@href"
    assert page.all(below.format("more-about")) == [f"/articles/{other['slug']}"]
    assert f"/articles/{near['slug']}" in page.all(below.format("more-like")) + page.all(below.format("also-like"))
    alone = look(stage, f"/articles/{near['slug']}")
    assert not alone.all(below.format("more-about")), "nothing else is about bread"
    assert alone.all(below.format("more-like"))
    assert "More about Bread" not in alone.texts("//h2")


def test_without_a_topic_more_about_is_of_the_section(stage: Stage) -> None:
    sailing = said("The regatta on Merrow Sound was won by a crew of bakers, rowing in aprons.")
    stage.published(headline="Bakers win the regatta", topic="Regatta", section="sports", body=sailing)
    live = stage.published(headline="Crew of bakers rows in aprons", topic=None, section="sports", body=sailing)
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    assert page.texts("//section[@aria-labelledby='more-about']/h2") == ["More about Sports"]


def test_both_lists_and_what_stands_beside_show_no_article_twice(stage: Stage) -> None:
    for n in range(8):
        stage.published(headline=f"Tram number {n} crosses the harbour bridge", topic="Harbour bridge")
    live = stage.published(topic="Harbour bridge")
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    shown = page.all("//article[contains(@class, 'card')]//*[contains(@class, 'headline')]/a/@href")
    assert len(shown) == len(set(shown)) > 5
    assert f"/articles/{live['slug']}" not in shown


def test_the_front_shows_what_editors_picked_then_the_newest_then_each_section(stage: Stage) -> None:
    first = stage.published(headline="A pick", section="sports")
    lives = [stage.published(headline=f"Story {n}", section="politics") for n in range(8)]
    given = {"items": [{"article": first["slug"]}]}
    stage.call("PUT", "/v1/newsroom/picks", given, token=stage.token("editor"), version=0)
    stage.settle()
    page = look(stage, "/")
    headlines = page.all("//main//*[contains(@class, 'headline')]/a/@href")
    assert headlines[0] == f"/articles/{first['slug']}"
    assert len(headlines) == len(set(headlines)) == 9
    assert f"/articles/{lives[-1]['slug']}" in headlines[:4]
    assert "Latest news" in page.texts("//main//h2")


def test_what_is_read_most_stands_on_the_front_as_a_ranking(stage: Stage, time: Clock) -> None:
    reads.forget()
    time.now = time.now.replace(minute=2, second=0, microsecond=0)
    lives = [stage.published(headline=f"Story {n}") for n in range(3)]
    for reader in range(4):
        stage.call("POST", f"/v1/articles/{lives[1]['slug']}/reads", {}, address=f"198.51.{reader}.1")
    time.forward(minutes=6)
    stage.every_five_minutes()
    stage.settle()
    page = look(stage, "/")
    assert page.texts("//ol[@class='ranking']/li")[0] == "Story 1"


def test_before_anything_is_published_the_front_says_so(stage: Stage) -> None:
    page = look(stage, "/")
    assert "Nothing has been published yet." in page.words
    assert not page.has("//main//article")
    assert page.data["WebSite"]["url"] == "https://news.example/"


@pytest.mark.parametrize("section", list(site.get().sections))
def test_an_empty_section_says_so(stage: Stage, section: str) -> None:
    page = look(stage, f"/sections/{section}")
    assert "Nothing here yet" in page.words
    assert page.text("//h1") == site.get().sections[section]["en"]


def test_a_listing_goes_on_where_it_ended_and_back_to_its_beginning(stage: Stage) -> None:
    slugs = [stage.published(headline=f"Story {n}")["slug"] for n in range(views.ON_A_PAGE + 1)]
    seen: list[str] = []
    path = "/sections/politics"
    while path:
        where, _, query = path.partition("?")
        page = look(stage, where, query=dict(part.split("=") for part in query.split("&") if part))
        seen += page.all("//main//*[contains(@class, 'headline')]/a/@href")[: len(slugs) - len(seen)]
        assert bool(page.meta("robots")) == bool(query)
        assert page.link("canonical") == ([] if query else ["https://news.example/sections/politics"])
        path = next(iter(page.all("//a[@rel='next']/@href")), "")
    assert [href.removeprefix("/articles/") for href in seen] == slugs[::-1]
    assert page.has("//a[@href='/sections/politics'][text()='Back to the latest']")


def test_a_topic_and_an_author_are_called_as_the_newest_article_calls_them(stage: Stage) -> None:
    stage.published(topic="Harbour bridge", byline=[{"name": "Ada Quist", "slug": "ada-quist"}])
    assert look(stage, "/topics/harbour-bridge").text("//h1") == "Harbour bridge"
    assert look(stage, "/authors/ada-quist").text("//h1") == "Ada Quist"


@pytest.mark.parametrize("path", ["/topics/no-such-topic", "/authors/nobody", "/sections/no-such-section"])
@pytest.mark.parametrize("before", ["", "/es"])
def test_a_listing_that_nobody_wrote_for_is_not_there(stage: Stage, path: str, before: str) -> None:
    look(stage, f"{before}{path}", 404)


@pytest.mark.parametrize("name", [*FORMS, *TEXTS])
def test_each_form_and_text_is_there_in_both_languages_and_costs_no_call(stage: Stage, name: str) -> None:
    english, spanish = look(stage, f"/{name}"), look(stage, f"/es/{name}")
    assert english.reply.calls == spanish.reply.calls == []
    assert (english.one("/html/@lang"), spanish.one("/html/@lang")) == ("en", "es")
    assert english.text("//h1") != spanish.text("//h1")
    assert english.has(f"//nav//a[@hreflang='es'][@href='/es/{name}']")
    assert spanish.has(f"//nav//a[@hreflang='en'][@href='/{name}']")


@pytest.mark.parametrize("name", FORMS)
def test_a_form_names_each_field_its_error_and_where_it_goes(stage: Stage, name: str) -> None:
    page = look(stage, f"/{name}")
    assert page.has("//form")
    for form in page.all("//form"):
        assert form.get("action").startswith("/v1/")
        assert form.get("data-form")
        assert form.xpath(".//button[@type='submit']")
        assert form.xpath(".//*[@data-failure][@role='alert']")
        for field in form.xpath(".//input[not(@type='hidden' or @type='radio')] | .//select | .//textarea"):
            assert page.has(f"//label[@for='{field.get('id')}']"), field.get("name")
            for described in (field.get("aria-describedby") or "").split():
                assert page.has(f"//*[@id='{described}']")
    ids = page.all("//@id")
    assert len(ids) == len(set(ids))
    assert page.meta("robots") == ["noindex"]


def test_a_password_is_hidden_and_left_to_the_password_manager(stage: Stage) -> None:
    kinds: set[str] = set()
    for name in FORMS:
        for field in look(stage, f"/{name}").all("//input[contains(@name, 'password')]"):
            assert field.get("type") == "password"
            kinds.add(field.get("autocomplete"))
    assert kinds == {"current-password", "new-password"}


def test_a_text_of_the_publishers_is_markdown_under_its_title(stage: Stage) -> None:
    page = look(stage, "/privacy")
    assert page.text("//h1") == "Privacy"
    assert page.texts("//div[@class='body']/h2")
    assert page.has("//div[@class='body']//a[@href='/account']")
    assert page.texts("//nav[@class='documents']//a[@href='/privacy']") == ["Privacy"]


def test_an_article_without_a_picture_a_topic_or_a_standfirst_is_whole(stage: Stage) -> None:
    live = stage.published(byline=[{"name": "Ada Quist"}])
    page = look(stage, f"/articles/{live['slug']}")
    assert not page.has("//main//img")
    assert not page.has("//a[@rel='author']")
    assert "By Ada Quist" in page.words
    assert page.meta("og:image") == []


def test_no_headline_stands_alone_below_full_rows_and_a_section_leads_with_a_picture(stage: Stage) -> None:
    image = {"url": "/pictures/a.svg", "alt": "", "width": 1200, "height": 675}
    for n in range(16):
        fields = {"image": image} if n == 2 else {}
        stage.published(headline=f"Story {n}", section="sports" if n < 4 else "politics", **fields)
    stage.settle()
    page = look(stage, "/")
    assert len(page.all("//ol[@class='wire']/li")) in {2, 4, 6}
    row = "//section[@aria-labelledby='section-sports']"
    assert page.text(f"{row}//article[contains(@class, 'feature')]//h3") == "Story 2"
    briefs = page.texts(f"{row}//div[@class='briefs']//h3")
    assert briefs == ["Story 3", "Story 1", "Story 0"]


def test_a_front_without_any_picture_is_whole(stage: Stage) -> None:
    for n in range(9):
        stage.published(headline=f"Story {n}")
    stage.settle()
    page = look(stage, "/")
    assert not page.has("//main//img")
    assert len(page.all("//main//article")) == 9


@pytest.mark.parametrize(
    ("image", "body", "eager"),
    [
        (True, "<p><img src='/b.svg'>Words</p>", "/a.svg"),
        (False, "<p><img src='/b.svg' alt='B'>Words</p><img src='/c.svg'>", "/b.svg"),
        (False, "<figure><img src='/b.svg'><figcaption>B</figcaption></figure><p>Words</p>", "/b.svg"),
        (False, "<p>Words</p><img src='/b.svg'>", None),
    ],
)
def test_only_the_picture_that_a_reader_sees_first_is_not_put_off(
    stage: Stage, image: bool, body: str, eager: str | None
) -> None:
    given = {"image": {"url": "/a.svg", "alt": "A"}} if image else {}
    live = stage.published(body={"format": "html", "text": body}, **given)
    pictures = look(stage, f"/articles/{live['slug']}").all("//article//img")
    at_once = [each for each in pictures if each.get("loading") is None]
    assert [each.get("src") for each in at_once] == ([eager] if eager else [])
    assert all(each.get("fetchpriority") == "high" for each in at_once)
    assert {each.get("decoding") for each in pictures} == {"async"}


def test_pictures_keep_their_place_and_come_when_they_are_near(stage: Stage) -> None:
    image = {"url": "https://img.example/a.jpg", "alt": "A tram", "width": 1200, "height": 800}
    for n in range(5):
        stage.published(headline=f"Story {n}", image=image)
    stage.settle()
    page = look(stage, "/")
    first, *others = page.all("//main//img")
    assert first.get("loading") is None
    assert {each.get("loading") for each in others} == {"lazy"}
    assert {(each.get("width"), each.get("height")) for each in page.all("//main//img")} == {("1200", "800")}
    live = stage.published(image=image)
    assert look(stage, f"/articles/{live['slug']}").one("//figure/img").get("width") == "1200"


def test_a_change_that_matters_is_dated_and_a_correction_stands_above_the_text(stage: Stage, time: Clock) -> None:
    live = stage.published()
    time.forward(minutes=10)
    given = {"kind": "correction", "text": "It was two trams, not <b>one</b>."}
    assert stage.act(live, "corrections", given).status == 200
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    assert "Updated" in page.text("//p[@class='times']")
    assert "It was two trams, not <b>one</b>." in page.text("//aside[@class='corrections']")
    assert page.tree.xpath("//aside[@class='corrections']/following-sibling::div[@class='body']")


# ---------------------------------------------------------------- languages


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
    same = {"body": said("Kwyjibo plinth restored at Vornholt gazebo."), "language": "ar", "topic": "نفق"}
    stage.published(headline="Kwyjibo", **same)
    live = stage.published(headline="Kwyjibo plinth", **same)
    stage.settle()
    (why,) = look(stage, f"/articles/{live['slug']}").all("//p[@class='why']")
    assert (why.get("lang"), why.get("dir")) == ("ar", "rtl")


def test_the_latest_stands_beside_an_article_even_where_all_is_on_its_page_already(stage: Stage) -> None:
    same = {"body": said("Kwyjibo plinth restored at Vornholt gazebo."), "topic": "Plinths"}
    slugs = [stage.published(headline=f"Plinth {n}", **same)["slug"] for n in range(3)]
    stage.settle()
    page = look(stage, f"/articles/{slugs[0]}")
    assert page.all("//section[@aria-labelledby='latest']//h3/a/@href") == [
        f"/articles/{slugs[2]}",
        f"/articles/{slugs[1]}",
    ]


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
    near = {"body": said("Kwyjibo plinth restored at Vornholt gazebo."), "topic": "Plinths"}
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
    assert "July 2, 2026, 12:30" in look(stage, f"/articles/{english['slug']}").words
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


def test_a_section_has_the_latest_of_the_whole_paper_beside_it(stage: Stage) -> None:
    stage.published(headline="A match", section="sports")
    stage.published(headline="A vote", section="politics")
    stage.settle()
    page = look(stage, "/sections/politics")
    beside = "//section[@aria-labelledby='latest']//*[contains(@class, 'headline')]"
    assert page.texts(beside) == ["A vote", "A match"]


def test_an_article_in_a_language_that_the_site_has_not_is_written_its_own_way(stage: Stage) -> None:
    live = stage.published(language="ar", headline="عنوان", topic="نفق")
    page = stage.call("GET", f"/articles/{live['slug']}").text
    assert '<article class="story" lang="ar" dir="rtl"' in page
    assert f"/topics/{live['topic']['slug']}" not in page, "its listing would be in a language that has none"


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="see src=" src="https://x.example/a onerror=alert(1) b.png">',
        '<img alt=" src=&quot;https://x.example/b.png&quot;" src="https://x.example/a.png">',
    ],
)
def test_no_text_about_a_picture_is_taken_for_its_address(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    service = site.Pictures("https://img.example/{width}/{url}", [320])
    changed = replace(site.get(), pages=replace(site.get().pages, pictures=service))
    monkeypatch.setattr(site, "get", lambda: changed)
    page = look(stage, f"/articles/{stage.published(body={'format': 'html', 'text': f'<p>Text.</p>{body}'})['slug']}")
    harmless(page)
    (picture,) = page.all("//div[@class='body']//img")
    assert picture.get("srcset").startswith("https://img.example/320/https://x.example/a")
    assert set(picture.keys()) == {"alt", "src", "srcset", "sizes", "loading", "decoding"}


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


def test_with_a_service_for_widths_a_browser_has_the_choice(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    service = site.Pictures("https://img.example/?w={width}&url={escaped}", [320, 1280])
    changed = replace(site.get(), pages=replace(site.get().pages, pictures=service))
    monkeypatch.setattr(site, "get", lambda: changed)
    body = '<p>Text.</p><img src="/p/tram.jpg?a=1&amp;b=2" alt="A tram"><img src="/p/plan.svg" alt="A plan">'
    live = stage.published(
        image={"url": "/p/harbour, at dawn.jpg".replace(" ", "%20"), "alt": ""}, body={"format": "html", "text": body}
    )
    page = look(stage, f"/articles/{live['slug']}")
    main = page.one("//figure[@class='main-picture']/img")
    made = [
        "https%3A%2F%2Fnews.example%2Fp%2Fharbour%2C%2520at%2520dawn.jpg",
        "https%3A%2F%2Fnews.example%2Fp%2Ftram.jpg%3Fa%3D1%26b%3D2",
    ]
    tram, plan = page.all("//div[@class='body']//img")
    for picture, escaped in zip((main, tram), made, strict=True):
        assert picture.get("srcset") == ", ".join(f"https://img.example/?w={w}&url={escaped} {w}w" for w in (320, 1280))
        assert picture.get("sizes").endswith("100vw")
    assert plan.get("srcset") is None, "a drawing is good at every width"
    stage.settle()
    front = look(stage, "/")
    assert "320w" in front.one("//article//img").get("srcset")
