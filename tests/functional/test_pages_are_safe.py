"""What hostile people write does nothing on a page: it is shown as they wrote it, or it is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from broadsheet import keys, settings, site, table
from broadsheet.pages import answers

from tests.looking import harmless, look
from tests.scenario import usual

if TYPE_CHECKING:
    from tests.stage import Stage

REFUSED = r"AccessDenied|not authorized"


def test_a_hostile_body_is_cleaned_before_it_is_stored(stage: Stage) -> None:
    text = (
        "<p onclick=alert(1)>One</p><script>alert(1)</script><a href='javascript:alert(1)'>x</a><img src=x onerror=y>"
    )
    live = stage.published(body={"format": "html", "text": text})
    page = look(stage, f"/articles/{live['slug']}")
    harmless(page)
    assert "One" in page.words


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
    stage.published(headline="Ferries stay at the quay")
    slug = stage.published()["slug"]
    stage.settle()
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


def test_a_publisher_may_name_hosts_for_whatever_the_policy_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = replace(
        site.get().pages, hosts={"media-src": ["https://audio.example"], "script-src": ["https://ads.example"]}
    )
    changed = replace(site.get(), pages=pages)
    monkeypatch.setattr(site, "get", lambda: changed)
    policy = answers._policy(tls=True)
    assert "script-src 'self' https://ads.example;" in policy
    assert "media-src https://audio.example" in policy
