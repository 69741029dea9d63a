"""The lists are good: a floor on a small corpus of our own, which holds in the gate what `make quality` measures at length."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import pytest
from broadsheet.ranking import choosing

from tests.quality import measuring, next_click, own, own_clicks, streaming

if TYPE_CHECKING:
    from broadsheet.ranking.index import Lists

    from tests.quality.memory import MemoryIndex
    from tests.quality.reading import Labelled

FLOOR_SEEN = 0.98
FLOOR_SCORE = 0.96
FLOOR_LANGUAGE = 0.98
OURS = "broadsheet"
FLOOR_SHOWN = 0.88
FLOOR_CLICKS = 1.1


@cache
def corpus() -> dict[str, Labelled]:
    return {one.id: one for one in own.corpus()}


@cache
def index() -> MemoryIndex:
    return streaming.streamed(one.article for one in corpus().values())


@cache
def lists() -> dict[str, Lists]:
    return streaming.chosen(index(), list(corpus()))


@cache
def stories() -> dict[str, str | None]:
    return {name: one.story for name, one in corpus().items()}


def measured(made: dict[str, list[str]], language: str | None = None) -> dict[str, float]:
    fits = [name for name in measuring.asked(stories()) if language in {None, corpus()[name].article.facts.language}]
    assert len(fits) > 2
    return measuring.found(made, stories(), fits)


def seen() -> dict[str, list[str]]:
    return {name: streaming.seen(both) for name, both in lists().items()}


def test_what_a_reader_sees_first_is_of_the_story() -> None:
    found = measured(seen())
    assert found["ndcg@10"] >= FLOOR_SEEN
    assert found["p@5"] >= FLOOR_SEEN


def test_by_score_its_story_comes_before_all_others() -> None:
    found = measured({name: streaming.ranked(index(), name) for name in corpus()})
    assert found["ndcg@10"] >= FLOOR_SCORE
    assert found["p@5"] >= FLOOR_SCORE


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "ja"])
def test_each_language_finds_its_stories(language: str) -> None:
    assert measured(seen(), language)["ndcg@10"] >= FLOOR_LANGUAGE


def test_two_fires_in_one_town_are_told_apart() -> None:
    """So are two transfers of one club: an article's own story comes first, newest developments first."""
    for name, story in stories().items():
        if story in {"rope works", "bakery fire", "flint transfer", "oake"}:
            others = [other for other, its in stories().items() if its == story and other != name]
            first = lists()[name].more_about[: len(others)]
            assert {choice.why for choice in first} == {choosing.SAME_STORY}
            assert {choice.id for choice in first} == set(others)


def test_no_article_stands_twice_on_a_page_nor_on_its_own_nor_with_its_translation() -> None:
    for name, names in seen().items():
        groups = [_group(other) for other in (name, *names)]
        assert len(set(names)) == len(names)
        assert len(set(groups)) == len(groups), name


def _group(name: str) -> str:
    return corpus()[name].article.facts.group or name


def test_lists_stay_within_a_language_while_a_page_has_enough() -> None:
    crossed = set()
    for name, both in lists().items():
        languages = [_language(choice.id) for choice in (*both.more_about, *both.you_may_also_like)]
        if set(languages) - {_language(name)}:
            crossed.add(_language(name))
            assert languages.count(_language(name)) < 2 * choosing.ENOUGH, name
            assert len(both.more_about) <= choosing.ENOUGH or _language(both.more_about[-1].id) == _language(name)
    assert crossed == {"es"}, "the demo's Spanish articles have too little around them, and only those"


def _language(name: str) -> str:
    return corpus()[name].article.facts.language


def test_nearly_everybody_stands_on_some_page() -> None:
    shown = {name for both in lists().values() for name in both.members}
    assert len(shown) >= FLOOR_SHOWN * len(corpus())


def test_what_readers_go_on_to_is_found_more_often_than_by_counting() -> None:
    log = own_clicks.beacons()
    compared: dict[str, next_click.Scheme] = {
        next_click.COUNTS: next_click.CoReads(),
        OURS: next_click.Broadsheet(),
    }
    (found,) = next_click.play(log, compared, [(next_click.WARM, math.inf)])
    hits = {name: one.metrics()["hit@5"] for name, one in found.items()}
    assert len(found[OURS].places) > 3_000
    assert hits[OURS] >= FLOOR_CLICKS * hits[next_click.COUNTS]
    assert hits[OURS] >= 0.38
