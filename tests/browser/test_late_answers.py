"""Answers that come late, to whoever has gone on meanwhile: they take no focus, no words, and bring nothing back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Route

    from .paper import Paper
    from .reader import Reader


def hold(reader: Reader, pattern: str, *methods: str) -> list[Route]:
    """Requests that wait until a test lets them go on."""
    held: list[Route] = []
    reader.page.route(
        pattern, lambda route: held.append(route) if route.request.method in methods else route.fallback()
    )
    return held


def test_nobody_is_called_back_from_where_they_went(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page far from its server"), reader.page
    for n in range(21):
        paper.comment(article["slug"], f"Word number {n:02}.", f"Speaker {n}")
    reader.log_in(back=f"/articles/{article['slug']}")
    elsewhere = reader.comment("Word number 00.").get_by_role("button", name="Report")
    text = page.get_by_label("Your comment")
    held = hold(reader, "**/v1/**", "POST", "PATCH", "DELETE")
    mine, failure = reader.comment("Mine."), page.locator("form[data-form=comment] [data-failure]")

    def meanwhile(act: Callable[[], None], outcome: Locator, **answer: Any) -> None:
        act()
        reader.eventually(lambda: held)
        elsewhere.focus()
        if answer:
            held.pop().fulfill(**answer)
        else:
            held.pop().fallback()
        expect(outcome).to_be_visible()
        expect(elsewhere).to_be_focused()

    text.fill("Mine.")
    meanwhile(lambda: reader.press("Post comment"), failure, status=503)
    meanwhile(lambda: reader.press("Post comment"), mine)
    reader.press("Edit", mine)
    mine.get_by_label("Your comment").fill("Mine. Changed.")
    meanwhile(lambda: reader.press("Save", mine), mine.get_by_text("edited"))

    def delete() -> None:
        reader.press("Delete", mine)
        reader.press("Delete", page.get_by_role("dialog"))

    meanwhile(delete, page.get_by_role("heading", name="21 comments"))
    expect(mine).to_have_count(0)
    meanwhile(lambda: reader.press("Log out", reader.account), reader.account.get_by_role("link", name="Log in"))
    held = hold(reader, "**/comments?*cursor=*", "GET")
    meanwhile(page.get_by_role("link", name="More comments").click, reader.comment("Word number 20."))


def test_an_answer_that_is_begun_while_another_is_sent_stays_where_it_is(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page for quick answers"), reader.page
    paper.comment(article["slug"], "Something to answer.")
    reader.log_in(back=f"/articles/{article['slug']}")
    other, held = reader.comment("Something to answer."), hold(reader, "**/comments", "POST")
    page.get_by_label("Your comment").fill("To everybody.")
    reader.press("Post comment")
    reader.eventually(lambda: held)
    reader.press("Reply", other)
    held.pop().fallback()
    expect(reader.comment("To everybody.")).to_be_visible()
    expect(other.get_by_label("Your comment")).to_have_value("")
    expect(other.get_by_label("Your comment")).to_be_focused()


def test_a_second_reaction_waits_for_the_first(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page for those of two minds")
    paper.comment(article["slug"], "Judge for yourselves.")
    reader.log_in(back=f"/articles/{article['slug']}")
    item, held = reader.comment("Judge for yourselves."), hold(reader, "**/reaction", "PUT")
    like, sad = (item.get_by_role("button", name=name) for name in ("Like", "Sad"))
    like.click()
    reader.eventually(lambda: held)
    expect(sad).to_have_attribute("aria-disabled", "true")
    sad.click(force=True)
    held.pop().fallback()
    expect(like).to_have_attribute("aria-pressed", "true")
    sad.click()
    reader.eventually(lambda: held)
    held.pop().fallback()
    expect(sad).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_attribute("aria-pressed", "false")


def test_an_answer_goes_on_under_the_hands_of_whoever_types_already(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page that comes before its scripts"), reader.page
    paper.comment(article["slug"], "Something to answer.")
    reader.read(article)
    other, text = reader.comment("Something to answer."), page.get_by_label("Your comment")
    reader.press("Reply", other)
    text.fill("Begun")
    held = hold(reader, "**/writing.*.js", "GET")
    page.reload(wait_until="commit")
    text.focus()
    reader.eventually(lambda: held)
    held.pop().fallback()
    expect(other.get_by_label("Your comment")).to_be_focused()
    expect(text).to_have_value("Begun")


def test_what_is_changed_while_it_is_saved_stays(reader: Reader, paper: Paper) -> None:
    article, page = paper.publish("A page for those who write on"), reader.page
    reader.log_in(back=f"/articles/{article['slug']}")
    page.get_by_label("Your comment").fill("One.")
    reader.press("Post comment")
    item = page.locator("[data-comment]")
    reader.press("Edit", item)
    text, held = item.get_by_label("Your comment"), hold(reader, "**/v1/comments/*", "PATCH")
    text.fill("One, two.")
    reader.press("Save", item)
    reader.eventually(lambda: held)
    text.fill("One, two, three.")
    held.pop().fallback()
    expect(item.locator("[data-note]")).to_be_visible()
    expect(text).to_have_value("One, two, three.")
    expect(text).to_be_focused()
    reader.press("Save", item)
    reader.eventually(lambda: held)
    reader.press("Cancel", item)
    reader.press("Edit", item)
    expect(text).to_have_value("One, two.")
    held.pop().fallback()
    reader.dealt_with("/v1/comments/")
    expect(text).to_be_focused()


def test_what_is_deleted_does_not_come_back_with_an_older_answer(reader: Reader, paper: Paper) -> None:
    email, article, page = paper.member("Runa Falk"), paper.publish("A page where one thinks better of it"), reader.page
    reader.log_in(email)
    held = hold(reader, "**/v1/me/comments?*", "GET")
    reader.read(article)
    reader.eventually(lambda: held)
    page.get_by_label("Your comment").fill("Said too quickly.")
    reader.press("Post comment")
    mine = reader.comment("Said too quickly.")
    expect(mine).to_be_visible()
    older = held[0].fetch()
    reader.press("Delete", mine)
    reader.press("Delete", page.get_by_role("dialog"))
    expect(mine).to_have_count(0)
    held[0].fulfill(response=older)
    reader.dealt_with("/v1/me/comments")
    expect(mine).to_have_count(0)


def test_whoever_logged_out_is_not_shown_by_an_older_answer(reader: Reader, paper: Paper) -> None:
    """On a computer that others use too."""
    reader.log_in(paper.member("Signe Holt"))
    reader.page.evaluate("sessionStorage.removeItem('broadsheet.asked')")
    held = hold(reader, "**/v1/me", "GET")
    reader.go("/about")
    reader.eventually(lambda: held)
    older = held[0].fetch()
    reader.press("Log out", reader.account)
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    held[0].fulfill(response=older)
    reader.dealt_with("/v1/me")
    expect(reader.account).not_to_contain_text("Signe Holt")
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
