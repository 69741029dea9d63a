"""One newspaper and one Chromium for all tests; an empty browser for each reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from . import chromium
from . import paper as papers
from .reader import PICTURES, meet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from playwright.sync_api import Browser

    from .paper import Paper
    from .reader import Reader


@pytest.fixture(scope="session")
def paper() -> Iterator[Paper]:
    with papers.running() as running:
        yield running
        assert not running.bugs


expect.set_options(timeout=20_000)  # a busy machine is slow, and a test that waits for nothing costs nothing


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def meeting(browser: Browser, paper: Paper) -> Iterator[Callable[..., Reader]]:
    """Makes readers, and asks them at the end whether anything happened that must not."""
    readers: list[Reader] = []

    def make(**wishes: Any) -> Reader:
        readers.append(meet(browser, paper, **wishes))
        return readers[-1]

    yield make
    for each in readers:
        each.context.close()
    assert [each.unforeseen for each in readers] == [[]] * len(readers)


@pytest.fixture
def reader(meeting: Callable[..., Reader]) -> Reader:
    return meeting()


@pytest.fixture(scope="session")
def article(paper: Paper) -> dict[str, Any]:
    """One with everything an article has, for whoever only reads it."""
    made = paper.publish(
        "Ministers open river talks in Port Merrow",
        standfirst="Both governments say they want a treaty before the dry season.",
        topic="Orrin Water Talks",
        tags=["Diplomacy", "Water"],
        byline=[{"name": "Mara Quill", "slug": "mara-quill"}, {"name": "Edvin Holt"}],
        contributor_note="With reporting by Nell Garraway in Castle Wray.",
        image={"url": f"{PICTURES}talks.svg", "alt": "Two delegations at a long table", "width": 1200, "height": 800},
        faq=[{"question": "Who is at the table?", "answer": "The foreign ministers of both countries."}],
    )
    first = paper.comment(made["slug"], "The stop is *too narrow* for two prams.")
    paper.comment(made["slug"], "And for one.", "Wheelwright", parent_id=first["id"])
    paper.publish("The river talks go into a third week", topic="Orrin Water Talks")
    paper.settle()
    return made


@pytest.fixture(scope="session")
def spanish(paper: Paper, article: dict[str, Any]) -> dict[str, Any]:
    """Its translation."""
    made = paper.publish(
        "Los ministros abren las conversaciones del río",
        language="es",
        translation_of=article["slug"],
        topic="Orrin Water Talks",
        body={"format": "markdown", "text": "Se dijo **el domingo**."},
        faq=[{"question": "¿Quién está en la mesa?", "answer": "Los ministros de los dos países."}],
    )
    paper.settle()
    return made


@pytest.fixture(scope="session")
def withdrawn(paper: Paper) -> dict[str, Any]:
    made = paper.publish("What was said too early")
    paper.newsroom("POST", f"/{made['id']}/unpublish", If_Match='"2"')
    return made


@pytest.fixture(scope="session")
def pages(article: dict[str, Any], spanish: dict[str, Any], withdrawn: dict[str, Any]) -> dict[str, list[str]]:
    """A page of each type, by language. Those with a token are pages of their own, which have come to where they stay."""
    named = (
        "login",
        "register",
        "verify",
        "verify?of=mail#token=x&stay",
        "reset",
        "reset?of=mail#token=x&stay",
        "account",
        "about",
        "nothing-here",
    )
    listed = ("sections/world", "topics/orrin-water-talks", "authors/mara-quill")
    return {
        "en": [
            "/",
            f"/articles/{article['slug']}",
            f"/articles/{withdrawn['slug']}",
            *(f"/{name}" for name in (*listed, *named)),
        ],
        "es": ["/es", f"/articles/{spanish['slug']}", *(f"/es/{name}" for name in (*listed, *named))],
    }
