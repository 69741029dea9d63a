"""Forms say everything that is wrong, lose nothing, and do nothing without their script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from local.accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]

MEMBER = "reader@broadsheet.example"
"""Whom `Reader.log_in` logs in."""


def errors(reader: Reader, form: str) -> dict[str, str]:
    """What stands at which field."""
    found = reader.page.locator(f"form[data-form={form}] [data-error]:visible")
    return {str(each.get_attribute("data-error")): each.inner_text() for each in found.all()}


def summary(reader: Reader, form: str) -> list[str]:
    told = reader.page.locator(f"form[data-form={form}] [data-failure]")
    expect(told).to_be_focused()
    return told.get_by_role("listitem").all_inner_texts()


@pytest.mark.parametrize(
    ("path", "send", "told"),
    [
        (
            "/register",
            "Register",
            {
                "display_name": "Please fill this in.",
                "email": "This is not an e-mail address.",
                "password": "This is too short.",
            },
        ),
        (
            "/es/register",
            "Crear una cuenta",
            {
                "display_name": "Rellena este campo.",
                "email": "Esto no es una dirección de correo.",
                "password": "Tiene muy pocos caracteres.",
            },
        ),
    ],
)
def test_registering_says_all_that_is_wrong_at_once(reader: Reader, path: str, send: str, told: dict[str, str]) -> None:
    page = reader.page
    reader.go(path)
    page.locator("[name=email]").fill("no address")
    page.locator("[name=password]").fill("short")
    reader.press(send)
    lines = summary(reader, "register")
    assert errors(reader, "register") == told
    labels = page.locator("form label").all_inner_texts()
    assert lines == [f"{label}: {text}" for label, text in zip(labels, told.values(), strict=True)]
    for name, text in told.items():
        field = page.locator(f"[name={name}]")
        expect(field).to_have_attribute("aria-invalid", "true")
        described = str(field.get_attribute("aria-describedby")).split()
        assert page.locator(f"#{described[-1]}").inner_text() == text
    for number, name in enumerate(told):
        page.locator("[data-failure] a").nth(number).click()
        expect(page.locator(f"[name={name}]")).to_be_focused()
    expect(page.locator("[name=email]")).to_have_value("no address")


def test_a_name_of_the_newsrooms_is_told_at_its_field(reader: Reader, article: dict[str, Any]) -> None:
    page = reader.page
    reader.read(article)
    page.get_by_label("Your name").fill("Moderators")
    page.get_by_label("E-mail").fill("no address")
    reader.press("Post comment")
    assert len(summary(reader, "comment")) == 3
    assert errors(reader, "comment") == {
        "text": "Please fill this in.",
        "guest.name": "This looks like the name of somebody in the newsroom. Please choose another.",
        "guest.email": "This is not an e-mail address.",
    }
    expect(page.get_by_role("link", name="E-mail: This is not an e-mail address.")).to_be_visible()


def test_a_wrong_password_is_told_at_its_field(reader: Reader) -> None:
    reader.log_in(back="/account")
    form = reader.page.locator("form[data-form=password]")
    form.get_by_label("Current password").fill("not the password of anybody")
    reader.press("Save the password", form)
    summary(reader, "password")
    assert errors(reader, "password") == {"new_password": "Please fill this in."}
    form.get_by_label("New password").fill("five amber lamps along the quay")
    reader.press("Save the password", form)
    expect(form.locator("[data-error=current_password]")).to_have_text("This is not your password.")
    expect(form.get_by_label("New password")).to_have_value("five amber lamps along the quay")
    assert errors(reader, "password").keys() == {"current_password"}


def test_what_is_missing_is_told_without_a_connection(reader: Reader) -> None:
    reader.go("/login")
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    expect(reader.page.get_by_role("button", name="Log in")).to_be_enabled()  # its script has come
    reader.context.set_offline(True)
    reader.press("Log in")
    assert summary(reader, "login") == ["Password: Please fill this in."]


def test_nothing_is_asked_where_nothing_is_filled_in(reader: Reader) -> None:
    asked: list[str] = []
    reader.log_in(back="/account")
    page = reader.page
    expect(page.locator("[data-sessions] li").first).to_be_visible()
    page.on("request", lambda request: request.method != "GET" and asked.append(request.url))
    reader.press("Delete my account")
    assert summary(reader, "erase") == ["Password: Please fill this in."]
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert asked == []


FORMS = ("login", "register", "verify", "reset", "account")


def test_without_scripts_there_is_no_form(meeting: Meeting, article: dict[str, Any]) -> None:
    reader = meeting(java_script_enabled=False)
    for path in (*(f"/{name}" for name in FORMS), f"/articles/{article['slug']}"):
        reader.go(path)
        expect(reader.page.get_by_text(re.compile("needs JavaScript")).first).to_be_visible()
        for form in reader.page.locator("form").all():
            expect(form).to_be_hidden()


def test_a_form_whose_script_did_not_come_sends_nothing(reader: Reader, article: dict[str, Any]) -> None:
    """Not by its button, which is disabled, nor by Enter."""
    page, sent, tried = reader.page, [], 0
    reader.refused.append("/static/")
    page.route("**/static/*.js", lambda route: route.abort())
    page.on("request", lambda request: request.method != "GET" and sent.append(request.url))
    for path in (*(f"/{name}" for name in FORMS), f"/articles/{article['slug']}"):
        reader.go(path)
        for send in page.locator("form button:not([type=button])").all():
            expect(send).to_be_disabled()
        for field in page.locator("form input:visible:not([type=radio])").all():
            field.fill("somebody@readers.example")
            field.press("Enter")
            tried += 1
        expect(page).to_have_url(reader.paper.origin + path)
    assert tried > 6
    assert sent == []


# ---------------------------------------------------------------- a session that ended elsewhere


def logged_out_elsewhere(reader: Reader) -> None:
    """The cookie stays in this browser; the session it names is gone."""
    cookies = {cookie["name"]: cookie["value"] for cookie in reader.context.cookies()}
    origin = reader.paper.origin
    reader.paper.call("POST", "/v1/logout", Cookie=f"session={cookies['session']}", Origin=origin)


def log_in_again(reader: Reader, link: Any, path: str) -> None:
    link.click()
    reader.page.get_by_label("E-mail").fill(MEMBER)
    reader.page.get_by_label("Password").fill(PASSWORD)
    reader.page.get_by_role("main").get_by_role("button", name="Log in").click()
    reader.page.wait_for_url(re.compile(re.escape(f"{reader.paper.origin}{path}")))


def test_what_was_typed_before_the_script_came_outlives_the_page_too(reader: Reader, paper: Paper) -> None:
    article, waiting, page = paper.publish("A page whose scripts are slow"), [], reader.page
    paper.comment(article["slug"], "Something to like early.")
    page.route("**/static/writing*.js", lambda route: waiting.append(route))  # noqa: PLW0108  Playwright looks at its arguments
    reader.read(article)
    page.get_by_label("Your comment").fill("Typed early.")
    for name in ("Like", "Reply", "Report"):
        expect(reader.comment("Something to like early.").get_by_role("button", name=name)).to_be_disabled()
    page.unroute("**/static/writing*.js")
    waiting[0].fallback()
    expect(reader.comment("Something to like early.").get_by_role("button", name="Reply")).to_be_enabled()
    expect(page.get_by_label("Your comment")).to_have_value("Typed early.")
    reader.go("/about")
    reader.read(article)
    expect(page.get_by_label("Your comment")).to_have_value("Typed early.")


@pytest.mark.parametrize("mode", ["open", "members"])
def test_a_comment_outlives_the_session_it_was_begun_in(reader: Reader, paper: Paper, mode: str) -> None:
    article = paper.publish(f"A page that is {mode} and left", comments=mode)
    path, page = f"/articles/{article['slug']}", reader.page
    reader.log_in(back=path)
    page.get_by_label("Your comment").fill("A long thought.")
    logged_out_elsewhere(reader)
    reader.press("Post comment")
    told = page.locator("form[data-form=comment] [data-failure]")
    expect(told).to_be_focused()
    expect(told).to_contain_text("You are no longer logged in. What you wrote will still be here.")
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("A long thought.")
    log_in_again(reader, told.get_by_role("link", name="Log in"), f"{path}#leave-a-comment")
    expect(page.get_by_label("Your comment")).to_have_value("A long thought.")
    reader.press("Post comment")
    expect(reader.comment("A long thought.")).to_contain_text("Robin Reader")


def test_so_does_an_answer_with_what_it_answers_and_a_change(reader: Reader, paper: Paper) -> None:
    article = paper.publish("A page that is left in the middle")
    path, page = f"/articles/{article['slug']}", reader.page
    first = paper.comment(article["slug"], "Something to answer.")
    reader.log_in(back=path)
    page.get_by_label("Your comment").fill("Mine, as it was.")
    reader.press("Post comment")
    mine = reader.comment("Mine, as it was.")
    reader.press("Edit", mine)
    mine.get_by_label("Your comment").fill("Mine, as it shall be.")
    other = reader.comment("Something to answer.")
    other.get_by_role("button", name="Reply").click()
    other.get_by_label("Your comment").fill("An answer.")
    logged_out_elsewhere(reader)
    reader.press("Post comment", other)
    link = other.locator("[data-failure]").get_by_role("link", name="Log in")
    log_in_again(reader, link, f"{path}#comment-{first['id']}")

    expect(other.get_by_text("Reply to Passer-by")).to_be_visible()
    expect(other.get_by_label("Your comment")).to_have_value("An answer.")
    mine = page.locator("[data-comment]").filter(has=page.locator("> article > form"))
    expect(mine.get_by_label("Your comment")).to_have_value("Mine, as it shall be.")
    reader.press("Post comment", other)
    expect(other.locator("[data-replies]").get_by_text("An answer.")).to_be_visible()
    reader.press("Save", mine)
    expect(reader.comment("Mine, as it shall be.")).to_contain_text("edited")
    assert not page.evaluate("Object.keys(sessionStorage).filter((key) => /draft|answers|edit/.test(key))")


def test_an_account_whose_session_ended_is_not_shown_any_more(reader: Reader) -> None:
    page = reader.page
    reader.log_in(back="/account")
    page.get_by_label("Name", exact=True).fill("Robin Redder")
    logged_out_elsewhere(reader)
    reader.press("Save")
    note = page.get_by_text("You are not logged in.")
    expect(note).to_be_focused()
    expect(page.get_by_role("heading", name="Profile")).to_be_hidden()
    expect(page.get_by_text(MEMBER)).to_have_count(0)
    log_in_again(reader, note.get_by_role("link", name="Log in"), "/account")
    expect(page.get_by_text(f"Logged in as {MEMBER}")).to_be_visible()
