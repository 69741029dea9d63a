"""Getting in: register, confirm, log in, forget a password; and what a form says when it does not work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from local.accounts import PASSWORD

from .paper import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from .paper import Paper
    from .reader import Reader

    Meeting = Callable[..., Reader]

LONG = "seven grey herons before noon"


def test_a_newcomer_registers_takes_part_and_leaves(  # noqa: PLR0915  one way, from the first click to the last
    reader: Reader, paper: Paper, article: dict[str, Any]
) -> None:
    page = reader.page
    reader.read(article)
    reader.account.get_by_role("link", name="Log in").click()
    page.get_by_role("main").get_by_role("link", name="Register").click()
    page.get_by_label("Name").fill("Ines Calder")
    page.get_by_label("E-mail").fill("ines@readers.example")
    page.get_by_label("Password").fill(LONG)
    reader.press("Register")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()

    link = paper.link("ines@readers.example", "verify")
    reader.go("/_local/mail")
    page.get_by_role("link", name=link).click()
    expect(page).not_to_have_url(re.compile("token"))
    reader.press("Confirm")
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()

    reader.read(article)
    reader.account.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail").fill("ines@readers.example")
    page.get_by_label("Password").fill(LONG)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**/articles/{article['slug']}")
    expect(reader.account).to_contain_text("Ines Calder")

    expect(page.get_by_label("Your name")).to_be_hidden()
    page.get_by_label("Your comment").fill("The *talks* are overdue.")
    reader.press("Post comment")
    mine = reader.comment("The talks are overdue.")
    expect(mine).to_be_focused()
    expect(mine.locator("em")).to_have_text("talks")

    other = reader.comment("too narrow")
    other.get_by_role("button", name="Reply").first.click()
    page.get_by_label("Your comment").fill("Three would be none the wiser.")
    reader.press("Post comment")
    expect(other.locator("[data-replies]").get_by_text("Three would be none")).to_be_visible()

    reader.press("Edit", mine)
    expect(mine.get_by_label("Your comment")).to_have_value("The *talks* are overdue.")
    mine.get_by_label("Your comment").fill("The talks are *long* overdue.")
    reader.press("Save", mine)
    expect(reader.comment("The talks are long overdue.")).to_contain_text("edited")

    like = other.locator("> article").get_by_role("button", name="Insightful")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text("1")

    other.locator("> article").get_by_role("button", name="Report").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("It is off topic").check()
    reader.press("Report", dialog)
    expect(other).to_contain_text("A moderator will look at it.")

    reader.press("Log out", reader.account)
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_visible()
    assert not [cookie for cookie in reader.context.cookies() if cookie["name"] == "session" and cookie["value"]]

    comments = f"/v1/articles/{article['slug']}/comments"
    (said,) = (each for each in paper.call("GET", comments)["comments"] if each["author"]["name"] == "Ines Calder")
    assert said["text"] == "The talks are *long* overdue."
    eventually(lambda: paper.call("GET", comments)["comments"][0]["reactions"].get("insightful") == 1)


def test_a_forgotten_password_is_replaced(reader: Reader, paper: Paper) -> None:
    email, page = paper.member("Ossian Frey"), reader.page
    reader.go("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(email)
    reader.press("Send the link")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()

    page.goto(paper.link(email, "reset"))
    expect(page).not_to_have_url(re.compile("token"))
    page.get_by_label("New password").fill("short")
    reader.press("Save the password")
    expect(page.locator("[data-error=password]")).to_have_text("This is too short.")
    expect(page.get_by_label("New password")).to_have_value("short")
    page.get_by_label("New password").fill(LONG)
    reader.press("Save the password")
    expect(page.get_by_role("heading", name="Your password has been changed")).to_be_visible()
    reader.log_in(email, LONG)
    expect(reader.account).to_contain_text("Ossian Frey")


def test_a_link_that_was_used_says_so_and_leads_to_another(reader: Reader) -> None:
    page = reader.page
    reader.go("/verify#token=of-another-time")
    reader.press("Confirm")
    expect(page.get_by_role("alert").first).to_contain_text("been used already, or is more than an hour old")
    expect(page.locator("main").get_by_role("link", name="Register")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Log in")).to_be_visible()
    reader.go("/verify")
    expect(page.get_by_text("The link is missing.")).to_be_visible()
    reader.go("/reset#token=of-another-time")
    page.get_by_label("New password").fill(PASSWORD)
    reader.press("Save the password")
    expect(page.get_by_role("alert").first).to_contain_text("been used already, or is more than an hour old")
    page.get_by_label("E-mail").fill("reader@broadsheet.example")
    reader.press("Send the link")
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "send", "sentence", "missing"),
    [
        ("/login", "Log in", "E-mail address or password is wrong.", "Please fill this in."),
        ("/es/login", "Iniciar sesión", "La dirección o la contraseña no es correcta.", "Rellena este campo."),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(
    reader: Reader, path: str, send: str, sentence: str, missing: str
) -> None:
    reader.go(path)
    email, password = reader.page.locator("[name=email]"), reader.page.locator("[name=password]")
    summary = reader.page.locator("[data-failure]")
    email.fill("reader@broadsheet.example")
    reader.press(send)
    expect(summary).to_be_focused()
    expect(reader.page.locator("[data-error=password]")).to_have_text(missing)
    expect(password).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link").click()
    expect(password).to_be_focused()
    password.fill("not the password of anybody")
    reader.press(send)
    expect(summary).to_contain_text(sentence)
    expect(email).to_have_value("reader@broadsheet.example")
    expect(password).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("status", "headers", "code", "told"),
    [
        (429, {"retry-after": "20"}, "too_many_requests", "Too many attempts. Please try again in 20 seconds."),
        (429, {"retry-after": "300"}, "too_many_requests", "Too many attempts. Please try again in 5 minutes."),
        (503, {"retry-after": "2"}, "unavailable", "The site is very busy. What you wrote is still here. Please"),
        (500, {}, "unexpected", "Something went wrong on our side."),
        (502, {}, None, "The site is very busy."),
        (403, {}, "not_through_cdn", "That did not work."),
    ],
)
def test_a_refusal_is_told_in_words(
    reader: Reader, status: int, headers: dict[str, str], code: str | None, told: str
) -> None:
    answer = {"json": {"code": code}} if code else {"body": "<html>Bad gateway</html>"}
    reader.page.route("**/v1/login", lambda route: route.fulfill(status=status, headers=headers, **answer))
    reader.go("/login")
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    reader.page.get_by_label("Password").fill(PASSWORD)
    reader.press("Log in")
    expect(reader.page.locator("[data-failure]")).to_contain_text(told)
    expect(reader.page.get_by_label("Password")).to_have_value(PASSWORD)


def test_without_a_connection_nothing_is_lost(reader: Reader) -> None:
    reader.go("/login")
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    reader.page.get_by_label("Password").fill(PASSWORD)
    expect(reader.page.get_by_role("button", name="Log in")).to_be_enabled()  # its script has come
    reader.context.set_offline(True)
    reader.press("Log in")
    expect(reader.page.locator("[data-failure]")).to_contain_text("There is no connection.")
    reader.context.set_offline(False)
    reader.press("Log in")
    reader.page.wait_for_url(reader.paper.origin + "/")


def test_a_form_that_is_sent_twice_is_sent_once(reader: Reader) -> None:
    waiting: list[Any] = []
    reader.page.route("**/v1/password/forgot", lambda route: waiting.append(route))  # noqa: PLW0108  Playwright looks at its arguments
    reader.go("/reset")
    reader.page.get_by_label("E-mail").fill("nobody@readers.example")
    send = reader.page.get_by_role("button", name="Send the link")
    expect(send).to_be_enabled()
    for _ in range(3):
        reader.page.keyboard.press("Enter")
    expect(send).to_have_attribute("aria-disabled", "true")
    send.click(force=True)
    reader.eventually(lambda: waiting)
    assert len(waiting) == 1
    waiting[0].fallback()
    expect(reader.page.get_by_role("heading", name="Check your inbox")).to_be_visible()


@pytest.mark.parametrize(
    "forged",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/%09/evil.example/",
        "/.//evil.example/",
        "javascript:offence(1)",
        "\\\\evil.example",
        "",
    ],
)
def test_a_forged_way_back_does_not_lead_off_the_site(reader: Reader, forged: str) -> None:
    account = {"id": "01M86CN78SX9A3T7QK2D5ZRWHE", "display_name": "Robin", "role": "reader"}
    reader.page.route("**/v1/login", lambda route: route.fulfill(json={"account": account, "expires_at": ""}))
    reader.go(f"/login?next={forged}")
    reader.page.get_by_label("E-mail").fill("reader@broadsheet.example")
    reader.page.get_by_label("Password").fill(PASSWORD)
    reader.press("Log in")
    reader.page.wait_for_url(lambda url: "/login" not in url)
    assert reader.page.url == f"{reader.paper.origin}/"


def test_whoever_is_logged_in_is_told_so_where_one_logs_in(reader: Reader, paper: Paper) -> None:
    reader.go("/login")
    told = reader.page.get_by_text("You are already logged in.")
    expect(told).to_be_hidden()
    reader.log_in(paper.member("Imke Sandau"))
    reader.go("/login")
    expect(told).to_be_visible()
    told.get_by_role("link", name="Your account").click()
    reader.page.wait_for_url("**/account")


def test_a_session_that_ended_elsewhere_is_noticed(reader: Reader, paper: Paper, article: dict[str, Any]) -> None:
    reader.log_in(paper.member("Tove Lindqvist"))
    reader.read(article)
    expect(reader.account).to_contain_text("Tove Lindqvist")
    reader.context.clear_cookies()
    reader.comment("too narrow").get_by_role("button", name="Like").first.click()
    expect(reader.comment("too narrow").get_by_text("You are no longer logged in.")).to_be_visible()
    expect(reader.account.get_by_role("link", name="Log in")).to_be_visible()


def test_whoever_never_logged_in_costs_no_question(reader: Reader, article: dict[str, Any]) -> None:
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.go("/")
    reader.read(article)
    expect(reader.page.get_by_role("button", name="Post comment")).to_be_enabled()
    assert not [url for url in asked if "/v1/me" in url]
