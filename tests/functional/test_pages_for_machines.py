"""Feeds, sitemaps and structured data: read back by programs that are not ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import lxml.etree
import pytest
from broadsheet import clock, site
from broadsheet.pages import sitemaps, urls

from tests.looking import MAPS, feed, look, read_xml
from tests.scenario import usual

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

ORIGIN = "https://news.example"
XML_FEEDS = ("feed.rss", "feed.atom")
FEEDS = (*XML_FEEDS, "feed.json")
MEDIA = "{http://search.yahoo.com/mrss/}"
NASTY = 'Ferries & trams: <b>"free"</b> ]]> for all'


# ---------------------------------------------------------------- feeds


@pytest.mark.parametrize(("name", "version"), [("feed.rss", "rss20"), ("feed.atom", "atom10")])
def test_an_xml_feed_tells_what_the_newest_articles_are(stage: Stage, name: str, version: str, time: Clock) -> None:
    time.now = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    old = stage.published(headline="The older one")
    time.forward(minutes=5)
    live = stage.published(**usual(headline=NASTY, standfirst="It is <i>not</i> raining & that's that."))
    found = feed(stage, f"/{name}")
    assert found.version == version
    assert found.feed.title == "The Broadsheet Courier"
    assert found.feed.link == f"{ORIGIN}/"
    assert found.feed.language == "en"
    assert f"{ORIGIN}/{name}" in [link.href for link in found.feed.links if link.rel == "self"]
    assert found.feed.updated_parsed[:5] == (2026, 3, 1, 9, 35)
    first, second = found.entries
    assert (first.link, second.link) == (f"{ORIGIN}/articles/{live['slug']}", f"{ORIGIN}/articles/{old['slug']}")
    assert first.id == f"urn:ulid:{live['id']}"
    assert first.published_parsed[:5] == (2026, 3, 1, 9, 35)
    assert [author.name for author in first.authors if "name" in author][:1] == ["Ada Quist"]
    assert {tag.term for tag in first.tags} == {"Politics", "Harbour bridge"}


def test_a_headline_in_atom_is_text_and_a_summary_is_html(stage: Stage) -> None:
    stage.published(headline=NASTY, standfirst="It is <i>not</i> raining & that's that.")
    (entry,) = feed(stage, "/feed.atom").entries
    assert entry.title_detail.type == "text/plain"
    assert read_xml(stage.call("GET", "/feed.atom").text).findtext(".//{*}entry/{*}title") == NASTY
    assert "&lt;i&gt;" in entry.summary, "whoever shows it as HTML shows the words that were written"


@pytest.mark.parametrize("name", XML_FEEDS)
def test_every_author_is_named(stage: Stage, name: str) -> None:
    stage.published(byline=[{"name": "Ada Quist"}, {"name": "Ben Oru"}])
    assert stage.call("GET", f"/{name}").text.count("Ada Quist") == 1
    assert stage.call("GET", f"/{name}").text.count("Ben Oru") == 1


def test_a_json_feed_keeps_to_its_rules(stage: Stage) -> None:
    live = stage.published(**usual(headline=NASTY))
    given = json.loads(stage.call("GET", "/feed.json").text)
    assert given["version"] == "https://jsonfeed.org/version/1.1"
    assert {type(given[name]) for name in ("title", "home_page_url", "feed_url", "description", "language")} == {str}
    assert given["feed_url"] == f"{ORIGIN}/feed.json"
    (item,) = given["items"]
    assert (item["id"], item["url"]) == (f"urn:ulid:{live['id']}", f"{ORIGIN}/articles/{live['slug']}")
    assert item["title"] == NASTY
    assert item["content_text"]
    assert item["image"] == "https://img.example/bridge.jpg"
    for name in ("date_published", "date_modified"):
        assert datetime.fromisoformat(item[name]).tzinfo
    assert item["authors"][0] == {"name": "Ada Quist", "url": f"{ORIGIN}/authors/ada-quist"}
    for name in ("home_page_url", "feed_url"):
        assert urlsplit(given[name]).scheme == "https"


@pytest.mark.parametrize("name", FEEDS)
def test_sections_topics_and_languages_have_feeds_of_their_own(stage: Stage, name: str) -> None:
    stage.published(headline="Politics", section="politics", topic="Harbour bridge")
    stage.published(headline="Sports", section="sports")
    stage.published(headline="Política", section="politics", language="es")
    expected = {
        f"/{name}": ["Sports", "Politics"],
        f"/sections/politics/{name}": ["Politics"],
        f"/topics/harbour-bridge/{name}": ["Politics"],
        f"/es/{name}": ["Política"],
        f"/es/sections/politics/{name}": ["Política"],
        f"/sections/health/{name}": [],
    }
    for path, headlines in expected.items():
        text = stage.call("GET", path).text
        found = (
            [item["title"] for item in json.loads(text)["items"]]
            if name == "feed.json"
            else [entry.title for entry in feed(stage, path).entries]
        )
        assert found == headlines, path
    assert stage.call("GET", f"/es/topics/harbour-bridge/{name}").status == 404


def test_a_pages_feeds_are_those_of_what_it_is_about(stage: Stage) -> None:
    slug = stage.published(topic="Harbour bridge")["slug"]
    types = "//link[@rel='alternate'][@type='application/rss+xml']/@href"
    assert look(stage, "/es").all(types) == [f"{ORIGIN}/es/feed.rss"]
    assert look(stage, "/topics/harbour-bridge").all(types) == [f"{ORIGIN}/topics/harbour-bridge/feed.rss"]
    assert look(stage, f"/articles/{slug}").all(types) == [f"{ORIGIN}/sections/politics/feed.rss"]
    assert look(stage, "/about").all(types) == [f"{ORIGIN}/feed.rss"]


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_another_only_after_what_matters_to_who_has_read_it(stage: Stage, name: str, time: Clock) -> None:
    time.now = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    live = stage.published()
    before = stage.call("GET", f"/{name}")
    time.forward(minutes=10)
    live = stage.publish(stage.save(live, {"tags": ["Trams"], "contributor_note": "With Nell Garraway."}).json)
    assert stage.call("GET", f"/{name}", if_none_match=before.etag).status == 304
    time.forward(minutes=10)
    assert stage.act(live, "corrections", {"kind": "correction", "text": "It was two trams."}).status == 200
    after = stage.call("GET", f"/{name}", if_none_match=before.etag)
    assert after.status == 200
    if name in XML_FEEDS:
        assert feed(stage, f"/{name}").feed.updated_parsed[:5] == (2026, 3, 1, 9, 50)
    if name == "feed.atom":
        (entry,) = feed(stage, f"/{name}").entries
        assert (entry.published_parsed[4], entry.updated_parsed[4]) == (30, 50)
    if name == "feed.json":
        (item,) = json.loads(after.text)["items"]
        assert (item["date_published"][:16], item["date_modified"][:16]) == ("2026-03-01T09:30", "2026-03-01T09:50")


@pytest.mark.parametrize("name", FEEDS)
def test_an_empty_feed_is_a_feed_that_never_changes(stage: Stage, name: str, time: Clock) -> None:
    before = stage.call("GET", f"/{name}")
    time.forward(days=1)
    assert stage.call("GET", f"/{name}", if_none_match=before.etag).status == 304
    if name in XML_FEEDS:
        assert feed(stage, f"/{name}").entries == []


# ---------------------------------------------------------------- sitemaps


def locations(stage: Stage, path: str) -> list[str]:
    reply = stage.call("GET", path)
    assert reply.headers["content-type"] == "application/xml; charset=utf-8"
    return [each.text or "" for each in read_xml(reply.text).findall(".//s:loc", MAPS)]


def test_the_sitemap_leads_to_every_article_by_month(stage: Stage, time: Clock) -> None:
    live: dict[str, list[str]] = {}
    for month in (1, 1, 3):
        time.now = datetime(2026, month, 20, 9, 30, tzinfo=UTC)
        stage._tokens.clear()
        slug = stage.published(headline=f"In month {month}")["slug"]
        live.setdefault(f"2026-{month:02d}", []).append(f"{ORIGIN}/articles/{slug}")
    assert locations(stage, "/sitemap.xml") == [
        f"{ORIGIN}/sitemaps/{name}.xml" for name in ("site", "2026-03", "2026-02", "2026-01")
    ]
    assert locations(stage, "/sitemaps/2026-01.xml") == live["2026-01"][::-1]
    assert locations(stage, "/sitemaps/2026-03.xml") == live["2026-03"]
    assert locations(stage, "/sitemaps/2026-02.xml") == [f"{ORIGIN}/"], "what the index names answers, and is not empty"
    for nothing in ("2025-12", "2026-04"):
        assert stage.call("GET", f"/sitemaps/{nothing}.xml").status == 404
    tree = read_xml(stage.call("GET", "/sitemaps/2026-03.xml").text)
    changed = tree.find(".//s:lastmod", MAPS)
    assert changed is not None
    assert clock.parse(str(changed.text)) == time.now


def test_the_sites_own_pages_stand_in_a_sitemap_in_every_language(stage: Stage) -> None:
    found = locations(stage, "/sitemaps/site.xml")
    assert {f"{ORIGIN}/", f"{ORIGIN}/es", f"{ORIGIN}/sections/politics", f"{ORIGIN}/es/about"} <= set(found)
    assert len(found) == len(set(found)) == 2 * (1 + len(site.get().sections) + len(site.get().pages.texts))
    for path in found:
        assert stage.call("GET", path.removeprefix(ORIGIN)).status == 200


def test_without_an_article_the_index_has_the_sites_pages_alone(stage: Stage) -> None:
    assert locations(stage, "/sitemap.xml") == [f"{ORIGIN}/sitemaps/site.xml"]


@pytest.mark.parametrize(
    ("language", "named"),
    [("en-GB", "en"), ("es-MX", "es"), ("zh-Hant-HK", "zh-tw"), ("zh-TW", "zh-tw"), ("zh", "zh-cn")],
)
def test_news_name_a_language_without_its_region(stage: Stage, language: str, named: str) -> None:
    stage.published(language=language)
    assert f"<news:language>{named}</news:language>" in stage.call("GET", "/sitemap-news.xml").text


def test_news_are_what_is_two_days_old_at_most(stage: Stage, time: Clock) -> None:
    time.now = time.now.replace(microsecond=0)
    stage.published(headline="Too old")
    time.forward(hours=49)
    stage._tokens.clear()
    slug = stage.published(headline=NASTY, language="es")["slug"]
    tree = read_xml(stage.call("GET", "/sitemap-news.xml").text)
    (entry,) = tree.findall("s:url", MAPS)
    text = {name: str(found.text) for name in ("n:title", "n:name", "n:language", "n:publication_date")
            if (found := entry.find(f".//{name}", MAPS)) is not None}  # fmt: skip
    assert locations(stage, "/sitemap-news.xml") == [f"{ORIGIN}/articles/{slug}"]
    assert text["n:title"] == NASTY
    assert (text["n:name"], text["n:language"]) == ("The Broadsheet Courier", "es")
    assert clock.parse(text["n:publication_date"]) == time.now


def test_what_was_withdrawn_is_in_no_feed_and_no_sitemap(stage: Stage) -> None:
    live = stage.published()
    paths = ["/feed.rss", "/feed.atom", "/feed.json", "/sitemap-news.xml", f"/sitemaps/{clock.now():%Y-%m}.xml"]
    assert all(live["slug"] in stage.call("GET", path).text for path in paths)
    stage.act(live, "unpublish")
    stage.settle()
    assert not any(live["slug"] in stage.call("GET", path).text for path in paths)


def test_a_scheduled_article_is_nowhere(stage: Stage) -> None:
    at = (clock.now() + timedelta(days=1)).isoformat()
    stage.publish(stage.draft(headline="Embargoed words", topic="Secret"), publish_at=at)
    stage.settle()
    paths = [
        "/",
        "/sections/politics",
        "/feed.rss",
        "/feed.json",
        "/sitemap-news.xml",
        "/sitemap.xml",
        "/topics/secret",
    ]
    assert not any("Embargoed" in stage.call("GET", path).text for path in paths)


def test_a_months_end_belongs_to_the_month(stage: Stage, time: Clock) -> None:
    time.now = datetime(2026, 1, 31, 23, 59, 59, 999000, tzinfo=UTC)
    slug = stage.published()["slug"]
    assert locations(stage, "/sitemaps/2026-01.xml") == [f"{ORIGIN}/articles/{slug}"]
    time.now = datetime(2026, 2, 1, tzinfo=UTC)
    assert locations(stage, "/sitemaps/2026-02.xml") == [f"{ORIGIN}/"]


def test_a_month_with_more_than_fits_keeps_the_newest(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST", 2)
    slugs = [stage.published(headline=f"Story {n}")["slug"] for n in range(3)]
    found = locations(stage, f"/sitemaps/{clock.now():%Y-%m}.xml")
    assert found == [f"{ORIGIN}/articles/{slug}" for slug in slugs[:0:-1]]


def test_a_month_is_never_more_than_a_function_may_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    slugs = [stage.published(headline=f"{'Мост ' * 12}{n}")["slug"] for n in range(3)]
    monkeypatch.setattr(sitemaps, "LARGEST", 2 * (len(urls.article(slugs[2])) + sitemaps.AROUND))
    found = locations(stage, f"/sitemaps/{clock.now():%Y-%m}.xml")
    assert found == [f"{ORIGIN}{urls.article(slug)}" for slug in slugs[:0:-1]]
    whole = stage.call("GET", f"/sitemaps/{clock.now():%Y-%m}.xml").text
    assert len(whole) / 2 < len(urls.article(slugs[2])) + 2 * sitemaps.AROUND


def test_a_sitemap_of_no_news_has_the_front(stage: Stage, time: Clock) -> None:
    stage.published()
    time.forward(days=3)
    assert locations(stage, "/sitemap-news.xml") == [f"{ORIGIN}/"]


@pytest.mark.parametrize("name", XML_FEEDS)
def test_an_xml_feed_has_the_pictures(stage: Stage, name: str) -> None:
    stage.published(headline="Without one")
    image = {"url": "/pictures/a.svg", "alt": "Cranes", "caption": "Cranes & <b>hulls</b>", "credit": "C. Marsh"}
    stage.published(headline="With one", image={**image, "width": 1200, "height": 675})
    first, second = feed(stage, f"/{name}").entries
    (picture,) = first.media_content
    assert picture == {
        "url": f"{ORIGIN}/pictures/a.svg",
        "medium": "image",
        "width": "1200",
        "height": "675",
    }
    tree = read_xml(stage.call("GET", f"/{name}").text)
    told = {lxml.etree.QName(each).localname: each.text for each in tree.find(f".//{MEDIA}content")}
    assert told == {"description": "Cranes & <b>hulls</b>", "credit": "C. Marsh"}
    assert "media_content" not in second
