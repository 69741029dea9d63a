"""What a publication costs the lists, in archives of different sizes: calls, units, bytes and processor time.

`python -m bench.publishing_lists [size ...]`: an archive of invented articles, drawn from the words of English as often as they
are used and from running stories of some ten articles with names of their own, is put into a real engine as the builder would
have left it. Then articles of its newest stories are published as the newsroom does, and followed by the builder. The first
ones let the lists around them settle; the medians are of those after them.

Not loaded of an archive is what no new article reads: the edges of its articles, their texts, postings behind the newest of a
term, and listings of old topics.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import sys
import time
import zlib
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import stand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.ranking.index import Article

SIZES = (1_000, 8_000, 50_000)
SETTLING, MEASURED = 40, 40
NEWEST = 300
"""Postings of a term: more than a publication reads, after all the others."""
RECENT = 400
"""The newest articles of an archive: the running stories, and those whose topics are listed."""
WORDS, OF_THE_STORY = 250, 40
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
MEMORY = Path("/dev/shm")  # noqa: S108  a million items are loaded, and none is to last
AT_ONCE = 25
"""Items in one BatchWriteItem."""


# ---------------------------------------------------------------- an archive


class Wire:
    """Invented articles, in the order of their publication, an hour apart."""

    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311
        self.words, self.weights = _english()
        self.stories: list[list[str]] = []

    def text(self) -> tuple[str, str]:
        """Headline and text of another article of a running story."""
        if len(self.stories) < 12 or self.chance.random() < 0.1:
            names = ["".join(self.chance.choices("bdfgklmnprstvaeiou", k=7)).title() for _ in range(12)]
            self.stories = [*self.stories[-11:], [*names, *self.drawn(20)]]
        story = self.chance.choice(self.stories)
        said = [*self.drawn(WORDS - OF_THE_STORY), *self.chance.choices(story, k=OF_THE_STORY)]
        self.chance.shuffle(said)
        return " ".join(self.chance.choices(story, k=4) + self.drawn(3)), " ".join(said)

    def drawn(self, words: int) -> list[str]:
        return self.chance.choices(self.words, cum_weights=self.weights, k=words)

    def archive(self, size: int) -> Iterator[Article]:
        """The newest of it, and what is published afterwards, are the same in archives of every size."""
        from broadsheet.ranking.index import Article, Facts

        for n in range(size):
            if n == size - RECENT:
                self.chance, self.stories = random.Random(11), []  # noqa: S311
            facts = Facts(f"{n:08d}", BEGAN + timedelta(hours=n), section="world", topic=f"topic-{n // 40}")
            headline, text = self.text()
            yield Article(facts, 1, headline, text)


def _english() -> tuple[list[str], list[float]]:
    """Words, and how often they are used: from the table that the fingerprints are weighed with."""
    from broadsheet.ranking import idf

    words: list[str] = []
    shares: list[float] = []
    for line in zlib.decompress((idf.TABLES / "en.z").read_bytes()).decode().splitlines():
        step, *same = line.split(" ")
        documents = min(2 ** (int(step) / idf.STEPS), idf.DOCUMENTS - 1)
        words += same
        shares += [1 - (1 - documents / idf.DOCUMENTS) ** (1 / idf.WORDS)] * len(same)
    return words, list(accumulate(shares))


def _load(wire: Wire, size: int) -> None:
    """The archive as the builder leaves it."""
    from broadsheet.index import Index
    from broadsheet.ranking import building
    from broadsheet.ranking import index as verbs

    from tests.quality.memory import MemoryIndex

    memory, index = MemoryIndex(), Index(BEGAN)
    for article in wire.archive(size):
        memory.publish(article)
        building.settle(memory, article.facts.id)
    _write_all(_as_new(index, memory, verbs))
    _write_all(_beside(memory))


def _as_new(index: Any, memory: Any, verbs: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in memory.stored_entries.values():
        yield _item(index._write(verbs.PutEntry(entry)))
    for name, its in memory.stored_prints.items():
        yield _item(index._write(verbs.PutPrint(name, its)))
    for term, rows in memory.stored_postings.items():
        for row in rows[-NEWEST:]:
            yield _item(index._write(verbs.PutPosting(term, row)))


def _item(write: Any) -> tuple[str, dict[str, Any]]:
    return write.table, dict(write.item)


def _beside(memory: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Cards, empty lists and the listing of each topic."""
    import json

    from broadsheet import articles, clock, keys, settings

    store = settings.get().site
    for place, article in enumerate(reversed(memory.articles.values())):
        key, facts = article.facts.id, article.facts
        card = json.dumps(
            {
                "id": key,
                "slug": f"{'-'.join(article.title.lower().split())}-{key}",
                "headline": article.title,
                "standfirst": article.text[:120],
                "section": {"slug": "world", "name": "World"},
                "topic": {"slug": facts.topic, "name": facts.topic},
                "language": "en",
                "byline": [{"name": "Ada Quist", "slug": "ada-quist"}],
                "published_at": clock.stamp(facts.published_at),
            }
        )
        yield store, {**keys.card(key), "entity": "card", "v": 1, "json": card}
        lists = keys.public_item(key, keys.LISTS)
        yield store, {**lists, "entity": "lists", "v": 1, "revision": 0, "json": articles.NO_LISTS}
        for language in ("", "en") if place < RECENT else ():
            entry = keys.entry(keys.listing("topic", facts.topic, language), clock.stamp(facts.published_at), key)
            yield store, {**entry, "entity": "entry", "v": 1, "json": card}


def _write_all(items: Iterator[tuple[str, dict[str, Any]]]) -> None:
    from broadsheet import table

    waiting: list[tuple[str, dict[str, Any]]] = []
    for one in items:
        waiting.append(one)
        if len(waiting) == AT_ONCE:
            _write(table, waiting)
            waiting = []
    if waiting:
        _write(table, waiting)


def _write(table: Any, some: list[tuple[str, dict[str, Any]]]) -> None:
    wanted: dict[str, list[Any]] = {}
    for store, item in some:
        wanted.setdefault(store, []).append({"PutRequest": {"Item": table.from_item(item)}})
    while wanted:
        wanted = table.client().batch_write_item(RequestItems=wanted).get("UnprocessedItems") or {}


# ---------------------------------------------------------------- measuring


@dataclass
class Cost:
    calls: Counter[str]
    read_units: float
    write_units: int
    sent: int
    received: int
    cpu: float
    wall: float


def _publication(wire: Wire, meter: Any, at: datetime, topic: str) -> Cost:
    from broadsheet import drafts, inputs, lists, publishing, table
    from broadsheet.roles import Person

    headline, text = wire.text()
    editor = Person("01K0000000000000000000000A", "editor", "Bench")
    given = {
        "headline": headline,
        "section": "world",
        "topic": topic,
        "byline": [{"name": "Ada Quist"}],
        "body": {"format": "html", "text": f"<p>{text}</p>"},
    }
    view = drafts.create(inputs.check(inputs.NewArticle, given), editor, at)
    with redirect_stdout(StringIO()):  # its metrics
        key = publishing.publish(view.state.id, 1, editor, at).state.key
    sent, received = Counter[str](), Counter[str]()
    events = table.client().meta.events
    events.register("before-send.dynamodb", lambda request, **_: sent.update(bytes=len(request.body)), unique_id="sent")
    events.register(
        "after-call.dynamodb",
        lambda http_response, **_: received.update(bytes=len(http_response.content)),
        unique_id="received",
    )
    gc.collect()
    with meter.measuring() as calls:
        cpu, wall = time.process_time(), time.monotonic()
        lists.follow([key], at)
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    events.unregister("before-send.dynamodb", unique_id="sent")
    events.unregister("after-call.dynamodb", unique_id="received")
    return Cost(
        Counter(call.operation for call in calls),
        sum(call.read_units for call in calls),
        sum(call.write_units for call in calls),
        sent["bytes"],
        received["bytes"],
        cpu,
        wall,
    )


async def main(sizes: list[int]) -> None:
    print(
        f"a publication's lists, medians of {MEASURED}:  python -m bench.publishing_lists {' '.join(map(str, sizes))}"
    )
    print(
        f"{'articles':>9} {'calls':>6} {'read units':>11} {'write units':>12} {'sent kB':>8} {'got kB':>8} {'CPU ms':>7}"
        f" {'ms':>6}"
    )
    for size in sizes:
        async with stand.standing("NewsroomFunction", MEMORY if MEMORY.is_dir() else None):
            _measure(size)


def _measure(size: int) -> None:
    from broadsheet import table

    from tests.meter import Meter

    wire = Wire()
    _load(wire, size)
    meter = Meter()
    meter.attach(table.client())
    at = BEGAN + timedelta(hours=size)
    costs = [
        _publication(wire, meter, at + timedelta(hours=n), f"topic-{(size + n) // 40}")
        for n in range(SETTLING + MEASURED)
    ][SETTLING:]
    calls = Counter[str]()
    for cost in costs:
        calls += cost.calls
    print(
        f"{size:9,} {_median(costs, lambda cost: cost.calls.total()):6.0f}"
        f" {_median(costs, lambda cost: cost.read_units):11.0f} {_median(costs, lambda cost: cost.write_units):12.0f}"
        f" {_median(costs, lambda cost: cost.sent / 1e3):8.0f} {_median(costs, lambda cost: cost.received / 1e3):8.0f}"
        f" {_median(costs, lambda cost: cost.cpu * 1e3):7.0f} {_median(costs, lambda cost: cost.wall * 1e3):6.0f}"
        f"   {', '.join(f'{name} {count / len(costs):.0f}' for name, count in calls.most_common())}",
        flush=True,
    )


def _median(costs: list[Cost], of: Any) -> float:
    return float(statistics.median(of(cost) for cost in costs))


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or list(SIZES)))
