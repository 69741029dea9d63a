"""axe-core finds nothing, on any type of page, light and dark, in both languages; nor in what only scripts show."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from .paper import Paper
    from .reader import Reader

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def axe() -> str:
    assert AXE.exists(), "axe-core is not there: `npm ci --ignore-scripts` installs it"
    return AXE.read_text("utf-8")


def found(reader: Reader, only: dict[str, Any] | None = None) -> list[str]:
    if not reader.page.evaluate("'axe' in window"):
        reader.page.evaluate(axe())
    options = {"runOnly": only or {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    result = reader.page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{each['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for each in result["violations"]
        for node in each["nodes"]
    ]


def in_light_and_dark(reader: Reader) -> list[str]:
    """Colours are all that differs in the dark."""
    reader.page.emulate_media(color_scheme="light")
    light = found(reader)
    reader.page.emulate_media(color_scheme="dark")
    return [*light, *found(reader, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})]


def too_wide(reader: Reader) -> list[str]:
    """What a screen of 320 pixels would have to be scrolled for."""
    usual = reader.page.viewport_size
    reader.page.set_viewport_size({"width": 320, "height": 640})
    width = reader.page.evaluate("document.documentElement.scrollWidth")
    reader.page.set_viewport_size(usual)
    return [f"{width} pixels wide"] if width > 320 else []


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_has_anything_against_it(reader: Reader, pages: dict[str, list[str]], language: str) -> None:
    """Neither axe-core nor a small screen."""
    reader.refused += ["nothing-here", "said-too-early"]
    complaints = {}
    for path in pages[language]:
        reader.go(path)
        if path.endswith("account"):
            expect(reader.page.locator("main [data-logged-out]")).to_be_visible()
        else:
            expect(reader.page.locator("main [type=submit][disabled]")).to_have_count(0)
        expect(reader.page.locator("html")).to_have_attribute("lang", language)
        complaints[path] = [*in_light_and_dark(reader), *too_wide(reader)]
    assert {path: told for path, told in complaints.items() if told} == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_nor_what_scripts_show(reader: Reader, paper: Paper, article: dict[str, Any], language: str) -> None:
    """Errors of forms, a comment that waits for its answer, an edit, dialogs, the account: in every language and scheme."""
    page, path = reader.page, f"/articles/{article['slug']}"
    before = "" if language == "en" else f"/{language}"
    if language != "en":
        made = paper.publish("Una página con todo lo que hacen los lectores", language=language)
        paper.comment(made["slug"], "The stop is too narrow here.")
        path = f"/articles/{made['slug']}"

    def judge() -> None:
        assert [*in_light_and_dark(reader), *too_wide(reader)] == []

    reader.go(f"{before}/register")
    page.locator("[name=email]").fill("no address")
    page.locator("main [type=submit]").click()
    expect(page.locator("[data-failure]")).to_be_focused()
    judge()
    reader.log_in(paper.member(f"Hedda Marsh {language}"), back=path)
    page.locator("#comment-text").fill("Something to look at.")
    page.locator("form[data-form=comment] [type=submit]").click()
    mine = reader.comment("Something to look at.")
    mine.locator("[data-edit]").click()
    other = reader.comment("too narrow").locator("> article")
    other.locator("[data-react=like]").click()
    expect(other.locator("[data-react=like]")).to_have_attribute("aria-pressed", "true")
    other.locator("[data-reply]").click()
    page.locator("form[data-form=comment] [type=submit]").click()
    expect(page.locator("form[data-form=comment] [data-failure]")).to_be_focused()
    judge()
    other.locator("[data-report]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge()
    reader.go(f"{before}/account")
    expect(page.locator("[data-own-comments] li")).to_have_count(1)
    page.locator("form[data-form=password] [type=submit]").click()
    expect(page.locator("form[data-form=password] [data-failure]")).to_be_focused()
    judge()
    page.locator("[data-own-comments] button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    judge()
