"""From ranked neighbours to two lists: what comes first, why it is there, and what may never be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from broadsheet.ranking.choosing import ENOUGH, MOST_WENT_ON, ROOM, Neighbour, Pool, choose
from broadsheet.ranking.index import Choice, Facts, Lists, Wishes

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def facts(name: str, days: float = 0, language: str = "en", topic: str | None = "harbour", **others: Any) -> Facts:
    return Facts(name, NOW - timedelta(days=days), language, topic=topic, **others)


THIS = facts("this")


def near(name: str, score: float, cosine: float = 0.4, **others: Any) -> Neighbour:
    return Neighbour(facts(name, **others), score, cosine)


def ids(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.id for choice in choices]


def reasons(choices: tuple[Choice, ...]) -> dict[str, str]:
    return {choice.id: choice.why for choice in choices}


def test_the_story_comes_first_then_what_is_near_then_the_newest_of_the_topic() -> None:
    pool = Pool(
        [near("story", 0.8), near("elsewhere", 0.2, topic="sport"), near("beside", 0.15)],
        [facts("newest", 1), facts("older", 9)],
    )
    assert reasons(choose(THIS, pool).more_about) == {
        "story": "same_story",
        "elsewhere": "similar",
        "beside": "same_topic",
        "newest": "same_topic",
        "older": "same_topic",
    }
    assert ids(choose(THIS, pool).more_about) == ["story", "elsewhere", "beside", "newest", "older"]


def test_among_equals_the_newest_development_comes_first() -> None:
    pool = Pool([near("old", 0.83, days=5), near("new", 0.81, days=1), near("nearer", 0.95, days=9)])
    assert ids(choose(THIS, pool).more_about) == ["nearer", "new", "old"]


@pytest.mark.parametrize("other", [near("other", 0.9, days=31), near("other", 0.29), near("other", 0.9, cosine=0.19)])
def test_what_is_long_ago_or_only_sounds_alike_is_not_of_the_story(other: Neighbour) -> None:
    lists = choose(THIS, Pool([other]))
    assert "same_story" not in reasons(lists.more_about).values()
    assert "other" in lists.members


@pytest.mark.parametrize(
    ("topic", "cosine", "why"),
    [
        ("harbour", 0.2, "same_story"),
        (None, 0.2, "same_story"),
        ("regatta", 0.34, "similar"),
        ("regatta", 0.35, "same_story"),
    ],
)
def test_what_editors_keep_apart_must_be_nearer_to_be_one_story(topic: str | None, cosine: float, why: str) -> None:
    pool = Pool([near("other", 0.6, cosine, topic=topic)])
    assert reasons(choose(facts("this"), pool).more_about) == {"other": why}


def test_pins_come_first_and_bans_are_the_last_word() -> None:
    pool = Pool(
        [near("story", 0.9), near("banned", 0.8)],
        [facts("banned")],
        [(facts("read"), 3.0), (facts("banned"), 9.0)],
        {"pin": facts("pin", topic=None), "liked": facts("liked", topic=None), "banned": facts("banned")},
    )
    wishes = Wishes(("pin", "banned"), ("liked", "banned"), frozenset({"banned"}))
    lists = choose(THIS, pool, wishes)
    assert list(reasons(lists.more_about).items())[:2] == [("pin", "editors_pick"), ("story", "same_story")]
    assert list(reasons(lists.you_may_also_like).items()) == [("liked", "editors_pick"), ("read", "readers_went_on")]
    assert "banned" not in lists.members


def test_what_is_pinned_to_the_second_list_stays_out_of_the_first() -> None:
    pool = Pool([near("story", 0.9)], pinned={"story": facts("story")})
    lists = choose(THIS, pool, Wishes(you_may_also_like=("story",)))
    assert lists == Lists((), (Choice("story", "editors_pick"),))


def test_a_page_has_an_article_once_and_never_itself_or_a_translation() -> None:
    this = facts("this", group="g")
    pool = Pool(
        [near("this", 1.0), near("ours", 0.9, group="g"), near("one", 0.8, group="h"), near("uno", 0.8, group="h")],
        [facts("one", group="h"), this],
        [(facts("uno", group="h"), 5.0), (this, 9.0), (facts("one", group="h"), 4.0)],
    )
    lists = choose(this, pool)
    assert len(lists.members) == 1
    assert lists.members < {"one", "uno"}


def test_readers_say_the_first_places_and_the_text_the_rest() -> None:
    pool = Pool(
        [near(f"near{n}", 0.1 + n / 100, cosine=0.1, days=90) for n in range(9)],
        went_on=[(facts(f"read{n}"), 10.0 - n) for n in range(9)],
    )
    liked = choose(THIS, pool).you_may_also_like
    assert ids(liked)[:MOST_WENT_ON] == [f"read{n}" for n in range(MOST_WENT_ON)]
    assert list(reasons(liked).values()) == ["readers_went_on"] * MOST_WENT_ON + ["similar"] * (ROOM - MOST_WENT_ON)


def test_two_that_say_the_same_do_not_stand_next_to_each_other() -> None:
    twins = (("twin", 0.95),)
    pool = Pool(
        [
            Neighbour(facts("first", 90), 0.60, 0.1, twins),
            Neighbour(facts("twin", 90), 0.59, 0.1),
            Neighbour(facts("other", 90), 0.50, 0.1),
        ]
    )
    assert ids(choose(THIS, pool).you_may_also_like) == ["first", "other", "twin"]


def test_other_languages_only_where_a_page_has_too_little() -> None:
    abroad = [near(f"es{n}", 0.95 - 0.06 * n, language="es") for n in range(9)]
    few = choose(THIS, Pool([near("en0", 0.2, cosine=0.1), *abroad]))
    assert ids(few.more_about) == ["en0", *(f"es{n}" for n in range(ENOUGH - 1))]
    assert few.you_may_also_like == ()
    many = choose(THIS, Pool([*(near(f"en{n}", 0.2) for n in range(ENOUGH)), *abroad]))
    assert set(ids(many.more_about)) == {f"en{n}" for n in range(ENOUGH)}
    assert many.you_may_also_like == ()


def test_a_region_is_no_other_language() -> None:
    lists = choose(facts("this", language="pt-BR"), Pool([near(f"pt{n}", 0.9, language="pt") for n in range(9)]))
    assert len(lists.more_about) == 9


def test_what_is_hardly_near_fills_a_list_up_to_enough() -> None:
    pool = Pool([near(f"far{n}", 0.05, cosine=0.06) for n in range(9)])
    lists = choose(replace(THIS, topic=None), pool)
    assert lists.more_about == ()
    assert reasons(lists.you_may_also_like) == {f"far{n}": "similar" for n in range(ENOUGH)}
