"""The discussion: guests, what comes in meanwhile, what is held, closed or for members."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import expect

from .paper import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]


def test_a_guest_keeps_the_right_to_a_comment(meeting: Meeting, paper: Paper) -> None:
    article, reader = paper.publish("A page for passers-by"), meeting()
    page = reader.page
    reader.read(article)
    reader.press("Post comment")
    expect(page.locator("[data-failure]").first).to_be_focused()
    expect(page.locator("[data-error='guest.name']")).to_have_text("Please fill this in.")
    page.get_by_label("Your comment").fill("A word in passing.")
    page.get_by_label("Your name").fill("Mara Quill")
    reader.press("Post comment")
    expect(page.locator("[data-error='guest.name']")).to_contain_text("the name of somebody in the newsroom")
    expect(page.get_by_label("Your comment")).to_have_value("A word in passing.")
    page.get_by_label("Your name").fill("Walker")
    reader.press("Post comment")
    mine = reader.comment("A word in passing.")
    expect(mine).to_contain_text("Guest")
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()

    reader.read(article)
    reader.press("Edit", mine)
    mine.get_by_label("Your comment").fill("A word in *leaving*.")
    reader.press("Save", mine)
    mine = reader.comment("A word in leaving.")
    expect(mine).to_contain_text("edited")
    expect(mine.get_by_role("button", name="Edit")).to_be_focused()

    stranger = meeting()
    stranger.read(article)
    theirs = stranger.comment("A word in leaving.")
    expect(theirs.get_by_role("button", name="Reply")).to_be_visible()
    expect(theirs.get_by_role("button", name="Edit")).to_be_hidden()
    theirs.get_by_role("button", name="Like").click()
    expect(stranger.page.locator("[data-told]")).to_have_text("Log in to react to comments or report them.")
    expect(theirs.get_by_role("link", name="Log in")).to_have_attribute("href", re.compile(r"next=.*%23comment-"))

    reader.press("Delete", mine)
    reader.press("Delete", page.get_by_role("dialog"))
    expect(mine).to_have_count(0)
    assert not page.evaluate("localStorage.getItem('broadsheet.guest').length > 2")


def test_what_is_answered_is_not_offered_to_be_edited(meeting: Meeting, paper: Paper) -> None:
    article, reader = paper.publish("A page where somebody answers"), meeting()
    page = reader.page
    reader.read(article)
    page.get_by_label("Your comment").fill("A question to all.")
    page.get_by_label("Your name").fill("Asker")
    reader.press("Post comment")
    mine = reader.comment("A question to all.")
    edit = mine.locator("> article").get_by_role("button", name="Edit")
    expect(edit).to_be_visible()
    reader.press("Reply", mine)
    mine.get_by_label("Your comment").fill("An answer of my own.")
    mine.locator("form").get_by_role("button", name="Post").click()
    expect(reader.comment("An answer of my own.")).to_be_visible()
    expect(edit).to_be_hidden()
    reader.read(article)
    expect(mine.locator("> article").get_by_role("button", name="Delete")).to_be_visible()
    expect(edit).to_be_hidden()


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
    eventually(lambda: page.evaluate("1") and asked)
    paper.comment(article["slug"], "A second one.", "Second")
    reply = {"parent_id": first.get_attribute("data-comment")}
    paper.comment(article["slug"], "An answer to the first.", "Third", **reply)

    def told() -> bool:
        page.clock.run_for(10_000)
        page.evaluate("1")
        return page.get_by_role("button", name="Show 2 new comments").is_visible()

    eventually(told)
    expect(reader.comment("A second one.")).to_have_count(0)
    page.get_by_role("button", name="Show 2 new comments").click()
    expect(reader.comment("A second one.")).to_be_focused()
    expect(first.get_by_text("An answer to the first.")).to_be_visible()
    expect(page.get_by_role("heading", name="3 comments")).to_be_visible()

    asked.clear()
    page.clock.run_for(10_000)
    eventually(lambda: page.evaluate("1") and asked)
    assert asked[0] in {200, 304}
    eventually(lambda: page.clock.run_for(10_000) or (page.evaluate("1") and 304 in asked))


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
    eventually(lambda: page.clock.run_for(10_000) or new.is_visible())
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

    def corrected() -> bool:
        reader.page.clock.run_for(10_000)
        reader.page.evaluate("1")
        return like.inner_text() == "Like 1"

    eventually(corrected)


def test_a_tab_in_the_background_asks_nothing(reader: Reader, article: dict[str, Any]) -> None:
    page, asked = reader.page, []
    page.clock.install()
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => window.seen ?? 'visible'})")
    page.on("request", lambda request: "/comments?" in request.url and asked.append(request.url))
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    eventually(lambda: page.evaluate("1") and asked)
    page.evaluate("window.seen = 'hidden'; document.dispatchEvent(new Event('visibilitychange'))")
    asked.clear()
    page.clock.run_for(120_000)
    page.evaluate("1")
    assert not asked
    page.evaluate("window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(1)
    eventually(lambda: page.evaluate("1") and asked)


def test_a_long_discussion_is_loaded_in_pieces(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page that many talk about")
    for n in range(23):
        made = paper.comment(article["slug"], f"Word number {n:02}.", f"Speaker {n}")
    page = reader.page
    reader.go(f"/articles/{article['slug']}?order=newest")
    expect(reader.comment("Word number 22.")).to_be_visible()
    expect(reader.comment("Word number 02.")).to_have_count(0)
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
    page.get_by_role("link", name="2 more replies").click()
    expect(reader.comment("Answer 20.")).to_be_focused()
    answers = reader.comment("Word number 22.").locator("[data-replies] .said")
    assert answers.all_inner_texts() == [f"Answer {n:02}." for n in range(22)]

    reader.read(article)
    further = page.get_by_role("link", name="More comments")
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
    further.click()
    expect(reader.comment("Answer 10.")).to_be_focused()
    assert page.locator("[data-thread] .said").all_inner_texts() == [f"Answer {n:02}." for n in range(22)]


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
    asked: list[str] = []
    page.clock.install()
    page.on("requestfinished", lambda request: "/comments?" in request.url and asked.append(request.url))
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    eventually(lambda: page.evaluate("1") and asked)
    page.evaluate("1")
    paper.comment(article["slug"], "To somebody on the next page.", "Answerer", parent_id=last["id"])
    thread = f"/v1/articles/{article['slug']}/comments?order=newest"
    eventually(lambda: "To somebody" in json.dumps(paper.call("GET", thread)))
    paper.comment(article["slug"], "The first that is new.", "Newcomer")

    def offered(name: str) -> Locator:
        button = page.get_by_role("button", name=name)
        eventually(lambda: page.clock.run_for(10_000) or (page.evaluate("1") and button.is_visible()))
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
    given: list[str] = []

    def answer(route: Any) -> None:
        if old[0]:
            route.fulfill(response=kept)
        else:
            route.fallback()

    page.route("**/comments?order=newest**", answer)
    page.on("requestfinished", lambda request: "/comments?" in request.url and given.append(request.url))
    page.clock.install()
    reader.read(article)
    page.locator("#discussion").scroll_into_view_if_needed()
    eventually(lambda: page.evaluate("1") and given)
    page.evaluate("1")
    expect(reader.comment("What the cache does not have.")).to_be_visible()
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()

    old[0] = False
    paper.call("POST", f"/v1/moderation/comments/{newer['id']}/hide", {}, email="moderator@broadsheet.example")
    gone = reader.comment("What the cache does not have.")
    eventually(lambda: page.clock.run_for(10_000) or gone.count() == 0)
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()


def test_nothing_is_cut_from_a_comment_nor_lost_of_what_follows_it(reader: Reader, paper: Paper) -> None:
    article, page, waiting = paper.publish("A page for fast writers"), reader.page, []
    reader.read(article)
    text = page.get_by_label("Your comment")
    text.focus()
    page.keyboard.insert_text("ha" * 1_001)
    page.get_by_label("Your name").fill("Fast Writer")
    reader.press("Post comment")
    expect(page.locator("[data-error=text]").first).to_have_text("This is too long. 2,002 / 2,000")
    assert len(text.input_value()) == 2_002

    text.fill("A first thought.")
    page.route(f"**/v1/articles/{article['slug']}/comments", lambda route: waiting.append(route))  # noqa: PLW0108  Playwright looks at its arguments
    reader.press("Post comment")
    text.press("End")
    page.keyboard.insert_text(" A second one.")
    eventually(lambda: page.evaluate("1") and waiting)
    waiting[0].fallback()
    expect(reader.comment("A first thought.")).to_be_visible()
    expect(text).to_have_value("A first thought. A second one.")
    expect(text).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Your comment has been posted.")).to_have_count(1)
    reader.read(article)
    expect(text).to_have_value("A first thought. A second one.")


def test_quick_reactions_are_all_kept_and_a_long_report_is_not_cut(reader: Reader, paper: Paper) -> None:
    article, page, waiting = paper.publish("A page that is liked quickly"), reader.page, []
    for name in ("One", "Two"):
        paper.comment(article["slug"], f"Words of {name}.", name)
    page.route("**/reaction", lambda route: route.fallback() if waiting else waiting.append(route))
    reader.log_in(back=f"/articles/{article['slug']}")
    likes = [reader.comment(f"Words of {name}.").get_by_role("button", name="Like") for name in ("One", "Two")]
    for like in likes:
        like.click()
    expect(likes[1]).to_have_attribute("aria-pressed", "true")
    waiting[0].fallback()
    expect(likes[0]).to_have_attribute("aria-pressed", "true")
    expect(likes[1]).to_have_attribute("aria-pressed", "true")

    page.emulate_media(forced_colors="active")
    pressed, behind = (
        each.evaluate("(it) => getComputedStyle(it).backgroundColor") for each in (likes[0], page.locator("body"))
    )
    assert pressed != behind, "what is pressed is seen in the reader's own colours too"
    here = page.locator(".masthead .sections [aria-current]")
    assert here.evaluate("(it) => getComputedStyle(it).textDecorationLine") == "underline"

    reader.press("Report", reader.comment("Words of One."))
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What a moderator should know").focus()
    page.keyboard.insert_text("oh" * 251)
    reader.press("Report", dialog)
    expect(dialog.locator("[data-error=note]")).to_have_text("This is too long. 502 / 500")


def test_what_waits_goes_with_its_writer(reader: Reader, paper: Paper) -> None:
    """Also where the answer about one's own comes when somebody is gone already."""
    article, page, held = paper.publish("A page on a shared computer", comments="all_held"), reader.page, []
    reader.log_in(back=f"/articles/{article['slug']}")
    mine = reader.comment("Not for everybody's eyes yet.")
    page.get_by_label("Your comment").fill("Not for everybody's eyes yet.")
    reader.press("Post comment")
    expect(mine).to_be_visible()
    reader.press("Log out", reader.account)
    expect(mine).to_have_count(0)

    reader.log_in(back=f"/articles/{article['slug']}")
    expect(mine).to_be_visible()
    page.route("**/v1/me/comments?**", lambda route: held.append((route, route.fetch())))
    reader.read(article)
    eventually(lambda: page.evaluate("1") and held)
    reader.press("Log out", reader.account)
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    (route, answer), *_ = held
    with page.expect_response("**/v1/me/comments?**"):
        route.fulfill(response=answer)
    page.evaluate("1")
    expect(mine).to_have_count(0)


def test_what_is_held_is_shown_to_its_writer_alone(meeting: Meeting, paper: Paper) -> None:
    article, writer, other = paper.publish("A page that is looked after", comments="all_held"), meeting(), meeting()
    writer.read(article)
    expect(writer.page.get_by_text("A moderator reads each comment")).to_be_visible()
    writer.page.get_by_label("Your comment").fill("May this be said?")
    writer.page.get_by_label("Your name").fill("Asker")
    writer.press("Post comment")
    expect(writer.comment("May this be said?")).to_contain_text("Waiting for a moderator")
    writer.page.clock.install()
    writer.read(article)
    mine = writer.comment("May this be said?")
    expect(mine).to_contain_text("Waiting for a moderator")
    expect(mine.get_by_role("button", name="Reply")).to_be_hidden()
    other.read(article)
    expect(other.page.get_by_text("Nobody has commented yet.")).to_be_visible()
    expect(other.comment("May this be said?")).to_have_count(0)
    comment_id = mine.get_attribute("data-comment")
    paper.call("POST", f"/v1/moderation/comments/{comment_id}/approve", {}, email="moderator@broadsheet.example")
    other.read(article)
    expect(other.comment("May this be said?")).to_be_visible()
    writer.page.locator("#discussion").scroll_into_view_if_needed()
    reply = mine.get_by_role("button", name="Reply")
    eventually(lambda: writer.page.clock.run_for(10_000) or reply.is_visible())
    expect(mine).not_to_contain_text("Waiting for a moderator")


@pytest.mark.parametrize(
    ("mode", "told"), [("closed", "Comments are closed."), ("members", "Only members can comment here.")]
)
def test_where_one_may_not_comment_the_page_says_so(reader: Reader, paper: Paper, mode: str, told: str) -> None:
    article = paper.publish(f"A page with comments {mode}", comments=mode)
    page = reader.page
    reader.read(article)
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.get_by_label("Your comment")).to_be_hidden()
    if mode == "members":
        reader.log_in(back=f"/articles/{article['slug']}")
        expect(page.get_by_text(told)).to_be_hidden()
        page.get_by_label("Your comment").fill("As a member.")
        reader.press("Post comment")
        expect(reader.comment("As a member.")).to_be_focused()


def test_a_comment_that_is_not_accepted_is_not_said_to_wait(reader: Reader, article: dict[str, Any]) -> None:
    page = reader.page
    reader.read(article)
    page.get_by_label("Your comment").fill("Buy viagra here.")
    page.get_by_label("Your name").fill("Wenna Tolliver")
    reader.press("Post comment")
    expect(page.locator("[data-done]").first).to_contain_text("was not accepted")
    expect(reader.comment("Buy viagra").get_by_text("Not accepted")).to_be_visible()
    expect(page.get_by_text("A moderator will read your comment")).to_have_count(0)


def test_the_same_comment_sent_again_is_one(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page with a bad connection"), reader.page
    keys: list[str] = []

    def lose_the_answer(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.fallback()

    page.route(f"**/v1/articles/{article['slug']}/comments", lose_the_answer)
    reader.read(article)
    page.get_by_label("Your comment").fill("Only once.")
    page.get_by_label("Your name").fill("Caller")
    reader.press("Post comment")
    expect(page.locator("[data-failure]").first).to_contain_text("There is no connection.")
    reader.press("Post comment")
    expect(reader.comment("Only once.")).to_be_focused()
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(paper.call("GET", f"/v1/articles/{article['slug']}/comments")["comments"]) == 1


def test_what_is_begun_survives_the_page(reader: Reader, article: dict[str, Any]) -> None:
    reader.read(article)
    reader.page.get_by_label("Your comment").fill("Not finished yet")
    reader.go("/about")
    reader.read(article)
    expect(reader.page.get_by_label("Your comment")).to_have_value("Not finished yet")


def test_an_answer_outlives_what_it_answers(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page from which something is taken"), reader.page
    taken = paper.comment(article["slug"], "What a moderator takes.")
    page.clock.install()
    reader.read(article)
    reader.press("Reply", reader.comment("What a moderator takes."))
    page.get_by_label("Your comment").fill("My long answer.")
    page.get_by_label("Your name").fill("Replier")
    paper.call("POST", f"/v1/moderation/comments/{taken['id']}/hide", {}, email="moderator@broadsheet.example")
    eventually(lambda: page.clock.run_for(10_000) or reader.comment("What a moderator takes.").count() == 0)
    expect(page.locator("form[data-form=comment] [data-failure]")).to_have_text(
        "The comment you are replying to is no longer there."
    )
    expect(page.get_by_label("Your comment")).to_have_value("My long answer.")
    expect(page.get_by_label("Your comment")).to_be_focused()
    reader.press("Post comment")
    expect(reader.comment("My long answer.")).to_be_focused()
    (said,) = paper.call("GET", f"/v1/articles/{article['slug']}/comments")["comments"]
    assert said["parent_id"] is None


def test_a_comment_in_spanish(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("Una página para hablar", language="es"), reader.page
    reader.read(article)
    page.get_by_label("Tu comentario").fill("Una palabra.")
    page.get_by_label("Tu nombre").fill("Caminante")
    reader.press("Publicar comentario")
    expect(reader.comment("Una palabra.")).to_be_focused()
    expect(page.get_by_role("heading", name="1 comentario")).to_be_visible()
    reader.press("Borrar", reader.comment("Una palabra."))
    expect(page.get_by_role("dialog")).to_contain_text("¿")
