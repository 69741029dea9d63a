"""Pictures of the demo's main pages for README and docs: `make screenshots`. What is seen is what `make run` shows."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from . import chromium
from .paper import ROOT, running
from .reader import meet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from .paper import Paper
    from .reader import Reader

FOLDER = ROOT / "docs" / "screenshots"
WIDE = {"width": 1280, "height": 960}
SMALL = {"width": 360, "height": 740}
PICTURES_ARE_THERE = (
    "[...document.images].every((one) => one.complete || one.getBoundingClientRect().top > innerHeight)"
)


def main(names: list[str]) -> None:
    expect.set_options(timeout=60_000)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running("demo") as paper, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        for name, reader in views(browser, paper):
            if not names or name in names:
                take(FOLDER / f"{name}.webp", reader)
        browser.close()


def views(browser: Browser, paper: Paper) -> Iterator[tuple[str, Reader]]:
    """Each picture's name with somebody who has the page before them."""
    read, spoken = _worth_reading(paper)
    reader = meet(browser, paper, viewport=WIDE)
    for name, path in (("front", "/"), ("front-spanish", "/es"), ("article", f"/articles/{read}")):
        reader.go(path)
        yield name, reader
    reader.log_in(back=f"/articles/{spoken}")
    expect(reader.page.get_by_text("You are writing as")).to_be_visible()
    reader.page.locator("#discussion").evaluate("(element) => element.scrollIntoView({block: 'start'})")
    yield "discussion", reader
    reader.go("/account")
    expect(reader.page.locator("[data-own-comments] li").first).to_be_visible()
    yield "account", reader
    reader.context.close()
    dark = meet(browser, paper, viewport=WIDE, color_scheme="dark")
    dark.go(f"/articles/{spoken}")
    yield "article-dark", dark
    dark.go("/")
    yield "front-dark", dark
    dark.context.close()
    small = meet(browser, paper, viewport=SMALL, device_scale_factor=2, has_touch=True, is_mobile=True)
    small.go("/")
    yield "front-small", small
    small.go(f"/articles/{read}")
    yield "article-small", small
    small.context.close()


def _worth_reading(paper: Paper) -> tuple[str, str]:
    """The first story, and the one that is talked about most."""
    front = paper.call("GET", "/v1/front?language=en")
    slugs = [card["slug"] for card in front["latest"]]
    counts = paper.call("GET", f"/v1/comment-counts?slugs={','.join(slugs)}")["counts"]
    return (front["picks"] or front["latest"])[0]["slug"], max(counts, key=lambda slug: counts[slug])


def take(path: Path, reader: Reader) -> None:
    """WebP by Chromium's own encoder: an eighth of what a PNG takes."""
    reader.page.evaluate("document.fonts.ready")
    reader.eventually(lambda: reader.page.evaluate(PICTURES_ARE_THERE))
    shot = reader.context.new_cdp_session(reader.page).send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    path.write_bytes(base64.b64decode(shot["data"]))
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
