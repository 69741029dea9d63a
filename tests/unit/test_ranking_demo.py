"""A small paper's articles share names that are rare anywhere else: what editors keep apart is not taken for one story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from broadsheet.ranking import building, choosing, near
from broadsheet.ranking.choosing import Neighbour
from broadsheet.ranking.index import Article, Facts

from local.demo import manuscripts
from tests.quality.memory import MemoryIndex

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@cache
def pairs() -> list[tuple[Facts, Neighbour]]:
    """Each English article of the demonstration with each of its neighbours."""
    index = MemoryIndex()
    for told in manuscripts.read():
        if told.hours_ago is not None and told.given.get("language", "en") == "en":
            facts = Facts(told.name, NOW - timedelta(hours=told.hours_ago), topic=told.given["topic"])
            index.publish(Article(facts, 1, told.headline, told.body))
            building.settle(index, told.name)
    entries = index.stored_entries
    all_near = {name: entry.near for name, entry in entries.items()}
    return [
        (entry.facts, Neighbour(entries[other].facts, score, dict(entry.near)[other]))
        for name, entry in entries.items()
        for other, score in near.scores(name, all_near)
    ]


def test_what_runs_under_one_topic_is_one_story_and_what_runs_under_two_is_two() -> None:
    of_one = [one for one in pairs() if one[0].topic == one[1].facts.topic]
    of_two = [one for one in pairs() if one[0].topic != one[1].facts.topic]
    assert (sum(choosing.same_story(*one) for one in of_one), len(of_one)) == (90, 92)
    assert (sum(choosing.same_story(*one) for one in of_two), len(of_two)) == (0, 788)
    sounding = [one for _, one in of_two if one.score >= choosing.STORY_SCORE and one.cosine >= choosing.STORY_COSINE]
    assert len(sounding) == 42, "which the text alone would take for one story"
