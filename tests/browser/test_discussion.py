"""The discussion: guests, what comes in meanwhile, what is held, closed or for members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

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
    reader.eventually(lambda: waiting)
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
    reader.eventually(lambda: held)
    reader.press("Log out", reader.account)
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    (route, answer), *_ = held
    route.fulfill(response=answer)
    reader.dealt_with("/v1/me/comments")
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
    writer.watches_until(reply.is_visible)
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
    reader.watches_until(lambda: reader.comment("What a moderator takes.").count() == 0)
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
