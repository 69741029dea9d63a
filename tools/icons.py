"""Icons for browsers and devices that take no SVG, drawn from `favicon.svg` by Chromium and committed: `make icons`.

Devices cut icons into shapes of their own, so that these fill their square, with the letter well inside the circle that all
of them leave (https://www.w3.org/TR/appmanifest/#icon-masks). `favicon.ico` is what is asked for by whoever reads no page.
"""

from __future__ import annotations

import struct
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium

FOLDER = Path(__file__).resolve().parent.parent / "layers" / "shared" / "broadsheet" / "pages" / "static" / "icons"
DRAWING = FOLDER / "favicon.svg"
FRAME = ('viewBox="0 0 64 64"', '<rect width="64" height="64" rx="10"')
"""Of the drawing: what becomes the square that fills everything."""
CUT = {"apple-touch-icon.png": (180, 2), "icon-192.png": (192, 8), "icon-512.png": (512, 8)}
"""Pixels, and how many of the drawing's own units are added around it."""
SMALLEST = 32


def main() -> None:
    drawing = DRAWING.read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        page = browser.new_page()
        for name, (size, margin) in CUT.items():
            (FOLDER / name).write_bytes(drawn(page, filling(drawing, margin), size))
        (FOLDER / "favicon.ico").write_bytes(icon(drawn(page, drawing, SMALLEST), SMALLEST))
        browser.close()
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}  {path.stat().st_size} bytes")


def filling(drawing: str, margin: int) -> str:
    """The drawing on a square without corners, so many units larger on each side."""
    assert all(drawing.count(part) == 1 for part in FRAME), "favicon.svg has another frame"
    side = 64 + 2 * margin
    return drawing.replace(FRAME[0], f'viewBox="{-margin} {-margin} {side} {side}"').replace(
        FRAME[1], f'<rect x="{-margin}" y="{-margin}" width="{side}" height="{side}"'
    )


def drawn(page: Page, drawing: str, size: int) -> bytes:
    """As PNG, transparent where the drawing is."""
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block; width: {size}px }}</style>{drawing}")
    return page.screenshot(omit_background=True)


def icon(png: bytes, size: int) -> bytes:
    """An ICO that holds one PNG."""
    head = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), len(head) + 16)
    return head + entry + png


if __name__ == "__main__":
    main()
