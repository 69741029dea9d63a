"""Pictures on pages: when each is asked for, in which widths, and that nothing is taken for one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from broadsheet import site

from tests.looking import harmless, look

if TYPE_CHECKING:
    from tests.stage import Stage


@pytest.mark.parametrize(
    ("image", "body", "eager"),
    [
        (True, "<p><img src='/b.svg'>Words</p>", "/a.svg"),
        (False, "<p><img src='/b.svg' alt='B'>Words</p><img src='/c.svg'>", "/b.svg"),
        (False, "<figure><img src='/b.svg'><figcaption>B</figcaption></figure><p>Words</p>", "/b.svg"),
        (False, "<p>Words</p><img src='/b.svg'>", None),
    ],
)
def test_only_the_picture_that_a_reader_sees_first_is_not_put_off(
    stage: Stage, image: bool, body: str, eager: str | None
) -> None:
    given = {"image": {"url": "/a.svg", "alt": "A"}} if image else {}
    live = stage.published(body={"format": "html", "text": body}, **given)
    pictures = look(stage, f"/articles/{live['slug']}").all("//article//img")
    at_once = [each for each in pictures if each.get("loading") is None]
    assert [each.get("src") for each in at_once] == ([eager] if eager else [])
    assert all(each.get("fetchpriority") == "high" for each in at_once)
    assert {each.get("decoding") for each in pictures} == {"async"}


def test_pictures_keep_their_place_and_come_when_they_are_near(stage: Stage) -> None:
    image = {"url": "https://img.example/a.jpg", "alt": "A tram", "width": 1200, "height": 800}
    for n in range(5):
        stage.published(headline=f"Story {n}", image=image)
    stage.settle()
    page = look(stage, "/")
    first, *others = page.all("//main//img")
    assert first.get("loading") is None
    assert {each.get("loading") for each in others} == {"lazy"}
    assert {(each.get("width"), each.get("height")) for each in page.all("//main//img")} == {("1200", "800")}
    live = stage.published(image=image)
    assert look(stage, f"/articles/{live['slug']}").one("//figure/img").get("width") == "1200"


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="see src=" src="https://x.example/a onerror=alert(1) b.png">',
        '<img alt=" src=&quot;https://x.example/b.png&quot;" src="https://x.example/a.png">',
    ],
)
def test_no_text_about_a_picture_is_taken_for_its_address(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    service = site.Pictures("https://img.example/{width}/{url}", [320])
    changed = replace(site.get(), pages=replace(site.get().pages, pictures=service))
    monkeypatch.setattr(site, "get", lambda: changed)
    page = look(stage, f"/articles/{stage.published(body={'format': 'html', 'text': f'<p>Text.</p>{body}'})['slug']}")
    harmless(page)
    (picture,) = page.all("//div[@class='body']//img")
    assert picture.get("srcset").startswith("https://img.example/320/https://x.example/a")
    assert set(picture.keys()) == {"alt", "src", "srcset", "sizes", "loading", "decoding"}


def test_with_a_service_for_widths_a_browser_has_the_choice(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    service = site.Pictures("https://img.example/?w={width}&url={escaped}", [320, 1280])
    changed = replace(site.get(), pages=replace(site.get().pages, pictures=service))
    monkeypatch.setattr(site, "get", lambda: changed)
    body = '<p>Text.</p><img src="/p/tram.jpg?a=1&amp;b=2" alt="A tram"><img src="/p/plan.svg" alt="A plan">'
    live = stage.published(
        image={"url": "/p/harbour, at dawn.jpg".replace(" ", "%20"), "alt": ""}, body={"format": "html", "text": body}
    )
    page = look(stage, f"/articles/{live['slug']}")
    main = page.one("//figure[@class='main-picture']/img")
    made = [
        "https%3A%2F%2Fnews.example%2Fp%2Fharbour%2C%2520at%2520dawn.jpg",
        "https%3A%2F%2Fnews.example%2Fp%2Ftram.jpg%3Fa%3D1%26b%3D2",
    ]
    tram, plan = page.all("//div[@class='body']//img")
    for picture, escaped in zip((main, tram), made, strict=True):
        assert picture.get("srcset") == ", ".join(f"https://img.example/?w={w}&url={escaped} {w}w" for w in (320, 1280))
        assert picture.get("sizes").endswith("100vw")
    assert plan.get("srcset") is None, "a drawing is good at every width"
    stage.settle()
    front = look(stage, "/")
    assert "320w" in front.one("//article//img").get("srcset")
