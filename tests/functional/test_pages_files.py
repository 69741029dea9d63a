"""Files of the site: kept for good under addresses that follow their contents; icons, and what a device learns."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import site
from broadsheet.pages import assets

from tests.looking import look

if TYPE_CHECKING:
    from tests.stage import Stage
KEPT = "public, max-age=0, s-maxage=60, stale-while-revalidate=60"


@pytest.mark.parametrize("name", ["site.css", "theme.css", "print.css", "site.js", "favicon.svg"])
def test_a_file_is_kept_for_good_under_an_address_that_changes_with_it(stage: Stage, name: str) -> None:
    reply = stage.call("GET", assets.path(name))
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"] == assets.load(name).kind
    assert stage.call("GET", assets.path(name), if_none_match=reply.etag).status == 304


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/favicon.svg", "image/svg+xml"),
        ("/favicon.ico", "image/vnd.microsoft.icon"),
        ("/apple-touch-icon.png", "image/png"),
    ],
)
def test_whoever_asks_for_an_icon_by_its_usual_name_gets_one(stage: Stage, path: str, kind: str) -> None:
    reply = stage.call("GET", path)
    assert (reply.status, reply.headers["content-type"]) == (200, kind)
    assert reply.headers["cache-control"] == KEPT.replace("s-maxage=60", "s-maxage=3600")
    assert stage.call("GET", path, if_none_match=reply.etag).status == 304
    assert path in look(stage, "/").all("//link/@href")


@pytest.mark.parametrize(
    ("name", "size"), [("apple-touch-icon.png", 180), ("icon-192.png", 192), ("icon-512.png", 512)]
)
def test_an_icon_is_a_small_picture_of_its_size(stage: Stage, name: str, size: int) -> None:
    body = stage.call("GET", assets.path(name)).body
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", body[16:24]) == (size, size)
    assert len(body) < 10_000


@pytest.mark.parametrize(("before", "language"), [("", "en"), ("/es", "es")])
def test_a_device_learns_what_the_site_is_called_and_looks_like(stage: Stage, before: str, language: str) -> None:
    (path,) = look(stage, before or "/").link("manifest")
    assert path == f"{before}/site.webmanifest"
    reply = stage.call("GET", path)
    assert reply.headers["content-type"] == "application/manifest+json; charset=utf-8"
    told = reply.json
    assert (told["name"], told["lang"]) == (site.get().name[language], language)
    assert (told["start_url"], told["scope"]) == (before or "/", "/")
    assert {(icon["sizes"], icon.get("purpose")) for icon in told["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        found = stage.call("GET", icon["src"])
        assert (found.status, found.headers["content-type"]) == (200, icon["type"])
    assert stage.call("GET", "/en/site.webmanifest").status == 404


def test_the_colour_around_a_page_is_that_of_its_paper(stage: Stage) -> None:
    page = look(stage, "/")
    given = dict(zip(page.all("//meta[@name='theme-color']/@media"), page.meta("theme-color"), strict=True))
    css = assets.load("theme.css").text
    light, dark = (f"(prefers-color-scheme: {scheme})" for scheme in ("light", "dark"))
    assert f"--paper: {given[light]};" in css.partition("@media")[0]
    assert f"--paper: {given[dark]};" in css.partition("@media")[2]
    assert stage.call("GET", "/site.webmanifest").json["background_color"] == given[light]


def test_a_page_of_yesterday_still_finds_its_files_but_no_cache_keeps_them_as_such(stage: Stage) -> None:
    reply = stage.call("GET", "/static/site.0123456789.css")
    assert (reply.status, reply.text) == (200, assets.load("site.css").text)
    assert reply.headers["cache-control"] == KEPT


@pytest.mark.parametrize(
    "name", ["site.0123456789.php", "passwd.0123456789.css", "site.012345678Z.css", "..%2fsite.css"]
)
def test_only_files_that_are_there_are_given(stage: Stage, name: str) -> None:
    look(stage, f"/static/{name}", 404)


def test_what_a_file_refers_to_changes_its_address_too(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    monkeypatch.setattr(assets, "FOLDER", folder)
    addresses = []
    for text in ("export const a = 1;", "export const a = 2;"):
        (folder / "a.js").write_text(text)
        (folder / "b.js").write_text('import { a } from "./a.js";')
        assets.load.cache_clear()
        assets._files.cache_clear()
        addresses.append(assets.path("b.js"))
        assert assets.load("b.js").text == f'import {{ a }} from "{assets.path("a.js")}";'
    assets.load.cache_clear()
    assets._files.cache_clear()
    assert addresses[0] != addresses[1]
