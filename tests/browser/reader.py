"""A reader with a browser of their own, who takes offence at everything a page should not do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.accounts import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request, Route

    from .paper import Paper

PICTURES = "https://pictures.example/"
"""Where the tests' pictures are; every other stranger is not to be asked for anything."""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 8"><path fill="#7a8b8f" d="M0 0h12v8H0z"/></svg>'
WATCH = """
addEventListener("securitypolicyviolation", (event) => offence(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Reader:
    paper: Paper
    context: BrowserContext
    page: Page
    offences: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=lambda: ["/v1/"])
    """Parts of addresses that may answer with an error."""

    # ------------------------------------------------------------ going about

    def go(self, path: str) -> None:
        self.page.goto(self.paper.origin + path)

    def read(self, article: dict[str, Any]) -> None:
        self.go(f"/articles/{article['slug']}")

    def log_in(self, email: str = "reader@broadsheet.example", password: str = PASSWORD, back: str = "/about") -> None:
        """By the form, and back to a page that asks nothing of its own."""
        self.go(f"/login?next={back}")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(self.paper.origin + back)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

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
