"""What comes into a discussion while somebody reads it: nothing moves by itself, nothing older takes anything away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from playwright.sync_api import expect

from .paper import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]
BREAKS_OFF = """
const json = Response.prototype.json;
Response.prototype.json = async function () {
    const read = await json.call(this);
    if (window.broken || !JSON.stringify(read).includes("In the tunnel.")) return read;
    window.broken = true;
    throw new TypeError("network error");
};
"""
"""The connection is lost in the middle of one answer."""


def test_what_comes_in_waits_for_the_reader(meeting: Meeting, paper: Paper) -> None:
    article = paper.publish("A page where more comes in")
    paper.comment(article["slug"], "The first of all.")
    reader = meeting()
    page, asked = reader.page, []
    page.clock.install()
    page.on("response", lambda answer: "/comments?" in answer.url and asked.append(answer.status))
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    first = reader.comment("The first of all.")
    expect(first).to_be_visible()
    reader.eventually(lambda: asked)
    paper.comment(article["slug"], "A second one.", "Second")
    reply = {"parent_id": first.get_attribute("data-comment")}
    paper.comment(article["slug"], "An answer to the first.", "Third", **reply)
    reader.watches_until(page.get_by_role("button", name="Show 2 new comments").is_visible)
    expect(reader.comment("A second one.")).to_have_count(0)
    page.get_by_role("button", name="Show 2 new comments").click()
    expect(reader.comment("A second one.")).to_be_focused()
    expect(first.get_by_text("An answer to the first.")).to_be_visible()
    expect(page.get_by_role("heading", name="3 comments")).to_be_visible()

    asked.clear()
    page.clock.run_for(10_000)
    reader.eventually(lambda: asked)
    assert asked[0] in {200, 304}
    reader.watches_until(lambda: 304 in asked)


def test_an_answer_that_broke_off_is_asked_for_again(reader: Reader, paper: Paper) -> None:
    """Its tag is not taken for what was never read."""
    article, page = paper.publish("A page on a train"), reader.page
    paper.comment(article["slug"], "Before the tunnel.")
    page.add_init_script(BREAKS_OFF)
    page.clock.install()
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    paper.comment(article["slug"], "In the tunnel.", "Second")
    new = page.get_by_role("button", name="Show 1 new comment")
    reader.watches_until(new.is_visible)
    assert page.evaluate("window.broken")


def test_a_reaction_given_in_another_browser_is_not_counted_twice(meeting: Meeting, paper: Paper) -> None:
    article, email = paper.publish("A page that one likes twice"), paper.member("Sunniva Dahl")
    paper.comment(article["slug"], "Something to like.")
    thread = f"/v1/articles/{article['slug']}/comments"
    for _ in range(2):
        reader = meeting()
        reader.page.clock.install()
        reader.log_in(email, back=f"/articles/{article['slug']}")
        like = reader.comment("Something to like.").get_by_role("button", name="Like")
        like.click()
        expect(like).to_have_attribute("aria-pressed", "true")
        eventually(lambda: paper.call("GET", thread)["comments"][0]["reactions"] == {"like": 1})
    reader.watches_until(lambda: like.inner_text() == "Like 1")


def test_a_tab_in_the_background_asks_nothing(reader: Reader, article: dict[str, Any]) -> None:
    page, asked = reader.page, []
    page.clock.install()
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => window.seen ?? 'visible'})")
    page.on("request", lambda request: "/comments?" in request.url and asked.append(request.url))
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    reader.eventually(lambda: asked)
    page.evaluate("window.seen = 'hidden'; document.dispatchEvent(new Event('visibilitychange'))")
    asked.clear()
    page.clock.run_for(120_000)
    page.evaluate("1")
    assert not asked
    page.evaluate("window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(1)
    reader.eventually(lambda: asked)


def test_a_long_discussion_is_loaded_in_pieces(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page that many talk about")
    for n in range(23):
        made = paper.comment(article["slug"], f"Word number {n:02}.", f"Speaker {n}")
    page = reader.page
    reader.go(f"/articles/{article['slug']}?order=newest")
    expect(reader.comment("Word number 22.")).to_be_visible()
    expect(reader.comment("Word number 02.")).to_have_count(0)
    with_its_script(reader)
    page.get_by_role("link", name="More comments").click()
    expect(reader.comment("Word number 02.")).to_be_focused()
    expect(reader.comment("Word number 00.")).to_be_visible()
    expect(page.get_by_role("link", name="More comments")).to_have_count(0)
    said = page.locator("[data-thread] > li > article > .said").all_inner_texts()
    assert said == [f"Word number {n:02}." for n in reversed(range(23))]

    for n in range(22):
        paper.comment(article["slug"], f"Answer {n:02}.", f"Answerer {n}", parent_id=made["id"])

    def many() -> bool:
        (root, *_) = paper.call("GET", f"/v1/articles/{article['slug']}/comments?order=newest")["comments"]
        return bool(root["reply_count"] == 22)

    eventually(many)
    reader.go(f"/articles/{article['slug']}?order=newest")
    expect(reader.comment("Answer 19.")).to_be_visible()
    with_its_script(reader)
    page.get_by_role("link", name="2 more replies").click()
    expect(reader.comment("Answer 20.")).to_be_focused()
    answers = reader.comment("Word number 22.").locator("[data-replies] .said")
    assert answers.all_inner_texts() == [f"Answer {n:02}." for n in range(22)]

    reader.read(article)
    further = page.get_by_role("link", name="More comments")
    with_its_script(reader)
    for key in ("Shift", "Alt"):
        assert not taken(page, further, key)
    further.click()
    expect(reader.comment("Word number 20.")).to_be_focused()
    expect(reader.comment("Answer 20.")).to_have_count(0)
    page.get_by_role("link", name="2 more replies").click()
    expect(reader.comment("Answer 20.")).to_be_focused()
    assert answers.all_inner_texts() == [f"Answer {n:02}." for n in range(22)]

    reader.go(f"/articles/{article['slug']}?replies={made['id']}")
    expect(reader.comment("Answer 10.")).to_have_count(0)
    with_its_script(reader)
    further.click()
    expect(reader.comment("Answer 10.")).to_be_focused()
    assert page.locator("[data-thread] .said").all_inner_texts() == [f"Answer {n:02}." for n in range(22)]


def with_its_script(reader: Reader) -> None:
    """Waits for it: a link that leads on does so without it too, to another page."""
    expect(reader.thread.get_by_role("button", name="Reply").first).to_be_enabled()


def taken(page: Page, link: Locator, key: Literal["Alt", "Shift"]) -> bool:
    """Whether a script takes a click from the browser, which is kept from doing anything itself."""
    page.evaluate("""addEventListener("click", (event) => {
        window.taken = event.defaultPrevented;
        event.preventDefault();
    }, {once: true})""")
    link.click(modifiers=[key])
    return bool(page.evaluate("window.taken"))


def test_only_what_has_a_place_in_the_page_is_offered(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page that is longer than a screen"), reader.page
    for n in range(21):
        last = paper.comment(article["slug"], f"Word number {n:02}.", f"Speaker {n}")
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))  # nobody's clock is to be trusted
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    reader.dealt_with("/comments?")
    paper.comment(article["slug"], "To somebody on the next page.", "Answerer", parent_id=last["id"])
    thread = f"/v1/articles/{article['slug']}/comments?order=newest"
    eventually(lambda: "To somebody" in json.dumps(paper.call("GET", thread)))
    paper.comment(article["slug"], "The first that is new.", "Newcomer")

    def offered(name: str) -> Locator:
        button = page.get_by_role("button", name=name)
        reader.watches_until(button.is_visible)
        return button

    offered("Show 1 new comment").focus()
    paper.comment(article["slug"], "The second that is new.", "Latecomer")
    both = offered("Show 2 new comments")
    expect(both).to_be_focused()
    both.press("Enter")
    expect(reader.comment("The first that is new.")).to_be_focused()
    expect(reader.comment("The second that is new.")).to_be_visible()
    expect(reader.comment("To somebody on the next page.")).to_have_count(0)


def test_an_answer_older_than_the_page_takes_nothing_from_it(reader: Reader, paper: Paper) -> None:
    """A cache may answer with what it has kept for a minute."""
    article, page, old = paper.publish("A page behind a slow cache"), reader.page, [True]
    thread = f"/v1/articles/{article['slug']}/comments"
    paper.comment(article["slug"], "What everybody has.")
    eventually(lambda: paper.call("GET", thread)["comment_count"] == 1)
    kept = page.request.get(f"{paper.origin}{thread}?order=newest&limit=20")
    newer = paper.comment(article["slug"], "What the cache does not have.", "Second")
    eventually(lambda: paper.call("GET", thread)["comment_count"] == 2)

    def answer(route: Any) -> None:
        if old[0]:
            route.fulfill(response=kept)
        else:
            route.fallback()

    page.route("**/comments?order=newest**", answer)
    page.clock.install()
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    reader.dealt_with("/comments?")
    expect(reader.comment("What the cache does not have.")).to_be_visible()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()

    old[0] = False
    paper.call("POST", f"/v1/moderation/comments/{newer['id']}/hide", {}, email="moderator@broadsheet.example")
    gone = reader.comment("What the cache does not have.")
    reader.watches_until(lambda: gone.count() == 0)
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
