"""No word is so long that it makes a page wider than its screen, wherever somebody may write one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]

LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
ADDRESS = "https://www.example.org/politics/2026/11/25/" + "a-longer-slug-than-usual-" * 6 + ".html"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def wordy(paper: Paper) -> dict[str, Any]:
    body = (
        f"<p>{LONG}</p><pre>{LONG * 3}</pre><table><tr>{f'<th>{LONG}</th>' * 4}</tr></table>"
        f"<blockquote>{ADDRESS}</blockquote><ul><li>{LONG}</li></ul>"
        f"{'<blockquote>' * 60}Quoted.{'</blockquote>' * 60}{'<ul><li>' * 40}Listed.{'</li></ul>' * 40}"
    )
    made = paper.publish(
        f"{LONG} aufgehoben",
        section="world",
        standfirst=ADDRESS,
        topic=LONG,
        byline=[{"name": LONG, "slug": "wordy"}],
        body={"format": "html", "text": body},
        faq=[{"question": LONG, "answer": ADDRESS}],
    )
    paper.call("POST", f"/v1/articles/{made['slug']}/comments", {"text": ADDRESS, "guest": {"name": LONG[:60]}})
    quoted = {"text": "> " * 17 + "Quoted.", "guest": {"name": "Echo"}}
    paper.call("POST", f"/v1/articles/{made['slug']}/comments", quoted)
    paper.settle()
    return made


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_word_widens_no_page(meeting: Meeting, wordy: dict[str, Any], width: int) -> None:
    reader = meeting(viewport={"width": width, "height": 800})
    page = reader.page
    for path in (
        f"/articles/{wordy['slug']}",
        "/",
        "/sections/world",
        f"/topics/{wordy['topic']['slug']}",
        "/authors/wordy",
    ):
        reader.go(path)
        assert page.evaluate(FITS), path
    table = page.get_by_role("group", name="Table")
    reader.read(wordy)
    expect(table).to_have_attribute("tabindex", "0")
    page.get_by_label("Your comment").fill(f"See {ADDRESS}")
    assert page.evaluate(FITS), "while it is written"
    reader.press("Reply", reader.comment("www.example.org"))
    assert page.evaluate(FITS), "while it is answered"
