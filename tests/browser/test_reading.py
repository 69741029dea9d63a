"""Reading: without scripts, in both languages, in the dark, on a small screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reader import Reader

    Meeting = Callable[..., Reader]


def test_everything_is_read_without_scripts(meeting: Meeting, article: dict[str, Any]) -> None:
    reader = meeting(java_script_enabled=False)
    page = reader.page
    reader.go("/")
    expect(page.locator(".headline a").first).to_be_visible()
    reader.go("/topics/orrin-water-talks")
    page.get_by_role("link", name=article["headline"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(article["headline"])
    for text in (
        "on Sunday",
        "With reporting by Nell Garraway",
        "Who is at the table?",
        "The foreign ministers of both",
    ):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("heading", name="More about Orrin Water Talks")).to_be_visible()
    expect(reader.comment("too narrow")).to_be_visible()
    expect(reader.comment("And for one.")).to_be_visible()
    page.get_by_role("link", name="Newest first", exact=True).click()
    expect(reader.comment("too narrow")).to_be_visible()
    expect(page.locator("noscript p")).to_have_text("Commenting needs JavaScript; reading does not.")
    expect(page.get_by_role("button", name="Post comment")).to_be_hidden()


def test_a_form_says_that_it_needs_scripts_and_offers_nothing_that_would_fail(meeting: Meeting) -> None:
    reader = meeting(java_script_enabled=False)
    for path in ("/login", "/register", "/verify", "/reset", "/account", "/es/login"):
        reader.go(path)
        expect(reader.page.locator("noscript p")).to_be_visible()
        expect(reader.page.locator("noscript p")).to_contain_text("JavaScript")
        assert not [each for each in reader.page.locator("main button, main input").all() if each.is_visible()]


def test_a_form_whose_script_has_not_come_cannot_be_sent(meeting: Meeting) -> None:
    reader = meeting()
    reader.page.route("**/static/entrance.*", lambda route: route.abort())
    reader.refused.append("/static/entrance")
    reader.go("/login")
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    expect(reader.page.get_by_role("button", name="Log in")).to_be_disabled()
    reader.page.keyboard.press("Enter")
    assert reader.page.url.endswith("/login")
    reader.foreseen.append("dynamically imported module")


def test_each_language_leads_to_the_other(reader: Reader, article: dict[str, Any], spanish: dict[str, Any]) -> None:
    page = reader.page
    reader.read(article)
    page.get_by_role("link", name="Español").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(spanish["headline"])
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.get_by_role("button", name="Publicar")).to_be_visible()
    page.get_by_role("link", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(article["headline"])
    reader.go("/es")
    expect(page.get_by_role("link", name=spanish["headline"]).first).to_be_visible()
    expect(page.get_by_role("link", name="Iniciar sesión")).to_be_visible()


def test_the_dark_is_dark(meeting: Meeting, article: dict[str, Any]) -> None:
    for scheme, dark in (("light", False), ("dark", True)):
        reader = meeting(color_scheme=scheme)
        reader.read(article)
        paper, ink = (
            reader.page.evaluate(
                "(name) => getComputedStyle(document.body)[name].match(/\\d+/g).slice(0, 3).map(Number)", name
            )
            for name in ("backgroundColor", "color")
        )
        assert (sum(paper) < sum(ink)) is dark
        assert abs(sum(paper) - sum(ink)) > 500


def test_an_address_is_shared_from_every_page_of_a_discussion(reader: Reader, article: dict[str, Any]) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = f"{reader.paper.origin}/articles/{article['slug']}"
    reader.read(article)
    first = reader.page.locator("[data-comment]").first.get_attribute("data-comment")
    for query in ("", f"?replies={first}"):
        reader.go(f"/articles/{article['slug']}{query}")
        reader.press("Share")
        expect(reader.page.get_by_text("Address copied")).to_be_visible()
        assert reader.page.evaluate("navigator.clipboard.readText()") == address


def test_buttons_are_large_enough_for_a_finger(meeting: Meeting, article: dict[str, Any]) -> None:
    reader = meeting(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    reader.read(article)
    reader.comment("too narrow").get_by_role("button", name="Reply").first.click()
    expect(reader.page.get_by_role("button", name="Cancel reply")).to_be_visible()
    small = {
        each.inner_text(): box
        for each in reader.page.locator("button, input, textarea, .masthead .sections a").filter(visible=True).all()
        if (box := each.bounding_box()) and (box["height"] < 44 or box["width"] < 24)
    }
    assert not small


def test_nothing_lies_over_what_is_read_when_a_page_is_scrolled(meeting: Meeting, article: dict[str, Any]) -> None:
    reader = meeting()
    for path in ("/", "/es", "/sections/world"):
        reader.go(path)
        over = reader.page.evaluate(
            "[...document.querySelectorAll('body *')]"
            ".filter(one => ['sticky', 'fixed'].includes(getComputedStyle(one).position)).map(one => one.className)"
        )
        assert over == [], path


def test_on_a_small_screen_the_section_one_is_in_is_in_sight(meeting: Meeting) -> None:
    reader = meeting(viewport={"width": 320, "height": 640})
    reader.go("/sections/world")
    expect(reader.page.get_by_role("banner").get_by_role("link", name="World")).to_be_in_viewport(ratio=1)
