"""Addresses of pages: none breaks, each says which is the right one, and none depends on who asks for it or how."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from broadsheet import articles, front, settings, site, table
from broadsheet.pages import assets, render

from tests.looking import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Reply, Stage

ORIGIN = "https://news.example"
KEPT = "public, max-age=0, s-maxage=60, stale-while-revalidate=60"
ORIGIN_OF_THE_CDN = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


def every_page(stage: Stage) -> list[str]:
    """One path of each kind."""
    live = stage.published(topic="Harbour bridge")
    stage.comment(live["slug"], guest="Passer-by")
    stage.settle()
    return [
        *("/", "/es", f"/articles/{live['slug']}", "/about", "/es/about", "/login", "/account"),
        *("/sections/politics", "/topics/harbour-bridge", "/authors/ada-quist", "/es/sections/politics"),
        *("/feed.rss", "/feed.atom", "/feed.json", "/sections/politics/feed.rss", "/topics/harbour-bridge/feed.json"),
        *("/sitemap.xml", "/sitemap-news.xml", "/sitemaps/site.xml", "/robots.txt", "/favicon.svg"),
    ]


# ---------------------------------------------------------------- none breaks


def test_an_older_slug_leads_to_the_current_one_in_one_step(stage: Stage) -> None:
    live = stage.published(headline="Trams cross the bridge")
    saved = stage.save(live, {"headline": "Trams cross the bridge at last", "slug": None}).json
    current = stage.publish(saved)["slug"]
    assert current != live["slug"]
    reply = stage.call("GET", f"/articles/{live['slug']}")
    assert (reply.status, reply.headers["location"]) == (308, f"{ORIGIN}/articles/{current}")
    assert reply.headers["cache-control"] == KEPT
    assert look(stage, f"/articles/{current}")


def test_who_is_led_to_the_current_address_keeps_the_place_in_the_discussion(stage: Stage) -> None:
    slug = stage.published()["slug"]
    query = {"order": "newest", "cursor": 'a&b="c', "utm_source": "mail"}
    for path in (f"/articles/{slug.upper()}", f"/articles/{slug}/"):
        reply = stage.call("GET", path, query=query)
        assert reply.status == 308
        assert reply.headers["location"] == f"{ORIGIN}/articles/{slug}?cursor=a%26b%3D%22c&order=newest"
        assert 'href="' + reply.headers["location"].replace("&", "&amp;") + '"' in reply.text
    reply = stage.call("GET", "/sections/politics/", query={"cursor": "x"})
    assert reply.headers["location"] == f"{ORIGIN}/sections/politics?cursor=x"


def test_any_words_before_the_key_lead_to_the_article(stage: Stage) -> None:
    slug = stage.published()["slug"]
    key = slug.rpartition("-")[2]
    for other in (
        key,
        f"quite-other-words-{key}",
        slug.upper(),
        f"a.b,c-{key}",
        f"it's-{key}",
        f"-{key}",
        f"café-{key}",
    ):
        assert stage.call("GET", f"/articles/{other}").headers["location"] == f"{ORIGIN}/articles/{slug}"


def test_letters_whose_vowels_are_marks_keep_them(stage: Stage) -> None:
    river, man = (stage.published(headline=f"{word} वार्ता", topic=word)["topic"]["slug"] for word in ("नदी", "नद"))
    assert (river, man) == ("नदी", "नद")
    stage.settle()
    for topic in (river, man):
        assert look(stage, f"/topics/{topic}").text("//h1") == topic
    (live,) = look(stage, f"/topics/{river}").all("//main//h2/a/@href")
    assert look(stage, unquote(live)).text("//h1") == "नदी वार्ता"


def test_an_article_of_another_script_has_an_address_that_can_be_followed(stage: Stage) -> None:
    slug = stage.published(headline="Γέφυρα του λιμανιού", language="el")["slug"]
    page = look(stage, f"/articles/{slug}")
    (canonical,) = page.link("canonical")
    assert canonical.isascii()
    assert canonical.startswith(f"{ORIGIN}/articles/%")
    key = slug.rpartition("-")[2]
    assert stage.call("GET", f"/articles/{key}").headers["location"] == canonical


def test_a_withdrawn_article_says_so_with_410(stage: Stage) -> None:
    live = stage.published(headline="Taken back")
    assert stage.act(live, "unpublish").status == 200
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}", 410)
    assert page.text("//h1") == "This article was withdrawn"
    assert "Taken back" not in page.reply.text


@pytest.mark.parametrize(
    "path",
    ["/articles/no-such-article-00000000", "/articles/x", "/no/such/page/at/all", "/static/site.css", "/sitemaps/x.xml",
     "/sitemaps/1999-01.xml", "/sitemaps/2026-13.xml", "/sections/politics/feed.txt", "/topics/nobody/feed.rss", "/%00",
     "/..%2f..%2fetc", "/articles/../login", "/authors/<script>", "/sections/Politics", "/topics/a%22b"],
)  # fmt: skip
def test_what_is_not_there_is_a_page_that_says_so_and_is_kept_for_moments(stage: Stage, path: str) -> None:
    page = look(stage, path, 404)
    assert page.text("//h1") == "This page does not exist"
    assert page.meta("robots") == ["noindex"]
    assert page.reply.headers["cache-control"] == "public, max-age=0, s-maxage=5"


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/no/such/thing", "/v1/login", "/v1/sections/politics"])
def test_below_v1_programs_get_a_problem(stage: Stage, path: str) -> None:
    reply = stage.call("GET", path)
    assert (reply.status, reply.code) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "tidy"),
    [("/about/", "/about"), ("/sections/politics/", "/sections/politics"), ("/es/", "/es"), ("/evil.example//", "/evil.example"),
     ("/no/such/page/", "/no/such/page")],
)  # fmt: skip
def test_a_slash_too_many_leads_to_the_same_without_and_never_elsewhere(stage: Stage, path: str, tidy: str) -> None:
    reply = stage.call("GET", path)
    assert (reply.status, reply.headers["location"]) == (308, f"{ORIGIN}{tidy}")


# ---------------------------------------------------------------- which is the right one


def test_every_page_names_its_address_from_configuration_whatever_the_request_says(stage: Stage) -> None:
    for path in every_page(stage):
        lies = {"host": "evil.example", "x_forwarded_host": "evil.example", "x_forwarded_proto": "http"}
        reply = stage.call("GET", path, **lies)
        assert "evil.example" not in reply.text
        if reply.headers["content-type"].startswith("text/html"):
            page = look(stage, path)
            assert page.link("canonical") == ([] if page.meta("robots") == ["noindex"] else [f"{ORIGIN}{path}"])
            assert page.meta("og:url") == [f"{ORIGIN}{path}"]
            assert page.texts("//title")[0]
            assert len(page.all("//h1")) == 1


def test_every_link_on_a_page_leads_somewhere(stage: Stage) -> None:
    seen: set[str] = set()
    for path in [path for path in every_page(stage) if "." not in path]:
        page = look(stage, path)
        for href in {*page.all("//a/@href"), *page.all("//link/@href"), *page.all("//script/@src")}:
            where = href.removeprefix(ORIGIN).partition("#")[0].partition("?")[0]
            if where.startswith("/") and where not in seen and not where.startswith("/v1/"):
                seen.add(where)
                assert stage.call("GET", where).status in {200, 308}, f"{href} on {path}"
            if href.startswith("#"):
                assert page.has(f"//*[@id='{href[1:]}']"), f"{href} on {path}"
    assert len(seen) > 40


def test_headings_go_down_one_level_at_a_time(stage: Stage) -> None:
    for path in [path for path in every_page(stage) if "." not in path]:
        levels = [int(each.tag[1]) for each in look(stage, path).all("//h1|//h2|//h3|//h4|//h5|//h6")]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)


# ---------------------------------------------------------------- what caches keep


def test_a_page_is_kept_for_a_minute_and_not_sent_again_to_who_has_it(stage: Stage) -> None:
    for path in every_page(stage):
        reply = stage.call("GET", path)
        hour = path in {"/robots.txt", "/favicon.svg"}
        assert reply.headers["cache-control"] == (KEPT.replace("60", "3600", 1) if hour else KEPT)
        again = stage.call("GET", path, if_none_match=reply.etag)
        assert (again.status, again.text) == (304, "")
        assert stage.call("GET", path, if_none_match='W/"other"').status == 200


def test_a_page_is_the_same_whoever_asks(stage: Stage) -> None:
    """Cookies, tokens, languages and addresses are not looked at: a cache may give one reader's page to another."""
    token = stage.person("admin", "Mara")
    for path in every_page(stage):
        plain = stage.call("GET", path)
        known = stage.call(
            "GET",
            path,
            token=token,
            cookie=f"__Host-session={token}",
            accept_language="es",
            user_agent="Mara's telephone",
            address="198.51.100.7",
        )
        assert (known.text, known.headers, known.cookies) == (plain.text, plain.headers, [])
        assert not [word for word in ("Mara", "198.51", token) if word in known.text]


def test_a_head_says_what_the_get_would_and_sends_nothing(stage: Stage) -> None:
    for path in [*every_page(stage), "/nothing"]:
        whole, head = stage.call("GET", path), stage.call("HEAD", path)
        assert (head.status, head.headers, head.text) == (whole.status, whole.headers, "")


def test_the_interface_answers_no_head_and_no_cache_keeps_that(stage: Stage) -> None:
    for path in ("/v1/front", "/v1/nothing"):
        head = stage.call("HEAD", path)
        assert (head.status, head.headers["allow"], head.headers["cache-control"]) == (405, "GET", "no-store")
        assert head.text == ""


def test_a_page_is_compressed_for_those_who_take_it(stage: Stage) -> None:
    slug = stage.published()["slug"]
    plain = stage.call("GET", f"/articles/{slug}")
    packed = stage.call("GET", f"/articles/{slug}", accept_encoding="gzip, br")
    assert packed.headers["content-encoding"] == "gzip"
    assert (packed.text, packed.etag) == (plain.text, plain.etag)
    assert plain.headers["vary"] == "Accept-Encoding"
    for refused in ("gzip;q=0, identity", "identity, GZIP; q=0.0"):
        assert "content-encoding" not in stage.call("GET", f"/articles/{slug}", accept_encoding=refused).headers


# ---------------------------------------------------------------- what a page may do


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A way to change the site's configuration for a test."""
    from broadsheet.pages import answers

    given = site.get()

    def configure(**pages: Any) -> None:
        changed = replace(given, pages=replace(given.pages, **pages))
        monkeypatch.setattr(site, "get", lambda: changed)
        answers.security.cache_clear()

    yield configure
    answers.security.cache_clear()


def test_a_text_that_nobody_has_written_takes_nothing_else_away(stage: Stage, configured: Any) -> None:
    configured(texts=["about", "imprint"])
    assert look(stage, "/").texts("//nav[@class='documents']//a") == ["About us"]
    assert look(stage, "/about").text("//h1")
    look(stage, "/imprint", 404)
    assert "/imprint" not in stage.call("GET", "/sitemaps/site.xml").text


def test_a_text_without_a_translation_is_no_translation(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(site.get(), languages={"en": "English", "es": "Español", "fr": "Français"})
    monkeypatch.setattr(site, "get", lambda: changed)
    assert set(look(stage, "/about").hreflang) == {"en", "es", "x-default"}
    assert "/fr/about" not in stage.call("GET", "/sitemaps/site.xml").text


def policy(reply: Reply) -> dict[str, list[str]]:
    clauses = [clause.split() for clause in reply.headers["content-security-policy"].split("; ")]
    return {name: sources for name, *sources in clauses}


def test_every_answer_of_a_page_says_how_to_be_safe_with_it(stage: Stage) -> None:
    for path in [*every_page(stage), "/nothing", assets.path("site.css")]:
        headers = stage.call("GET", path).headers
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_policy_allows_the_sites_own_files_and_what_is_configured(stage: Stage, configured: Any) -> None:
    before = policy(stage.call("GET", "/about"))
    assert before["default-src"] == ["'none'"]
    assert before["script-src"] == before["style-src"] == before["connect-src"] == ["'self'"]
    assert before["frame-src"] == ["https://www.youtube-nocookie.com", "https://player.vimeo.com"]
    assert before["frame-ancestors"] == before["base-uri"] == ["'none'"]
    assert "upgrade-insecure-requests" in before
    configured(hosts={"script-src": ["https://stats.example"], "img-src": ["https://img.example"]})
    after = policy(stage.call("GET", "/about"))
    assert after["script-src"] == ["'self'", "https://stats.example"]
    assert after["img-src"] == ["'self'", "https://img.example"]


def test_ads_txt_is_there_where_it_is_configured(stage: Stage, configured: Any) -> None:
    assert stage.call("GET", "/ads.txt").status == 404
    configured(ads_txt=["ads.example, 1234, DIRECT, abc"])
    reply = stage.call("GET", "/ads.txt")
    assert (reply.text, reply.headers["content-type"]) == (
        "ads.example, 1234, DIRECT, abc\n",
        "text/plain; charset=utf-8",
    )


def test_robots_may_read_pages_and_not_the_interface(stage: Stage) -> None:
    lines = stage.call("GET", "/robots.txt").text.splitlines()
    assert {"Disallow: /v1/", "Disallow: /login", "Disallow: /es/account"} <= set(lines)
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in lines
    assert "Disallow: /" not in lines


# ---------------------------------------------------------------- when things fail


@pytest.fixture
def breaking(stage: Stage) -> Iterator[Stage]:
    stage.breaking = True
    yield stage
    stage.breaking = False


def failing(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_a_bug_is_a_page_that_says_nothing_of_it(breaking: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "read", failing(RuntimeError("pk=FRONT at 10.0.0.7")))
    page = look(breaking, "/", 500)
    assert page.text("//h1") == "Something went wrong"
    assert "10.0.0.7" not in page.reply.text
    assert page.reply.headers["cache-control"] == "no-store"


def test_a_bug_in_every_page_is_a_bare_page(breaking: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "html", failing(RuntimeError("pk=FRONT at 10.0.0.7")))
    page = look(breaking, "/", 500)
    assert page.text("//h1") == "Something went wrong here"


def test_an_article_is_not_lost_for_what_stands_beside_it(breaking: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.errors import Unavailable

    live = breaking.published()
    breaking.comment(live["slug"], guest="Passer-by")
    breaking.settle()
    articles.forget()
    monkeypatch.setattr(front, "read", failing(Unavailable()))
    page = look(breaking, f"/articles/{live['slug']}")
    assert page.text("//h1") == live["headline"]
    assert page.has("//*[@data-comment]")
    assert page.reply.headers["cache-control"].startswith("public, max-age=0, s-maxage=5,")
    look(breaking, "/", 503)


def test_a_busy_store_is_a_page_that_says_when_to_come_back(breaking: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.errors import Unavailable

    slug = breaking.published()["slug"]
    articles.forget()
    monkeypatch.setattr(table, "query", failing(Unavailable()))
    page = look(breaking, f"/articles/{slug}", 503)
    assert page.reply.headers["retry-after"] == "1"
    assert page.text("//h1") == "Very busy just now"


def test_with_a_cdn_only_the_cdn_is_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_SECRET_HASHES", "0" * 64)
    settings.get.cache_clear()
    reply = stage.call("GET", "/v1/nothing")
    assert reply.code == "not_through_cdn"
    assert re.search("not_through_cdn", stage.call("GET", "/").text)
    settings.get.cache_clear()


def test_withdrawing_an_article_purges_its_page_with_its_json(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    cdn = table.client("cloudfront")
    origin = {"Id": "api", "DomainName": "api.example", "CustomOriginConfig": ORIGIN_OF_THE_CDN}
    config = {
        "CallerReference": "one",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
        "Comment": "",
        "Enabled": True,
    }
    distribution = cdn.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    monkeypatch.setenv("DISTRIBUTION_ID", distribution)
    live = stage.published()
    stage.settle()
    before = {
        each["Id"] for each in cdn.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    }
    stage.act(live, "unpublish")
    stage.settle()
    after = cdn.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
    (new,) = [each["Id"] for each in after if each["Id"] not in before]
    purged = cdn.get_invalidation(DistributionId=distribution, Id=new)["Invalidation"]["InvalidationBatch"]["Paths"]
    assert purged["Items"] == [f"/articles/{live['slug']}*", f"/v1/articles/{live['slug']}*"]


@pytest.mark.parametrize("path", ["/sections/politics", "/es/sections/politics", "/authors/ada-quist"])
def test_an_old_place_in_a_listing_leads_to_its_newest(stage: Stage, path: str) -> None:
    stage.published(byline=[{"name": "Ada Quist", "slug": "ada-quist"}])
    reply = stage.call("GET", path, query={"cursor": "of-another-time"})
    assert (reply.status, reply.headers["location"]) == (302, f"{ORIGIN}{path}")
    assert reply.headers["cache-control"] == KEPT
