"""Pages as readers find them: everything that stands on them, in their language, and what they say when there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from broadsheet import reads, site
from broadsheet.pages import views

from tests.looking import look
from tests.scenario import told, usual

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


def test_more_about_a_topic_holds_what_is_about_it_and_the_others_are_called_alike(stage: Stage) -> None:
    ferry = "Ferry pilots of Merrow Sound hung lanterns on the breakwater after the storm."
    body = {"body": told(ferry), "topic": "Ferries"}
    other = stage.published(headline="Pilots hang lanterns", **body)
    near = stage.published(
        headline="A baker by the breakwater",
        topic="Bread",
        body=told(
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
    sailing = told("The regatta on Merrow Sound was won by a crew of bakers, rowing in aprons.")
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
        assert page.meta("robots") == ["noindex" if query else "max-image-preview:large"]
        assert bool(page.data) != bool(query)
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
    assert [urlsplit(url).path.rpartition("/")[2][:8] for url in page.meta("og:image")] == ["icon-512"]


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


def test_the_latest_stands_beside_an_article_even_where_all_is_on_its_page_already(stage: Stage) -> None:
    same = {"body": told("Kwyjibo plinth restored at Vornholt gazebo."), "topic": "Plinths"}
    slugs = [stage.published(headline=f"Plinth {n}", **same)["slug"] for n in range(3)]
    stage.settle()
    page = look(stage, f"/articles/{slugs[0]}")
    assert page.all("//section[@aria-labelledby='latest']//h3/a/@href") == [
        f"/articles/{slugs[2]}",
        f"/articles/{slugs[1]}",
    ]


def test_a_section_has_the_latest_of_the_whole_paper_beside_it(stage: Stage) -> None:
    stage.published(headline="A match", section="sports")
    stage.published(headline="A vote", section="politics")
    stage.settle()
    page = look(stage, "/sections/politics")
    beside = "//section[@aria-labelledby='latest']//*[contains(@class, 'headline')]"
    assert page.texts(beside) == ["A vote", "A match"]
