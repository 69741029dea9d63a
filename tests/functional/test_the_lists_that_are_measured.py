"""What `make quality` measures on an index in a dictionary is what is deployed: DynamoDB's gives the same lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from broadsheet import clock, slugs
from broadsheet.index import Index

from tests.quality import own, streaming

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.quality.reading import Labelled
    from tests.stage import Stage

STORIES = {"rope works", "bakery fire", "mercado", "flint transfer", "灯台"}


def chosen() -> list[Labelled]:
    return [one for one in own.corpus() if one.story in STORIES]


def published(stage: Stage, one: Labelled) -> Any:
    article = one.article
    return stage.published(
        headline=article.title,
        topic=article.facts.topic,
        language=article.facts.language,
        body={"format": "markdown", "text": article.text},
    )


def neighbours(index: Any, ids: Iterable[str]) -> dict[str, Any]:
    return {name: (entry.facts, entry.version, entry.live, entry.near) for name, entry in index.entries(ids).items()}


def test_the_index_in_a_dictionary_and_the_one_on_dynamodb_give_the_same_lists(stage: Stage) -> None:
    slug_of: dict[str, str] = {}
    for one in chosen():
        article = published(stage, one)
        slug_of[slugs.key_of(article["slug"]) or ""] = article["slug"]
        stage.settle()
    stored = Index(clock.now())
    memory = streaming.streamed(filter(None, map(stored.article, slug_of)))
    lists = streaming.chosen(memory, list(slug_of))
    assert neighbours(stored, slug_of) == neighbours(memory, slug_of)
    assert stored.prints(slug_of) == memory.prints(slug_of)
    for key, slug in slug_of.items():
        read = stage.read(slug).json
        for name in ("more_about", "you_may_also_like"):
            expected = [(choice.id, choice.why) for choice in getattr(lists[key], name)]
            assert [(slugs.key_of(card["slug"]), card["why"]) for card in read[name]] == expected, (slug, name)
    assert sum(len(lists[key].more_about) for key in slug_of) >= 3 * len(STORIES)
