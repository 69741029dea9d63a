"""Pictures: nothing moves when they come, however slow they are; each is where its page means it to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from .reader import PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]

SCREENS = {"small": (320, 640), "middle": (768, 1024), "usual": (1280, 900), "wide": (1600, 1000)}
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"><path fill="#7a8b8f" d="M0 0h9999v9999H0z"/></svg>'
)
SECTIONS = ("sports", "health", "business")
PAGES = {"front": 5, "section": 6, "article": 5}
"""So many pictures at least."""
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
        shifts.push(`${each.value} ${each.sources.map((one) => (one.node?.outerHTML ?? one.node?.textContent ?? "").slice(0, 120))}`);
    }
}).observe({type: "layout-shift", buffered: true});
"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
COME = "[...document.images].filter((each) => each.getBoundingClientRect().top < innerHeight * 2).every((each) => each.complete)"


@pytest.fixture(scope="module")
def illustrated(paper: Paper) -> dict[str, Any]:
    """An article with pictures of every sort, and others for the front beside it."""
    for n in range(16):
        told = {"width": 1200, "height": 675} if n % 2 else {}
        image = {"url": f"{PICTURES}{900 + n * 50}x{700 - n * 20}.svg", "alt": f"Picture {n}", **told}
        paper.publish(
            f"A story with picture {n}", section=SECTIONS[n % 3], standfirst="It is told in pictures.", image=image
        )
    body = (
        f'<p>Before.</p><figure><img src="{PICTURES}900x600.svg" alt="A" width="900" height="600"></figure>'
        f'<p>Between.</p><img src="{PICTURES}300x500.svg" alt="B"><p>Again <img src="{PICTURES}1600x500.svg" alt="C" width="800"></p>'
        f'<p><img src="{PICTURES}120x80.svg" alt="D" width="120" height="80"></p><p>After.</p>'
    )
    image = {"url": f"{PICTURES}1000x1400.svg", "alt": "A tower", "caption": "The tower.", "credit": "C. Marsh"}
    made = paper.publish("A story that is shown", section="sports", image=image, body={"format": "html", "text": body})
    paper.settle()
    return made


class Slow:
    """Pictures that come when a test lets them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        page.route(f"{PICTURES}**", self.hold)

    def hold(self, route: Route) -> None:
        self.held.append(route)

    def come(self) -> None:
        """All that the page has asked for and is going to ask for where it is scrolled to."""
        while not self.page.evaluate(COME) or self.held:
            self.page.evaluate(TWO_FRAMES)
            while self.held:
                route = self.held.pop()
                size = route.request.url.removeprefix(PICTURES).removesuffix(".svg").split("x")
                route.fulfill(body=DRAWING.format(*size), content_type="image/svg+xml")


@pytest.mark.parametrize("screen", list(SCREENS))
@pytest.mark.parametrize("page_of", list(PAGES))
def test_nothing_moves_when_a_slow_picture_comes(
    meeting: Meeting, illustrated: dict[str, Any], screen: str, page_of: str
) -> None:
    width, height = SCREENS[screen]
    reader = meeting(viewport={"width": width, "height": height})
    page = reader.page
    page.add_init_script(SHIFTS)
    pictures = Slow(page)
    path = {"front": "/", "section": "/sections/sports", "article": f"/articles/{illustrated['slug']}"}[page_of]
    page.goto(reader.paper.origin + path, wait_until="domcontentloaded")
    expect(
        page.get_by_role("link", name="A story").first if page_of != "article" else page.get_by_text("After.")
    ).to_be_visible()
    reader.eventually(lambda: pictures.held)  # the first is asked for at once
    for place in range(0, page.evaluate("document.body.scrollHeight"), height):
        page.evaluate("(top) => scrollTo(0, top)", place)
        pictures.come()
    page.evaluate(TWO_FRAMES)
    shown = page.evaluate("[...document.querySelectorAll('main img')].filter((each) => each.naturalWidth > 0).length")
    assert shown >= PAGES[page_of]
    assert page.evaluate("shifts") == []


def test_pictures_are_dimmed_in_the_dark_and_only_there(meeting: Meeting, illustrated: dict[str, Any]) -> None:
    for scheme, dimmed in (("light", False), ("dark", True)):
        reader = meeting(color_scheme=scheme)
        reader.read(illustrated)
        look = reader.page.locator(".main-picture img").evaluate("(each) => getComputedStyle(each).filter")
        assert ("brightness" in look) is dimmed


def test_paper_gets_the_articles_picture_and_none_beside_it(reader: Reader, illustrated: dict[str, Any]) -> None:
    reader.read(illustrated)
    reader.page.emulate_media(media="print")
    picture = reader.page.locator(".main-picture img")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box
    assert box["height"] < 400
    reader.go("/")
    expect(reader.page.locator(".card:not(.lead) img:visible")).to_have_count(0)


@pytest.mark.parametrize("screen", list(SCREENS))
def test_columns_of_the_front_are_full_and_set_from_the_left(
    meeting: Meeting, illustrated: dict[str, Any], screen: str
) -> None:
    width, height = SCREENS[screen]
    page = meeting(viewport={"width": width, "height": height}).page
    page.goto(f"{meeting().paper.origin}/")
    aligned = page.evaluate(
        "[...new Set([...document.querySelectorAll('main *')].map((one) => getComputedStyle(one).textAlign))]"
    )
    assert aligned == ["start"]
    alone = page.evaluate("""() => [...document.querySelectorAll('.row, .two, .briefs, .wire')].filter((grid) => {
        const tops = [...grid.children].map((each) => Math.round(each.getBoundingClientRect().top));
        const rows = Object.values(Object.groupBy(tops, (top) => top)).map((row) => row.length);
        const last = grid.lastElementChild.getBoundingClientRect().width / grid.getBoundingClientRect().width;
        return rows.at(-1) < Math.max(...rows) && last < 0.8;
    }).map((grid) => grid.className)""")
    assert alone == []
