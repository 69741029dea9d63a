"""What hostile people write does nothing on a page: it is shown as they wrote it, or it is gone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys, settings, table

from tests.looking import look
from tests.scenario import usual

if TYPE_CHECKING:
    from tests.looking import Page
    from tests.stage import Stage

ATTACKS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "<!--<script>",
    "]]><x/>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "%s %(name)s {0} $x",
)
REFUSED = r"AccessDenied|not authorized"


def harmless(page: Page) -> None:
    """Nothing on it but what a page has anyway."""
    assert page.all("//@*[starts-with(name(), 'on')]") == []
    assert page.all("//@style") == []
    assert page.all("//*[starts-with(normalize-space(@href), 'javascript:')]") == []
    for script in page.all("//script"):
        assert script.get("src", "").startswith("/static/") or script.get("type") in {
            "application/ld+json",
            "application/json",
        }
        if not script.get("src"):
            json.loads(script.text)
            assert not re.search(r"[<>&\u2028\u2029]", script.text)
    assert page.all("//main//script | //main//svg | //main//style | //main//iframe | //main//base | //main//meta") == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_an_article_is_called_it_is_shown_and_does_nothing(stage: Stage, attack: str) -> None:
    fields: dict[str, Any] = {
        "headline": f"H {attack}",
        "standfirst": f"S {attack}",
        "topic": f"Topic {attack}",
        "tags": [f"Tag {attack}"],
        "byline": [{"name": f"A {attack}", "slug": "ada-quist"}],
        "contributor_note": f"N {attack}",
        "faq": [{"question": f"Q {attack}", "answer": f"An {attack}"}],
        "image": {
            "url": "https://img.example/a.jpg",
            "alt": f"Alt {attack}",
            "caption": f"C {attack}",
            "credit": attack,
        },
    }
    live = stage.published(**fields)
    stage.published(headline="Another", topic=fields["topic"], byline=fields["byline"])
    stage.settle()
    page = look(stage, f"/articles/{live['slug']}")
    harmless(page)
    assert page.text("//h1") == f"H {attack}"
    assert f"N {attack}" in page.of_class("contributors")
    assert page.data["NewsArticle"]["headline"].startswith("H ")
    topic = live["topic"]["slug"]
    for path in ("/", "/sections/politics", f"/topics/{topic}", "/authors/ada-quist"):
        harmless(look(stage, path))
    assert look(stage, "/authors/ada-quist").text("//h1") == f"A {attack}"
    for path in ("/feed.rss", "/feed.atom", "/sitemap-news.xml"):
        assert "<script" not in stage.call("GET", path).text
        assert "<svg" not in stage.call("GET", path).text


def test_a_hostile_body_is_cleaned_before_it_is_stored(stage: Stage) -> None:
    text = (
        "<p onclick=alert(1)>One</p><script>alert(1)</script><a href='javascript:alert(1)'>x</a><img src=x onerror=y>"
    )
    live = stage.published(body={"format": "html", "text": text})
    page = look(stage, f"/articles/{live['slug']}")
    harmless(page)
    assert "One" in page.words


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_a_guest_writes_and_is_called_it_is_shown_and_does_nothing(stage: Stage, attack: str) -> None:
    slug = stage.published()["slug"]
    made = stage.comment(slug, guest=f"G {attack}"[:60], text=f"T {attack}")
    reply = stage.comment(slug, to=made["id"], guest="Another", text=f"R {attack}", address="192.0.1.1")
    stage.settle()
    page = look(stage, f"/articles/{slug}")
    harmless(page)
    for comment in (made, reply):
        assert page.has(f"//li[@id='comment-{comment['id']}']//div[@data-said]")


def test_a_link_of_a_readers_is_not_vouched_for(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stage.comment(slug, guest="Linker", text="See https://shop.example/x")
    stage.settle()
    (link,) = look(stage, f"/articles/{slug}").all("//div[@data-said]//a")
    assert {"nofollow", "ugc"} <= set(link.get("rel").split())


def test_no_address_of_a_reader_is_on_a_page(stage: Stage) -> None:
    slug = stage.published()["slug"]
    stage.comment(slug, guest="Passer-by", email="passer@paper.org", address="192.0.2.77")
    stage.comment(slug, stage.member("mara@paper.org", name="Mara Lind"), "From a member")
    stage.settle()
    text = look(stage, f"/articles/{slug}").reply.text
    assert "Mara Lind" in text
    assert not [word for word in ("paper.org", "192.0.2", "edit_token") if word in text]


@pytest.mark.parametrize(
    "path", ["/nothing/<script>alert(1)</script>", '/"><svg onload=x>', "/es/<b>", "/sections/<b>"]
)
def test_an_address_is_never_given_back_as_html(stage: Stage, path: str) -> None:
    page = look(stage, path, 404)
    harmless(page)
    assert "alert(1)" not in page.words


def test_what_a_query_says_is_never_given_back(stage: Stage) -> None:
    slug = stage.published()["slug"]
    plain = look(stage, f"/articles/{slug}").reply.text
    for name in ("order", "utm_source", "replies", "x<script>"):
        assert look(stage, f"/articles/{slug}", query={name: "<script>alert(1)</script>"}).reply.text == plain


def test_pages_cannot_read_what_is_not_public(stage: Stage) -> None:
    """Its role is the wall: what a template asked for by mistake would be refused."""
    live = stage.published(**usual())
    made = stage.comment(live["slug"])
    with stage.guard.acting("PagesFunction"):
        for store, key in (
            (settings.get().desk, keys.state(live["id"])),
            (settings.get().accounts, keys.account(live["id"])),
            (settings.get().sessions, keys.session("0")),
            (settings.get().site, keys.pins("0")),
            (settings.get().site, keys.reaction(made["id"], "0")),
        ):
            with pytest.raises(Exception, match=REFUSED):
                table.get(store, key)
        with pytest.raises(Exception, match=REFUSED):
            table.write(table.put(settings.get().site, {**keys.front("xx"), "entity": "front"}))
