"""With the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from local.accounts import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .reader import Reader


def tab_to(reader: Reader, wanted: Locator, key: str = "Tab") -> None:
    """Presses Tab until it has the focus; never more often than a page has places to go."""
    for _ in range(150):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        reader.page.keyboard.press(key)
    raise AssertionError(f"no way to {wanted}")


def test_logging_in_and_commenting_by_keyboard(reader: Reader, article: dict[str, Any]) -> None:
    page, press = reader.page, reader.page.keyboard.press
    reader.read(article)
    press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    tab_to(reader, reader.account.get_by_role("link", name="Log in"))
    press("Enter")
    page.wait_for_url("**/login?*")
    expect(page.get_by_role("main").get_by_role("button", name="Log in")).to_be_enabled()
    tab_to(reader, page.get_by_label("E-mail"))
    page.keyboard.type("reader@broadsheet.example")
    press("Tab")
    page.keyboard.type(PASSWORD)
    press("Enter")
    page.wait_for_url(f"**/articles/{article['slug']}")
    expect(page.get_by_text("You are writing as Robin Reader")).to_be_visible()

    tab_to(reader, page.get_by_label("Your comment"))
    page.keyboard.type("Typed, not clicked.")
    tab_to(reader, page.get_by_role("button", name="Post comment"))
    press("Space")
    mine = reader.comment("Typed, not clicked.")
    expect(mine).to_be_focused()

    tab_to(reader, mine.get_by_role("button", name="Edit"))
    press("Enter")
    expect(mine.get_by_label("Your comment")).to_be_focused()
    tab_to(reader, mine.get_by_role("button", name="Cancel"))
    press("Enter")
    expect(mine.get_by_role("button", name="Edit")).to_be_focused()

    other = reader.comment("too narrow")
    report = other.locator("> article").get_by_role("button", name="Report")
    tab_to(reader, report, "Shift+Tab")
    press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    press("Escape")
    expect(dialog).to_have_count(0)
    expect(report).to_be_focused()

    reply = other.locator("> article").get_by_role("button", name="Reply")
    tab_to(reader, reply, "Shift+Tab")
    press("Enter")
    expect(page.get_by_label("Your comment")).to_be_focused()
    expect(page.get_by_text("Reply to Passer-by")).to_be_visible()
    page.keyboard.type("An answer by keys.")
    tab_to(reader, page.get_by_role("button", name="Post comment"))
    press("Enter")
    expect(reader.comment("An answer by keys.")).to_be_focused()


LATE = """
const held = [];
const holds = (event) => {
  event.stopImmediatePropagation();
  held.push(event.target);
};
addEventListener("close", holds, true);
addEventListener("late", () => {
  removeEventListener("close", holds, true);
  for (const each of held) each.dispatchEvent(new Event("close"));
});
"""
"""Has the closing of dialogs be told at `late` only: a browser does so with its next frame, on a busy machine a while after."""


def test_a_dialog_that_is_told_closed_late_takes_the_focus_from_nobody(reader: Reader, article: dict[str, Any]) -> None:
    reader.log_in()
    reader.page.add_init_script(LATE)
    reader.read(article)
    other = reader.comment("too narrow").locator("> article")
    reader.press("Report", within=other)
    reader.page.keyboard.press("Escape")
    expect(other.get_by_role("button", name="Report")).to_be_focused()
    tab_to(reader, other.get_by_role("button", name="Reply"), "Shift+Tab")
    reader.page.keyboard.press("Enter")
    writing = reader.page.get_by_label("Your comment")
    expect(writing).to_be_focused()
    reader.page.evaluate("dispatchEvent(new Event('late'))")
    expect(reader.page.locator("dialog")).to_have_count(0)
    expect(writing).to_be_focused()


def test_whatever_has_the_focus_shows_it(reader: Reader, article: dict[str, Any]) -> None:
    page = reader.page
    reader.read(article)
    expect(page.get_by_role("button", name="Post comment")).to_be_enabled()
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "() => { const it = document.activeElement; return it === document.body ? 'end' : getComputedStyle(it).outlineStyle }"
        )
        assert outline in {"solid", "end"}
