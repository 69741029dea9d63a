"""One's own account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from local.accounts import PASSWORD

from .paper import eventually
from .reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paper import Paper

    Meeting = Callable[..., Reader]

LONG = "nine copper kettles on a sill"


def test_whoever_is_not_logged_in_is_told_and_comes_back(reader: Reader) -> None:
    reader.go("/account")
    expect(reader.page.get_by_text("You are not logged in.")).to_be_visible()
    expect(reader.page.get_by_role("heading", name="Profile")).to_be_hidden()
    reader.page.get_by_role("main").get_by_role("link", name="Log in").click()
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    reader.page.get_by_label("Password").fill(PASSWORD)
    reader.page.get_by_role("main").get_by_role("button", name="Log in").click()
    reader.page.wait_for_url("**/account")
    expect(reader.page.get_by_text("Logged in as reader@broadsheet.example")).to_be_visible()


def test_a_member_looks_after_the_account(meeting: Meeting, paper: Paper, article: dict[str, Any]) -> None:
    email, reader, elsewhere = paper.member("Petra Vale"), meeting(), meeting()
    page = reader.page
    elsewhere.log_in(email)
    reader.log_in(email, back="/account")

    page.get_by_label("Name", exact=True).fill("Petra Vale-Norris")
    page.get_by_label("Language of our e-mails").select_option("es")
    reader.press("Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(reader.account).to_contain_text("Petra Vale-Norris")

    sessions = page.locator("[data-sessions] li")
    expect(sessions).to_have_count(2)
    expect(page.get_by_text("this browser")).to_be_visible()
    page.get_by_role("button", name="Log out there").click()
    expect(sessions).to_have_count(1)
    elsewhere.go("/account")
    expect(elsewhere.page.get_by_text("You are not logged in.")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    told = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert told["account"]["email"] == email

    form = page.locator("form[data-form=email]")
    form.get_by_label("New e-mail address").fill("petra.norris@readers.example")
    form.get_by_label("Password").fill("not the password of anybody")
    reader.press("Send the link", form)
    expect(form.locator("[data-failure]")).to_be_focused()
    form.get_by_label("Password").fill(PASSWORD)
    reader.press("Send the link", form)
    expect(form.get_by_text("We have sent a link to that address.")).to_be_visible()

    page.goto(paper.link("petra.norris@readers.example", "verify"))
    reader.press("Confirm")
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()

    reader.go("/account")
    expect(page.get_by_text("Logged in as petra.norris@readers.example")).to_be_visible()
    form = page.locator("form[data-form=password]")
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_label("New password").fill(LONG)
    reader.press("Save the password", form)
    expect(form.get_by_text("Your password has been changed")).to_be_visible()
    elsewhere.log_in("petra.norris@readers.example", LONG)


def test_whoever_logs_in_in_another_tab_gets_a_page_of_their_own(reader: Reader, paper: Paper) -> None:
    """What stands in the first tab's forms would be saved as theirs."""
    first, second = paper.member("Anna Lind"), paper.member("Berta Holm")
    reader.log_in(first, back="/account")
    name = reader.page.get_by_label("Name", exact=True)
    expect(name).to_have_value("Anna Lind")
    Reader(paper, reader.context, reader.context.new_page()).log_in(second)
    expect(name).to_have_value("Berta Holm")
    expect(reader.page.get_by_text(f"Logged in as {second}")).to_be_visible()


def test_a_long_account_goes_on_once_and_says_what_went_wrong_where_it_was_pressed(
    reader: Reader, paper: Paper
) -> None:
    email, article, page = paper.member("Ottar Vik"), paper.publish("A page of many words"), reader.page
    for n in range(12):
        paper.call("POST", f"/v1/articles/{article['slug']}/comments", {"text": f"Word {n:02}."}, email=email)
    reader.log_in(email, back="/account")
    own, waiting = page.locator("[data-own-comments] li"), []
    page.route("**/v1/me/comments?*cursor=*", lambda route: waiting.append(route))  # noqa: PLW0108  Playwright looks at its arguments
    expect(own).to_have_count(10)
    page.get_by_role("button", name="More comments").dblclick()
    reader.eventually(lambda: waiting)
    assert len(waiting) == 1
    page.get_by_label("Name", exact=True).focus()
    waiting[0].fallback()
    expect(page.get_by_role("button", name="More comments")).to_be_hidden()
    expect(own).to_have_count(12)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()

    told = page.get_by_role("region", name="Where you are logged in").get_by_role("status")
    assert told.evaluate("(it) => getComputedStyle(it).display") != "none", "a status that was not there is not heard"
    page.route("**/v1/me/sessions/*", lambda route: route.abort())
    page.get_by_role("button", name="Log out there").click()
    expect(told).to_have_text("That did not work. Please try again.")
    expect(told).to_be_in_viewport()


def test_a_member_sees_what_became_of_comments_and_takes_one_back(
    reader: Reader, paper: Paper, article: dict[str, Any]
) -> None:
    held = paper.publish("A page where a moderator reads first", comments="all_held")
    reader.log_in(paper.member("Arvid Storr"), back=f"/articles/{held['slug']}")
    page = reader.page
    page.get_by_label("Your comment").fill("What waits here?")
    reader.press("Post comment")
    expect(reader.comment("What waits here?")).to_contain_text("Waiting for a moderator")
    reader.go("/account")
    item = page.locator("[data-own-comments] li")
    expect(item).to_contain_text("Waiting for a moderator")
    expect(item).to_contain_text("What waits here?")
    reader.press("Delete the comment on “A page where a moderator reads first”", item)
    reader.press("Delete", page.get_by_role("dialog"))
    expect(item).to_have_count(0)
    expect(page.get_by_text("You have not commented yet.")).to_be_visible()


def test_a_member_leaves_for_good(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page that somebody leaves")
    email, page = paper.member("Gil Amsel"), reader.page
    reader.log_in(email, back=f"/articles/{article['slug']}")
    page.get_by_label("Your comment").fill("My last word.")
    reader.press("Post comment")
    expect(reader.comment("My last word.")).to_be_visible()

    reader.go("/account")
    form = page.locator("form[data-form=erase]")
    form.get_by_label("are removed").check()
    form.get_by_label("Password").fill(PASSWORD)
    reader.press("Delete my account", form)
    dialog = page.get_by_role("dialog")
    reader.press("Cancel", dialog)
    expect(dialog).to_have_count(0)
    expect(form.get_by_label("Password")).to_have_value(PASSWORD)
    reader.press("Delete my account", form)
    reader.press("Delete my account", dialog)
    expect(page.get_by_text("Your account has been deleted.")).to_be_focused()
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    thread = f"/v1/articles/{article['slug']}/comments"
    expect(page.get_by_role("heading", name="Profile")).to_be_hidden()
    eventually(lambda: not paper.call("GET", thread)["comments"])
