"""What a page says of being read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .paper import Paper
    from .reader import Reader

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
TAKE = """
const send = navigator.sendBeacon.bind(navigator);
navigator.sendBeacon = (path, text) => { told(path, text); return send(path, text); };
"""


@pytest.fixture
def beacons(reader: Reader) -> list[tuple[str, Any]]:
    """What is sent, with the seconds in the test's hands."""
    sent: list[tuple[str, Any]] = []
    reader.page.clock.install(time=NOON - timedelta(hours=1))  # it runs until it stands
    reader.page.clock.pause_at(NOON)
    reader.context.expose_function("told", lambda path, text: sent.append((path, json.loads(text))))
    reader.context.add_init_script(TAKE)
    return sent


def read(reader: Reader, slug: str, milliseconds: int = 6_000) -> None:
    reader.go(f"/articles/{slug}")
    reader.page.clock.run_for(milliseconds)
    reader.page.evaluate("1")


def test_an_article_is_told_of_once_with_what_was_read_before(
    reader: Reader, paper: Paper, beacons: list[tuple[str, Any]]
) -> None:
    slugs = [paper.publish(f"Read in turn, number {n}")["slug"] for n in range(5)]
    with reader.page.expect_response("**/reads") as answer:
        read(reader, slugs[0])
    assert answer.value.status == 204
    read(reader, slugs[0])  # loaded again: the same reading
    for slug in slugs[1:]:
        read(reader, slug)
    read(reader, slugs[3])
    reader.eventually(lambda: len(beacons) == 6)
    assert [(path.split("/")[3], told["before"]) for path, told in beacons] == [
        (slugs[0], []),
        (slugs[1], [slugs[0]]),
        (slugs[2], [slugs[1], slugs[0]]),
        (slugs[3], [slugs[2], slugs[1], slugs[0]]),
        (slugs[4], [slugs[3], slugs[2], slugs[1]]),
        (slugs[3], [slugs[4], slugs[2], slugs[1]]),
    ]
    assert not reader.page.evaluate("localStorage.length")


def test_a_glance_is_no_reading(reader: Reader, article: dict[str, Any], beacons: list[tuple[str, Any]]) -> None:
    read(reader, article["slug"], 4_000)
    reader.page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
    reader.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    reader.page.clock.run_for(60_000)
    reader.page.evaluate("1")
    assert not beacons


@pytest.mark.parametrize("wish", ["globalPrivacyControl: {value: true}", "doNotTrack: {value: '1'}"])
def test_whoever_asks_not_to_be_tracked_is_not_counted(
    reader: Reader, article: dict[str, Any], beacons: list[tuple[str, Any]], wish: str
) -> None:
    reader.context.add_init_script(f"Object.defineProperties(navigator, {{{wish}}})")
    read(reader, article["slug"])
    assert not beacons
    assert not reader.page.evaluate("sessionStorage.getItem('broadsheet.read')")
