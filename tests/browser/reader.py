"""A reader with a browser of their own, who takes offence at everything a page should not do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.accounts import PASSWORD

from .paper import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request, Route

    from .paper import Paper

PICTURES = "https://pictures.example/"
"""Where the tests' pictures are; every other stranger is not to be asked for anything."""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 8"><path fill="#7a8b8f" d="M0 0h12v8H0z"/></svg>'
WATCH = """
addEventListener("securitypolicyviolation", (event) => offence(`${event.violatedDirective} ${event.blockedURI}`));
window.asking = 0;
window.dealtWith = [];
const { fetch } = window;
window.fetch = (...given) => {
    asking += 1;
    return fetch(...given).catch((error) => {
        asking -= 1;
        throw error;
    });
};
const { json } = Response.prototype;
Response.prototype.json = function () {
    return json.call(this).finally(() => setTimeout(() => {
        asking -= 1;
        dealtWith.push(this.url);
    }));
};
"""
"""`asking` is how many answers a page waits for; `dealtWith` has the addresses of those with which it has done what it does."""


@dataclass
class Reader:
    paper: Paper
    context: BrowserContext
    page: Page
    offences: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=lambda: ["/v1/"])
    """Parts of addresses that may answer with an error."""
    foreseen: list[str] = field(default_factory=list)
    """Parts of offences that a test means to happen."""

    # ------------------------------------------------------------ going about

    def go(self, path: str) -> None:
        self.page.goto(self.paper.origin + path)

    def read(self, article: dict[str, Any]) -> None:
        self.go(f"/articles/{article['slug']}")

    def log_in(self, email: str = "reader@broadsheet.example", password: str = PASSWORD, back: str = "/about") -> None:
        """By the form, and back to a page that asks nothing of its own but who that is."""
        self.go(f"/login?next={back}")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(self.paper.origin + back)
        eventually(lambda: self.page.evaluate("sessionStorage.getItem('broadsheet.asked')"))

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def dealt_with(self, part: str) -> None:
        """Waits until the page has done with an answer what it does. Part of its address."""
        eventually(lambda: self.page.evaluate("(part) => dealtWith.some((each) => each.includes(part))", part))

    def eventually(self, condition: Callable[[], Any]) -> None:
        """Waits for what the browser tells the test, which hears it only when it looks there."""
        eventually(lambda: self.page.evaluate("1") and condition())

    def watches_until(self, condition: Callable[[], Any]) -> None:
        """Lets ten seconds after another pass on the clock that a test has installed; the patience with an answer ends by it too."""

        def come_true() -> bool:
            if not self.page.evaluate("asking"):
                self.page.clock.run_for(10_000)
            return bool(self.page.evaluate("1") and condition())

        eventually(come_true)

    @property
    def thread(self) -> Locator:
        return self.page.locator("[data-thread]")

    def comment(self, text: str) -> Locator:
        """The comment that says this itself, not one that it answers."""
        return self.page.locator("[data-comment]").filter(has=self.page.locator("> article > .said", has_text=text))

    @property
    def account(self) -> Locator:
        return self.page.get_by_role("navigation", name="Account", exact=True)

    # ------------------------------------------------------------ what must not happen

    @property
    def unforeseen(self) -> list[str]:
        return [each for each in self.offences if not any(part in each for part in self.foreseen)]

    def hears(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource")
        expected = refused and any(part in message.location["url"] for part in self.refused)
        if message.type in {"error", "warning"} and not expected:
            self.offences.append(f"console: {message.text}")

    def sees(self, dialog: Dialog) -> None:
        self.offences.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def serves(self, route: Route, request: Request) -> None:
        if request.url.startswith(PICTURES):
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        elif urlsplit(request.url).scheme not in {"data", "blob"} and not request.url.startswith(
            f"{self.paper.origin}/"
        ):
            self.offences.append(f"stranger: {request.url}")
            route.abort()
        else:
            route.fallback()


def meet(browser: Browser, paper: Paper, **wishes: Any) -> Reader:
    """Somebody with an empty browser. `wishes` are Playwright's for a context: `locale`, `color_scheme`, `viewport`."""
    context = browser.new_context(**{"reduced_motion": "reduce", **wishes})
    context.set_default_timeout(20_000)
    reader = Reader(paper, context, context.new_page())
    context.expose_function("offence", lambda text: reader.offences.append(f"policy: {text}"))
    context.add_init_script(WATCH)
    context.route(re.compile(rf"^(?!{re.escape(paper.origin)}/)"), reader.serves)
    context.on("console", reader.hears)
    context.on("weberror", lambda error: reader.offences.append(f"script: {error.error}"))
    context.on("dialog", reader.sees)
    return reader
