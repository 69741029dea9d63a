"""However the stream is delivered, the two lists end as if the articles had been built once, in order.

Hypothesis makes up what a newsroom does with a few articles of two stories, and batches of what the stream told of it: in any
order, twice, in pieces, with records nobody can do, to two builders whose calls to DynamoDB take turns and who are killed on
the way, while the newsroom goes on. At-least-once is all that is promised: each record is in some batch that ended well.

What should stand is worked out elsewhere: from what readers have, by one builder in memory, article by article.
"""

from __future__ import annotations

import random
import threading
from contextvars import Context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis
from broadsheet import articles, clock, keys, settings, table
from broadsheet.index import Index
from broadsheet.ranking import building, showing
from hypothesis import strategies as st

from local import filters
from tests.engine.conftest import new_stage
from tests.engine.sabotage import falls_without
from tests.engine.threads import Ended, in_turns
from tests.quality.memory import MemoryIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pytest
    from broadsheet.ranking.index import Article, Lists
    from broadsheet.table import Write

    from tests.engine.instances import Instances
    from tests.stage import Stage

BUILDER = "BuildListsFunction"
EXAMPLES, STEPS = 6, 4
STORIES = (
    "The harbour tunnel under Merrow Sound costs more since the boring machine Hesper was flooded",
    "The regatta on Lake Ulmar went to the crew from Wray after the favourites capsized at Heron Point",
)
TURNS = ("auditors", "parliament", "engineers", "the mayor", "residents")
"""Who speaks in an article, which is what tells those of one story apart."""
POISON = {"dynamodb": {"SequenceNumber": "poison", "NewImage": {"x": {"S": "y"}}}}

Record = dict[str, Any]


@dataclass
class Newsroom:
    """A few articles, what the stream told of them, and builders."""

    stage: Stage
    patch: pytest.MonkeyPatch
    made: list[Any] = field(default_factory=list)
    told: list[Record] = field(default_factory=list)
    owed: set[str] = field(default_factory=set)
    """Numbers of the records that no batch has done yet."""

    def __post_init__(self) -> None:
        self.patch.setattr(table, "tries", lambda: iter(range(4 * table.TRIES)))  # without pauses

    # ------------------------------------------------------------ what people do

    def do(self, act: tuple[str, int, int]) -> None:
        what, which, how = act
        if what == "publish" or not self.made:
            self.made.append(self.stage.published(**_article(which, how)))
            return
        place = which % len(self.made)
        one = self.made[place]
        if what == "withdraw" and one["status"] == "published":
            one = self.stage.act(one, "unpublish").json
        elif what == "rewrite" and one["status"] == "published":
            one = self.stage.publish(self.stage.save(one, _article(which, how)).json)
        elif one["status"] == "withdrawn":
            one = self.stage.publish(one)
        self.made[place] = one

    # ------------------------------------------------------------ what builders do

    def listen(self) -> None:
        """Takes in what was written since."""
        (source,) = self.stage.template.functions[BUILDER].streams
        new = [one for one in self.stage.records("SiteTable") if filters.wanted(source.filters, one)]
        self.told += new
        self.owed |= {_number(one) for one in new}

    def build(self, batch: list[Record], dies_at: int | None = None) -> None:
        """One invocation; killed at one of its calls it has done nothing that counts."""
        _here.left = dies_at
        try:
            answer = self.stage.invoke(BUILDER, {"Records": batch})
        except Ended:
            return
        finally:
            _here.left = None
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert failed == {"poison"} & {_number(one) for one in batch}
        self.owed -= {_number(one) for one in batch}

    def deliver(self, batches: Iterable[tuple[list[Record], int | None]], order: list[int], act: Any = None) -> None:
        """Each batch to a builder of its own, at once, while the newsroom does something."""
        works: list[Callable[[], Any]] = [
            lambda batch=batch, dies_at=dies_at: self.build(batch, dies_at)  # type: ignore[misc]
            for batch, dies_at in batches
            if batch
        ]
        works += [lambda: self.do(act)] if act else []
        with self.patch.context() as patch:
            mortal(patch)
            for outcome in in_turns(patch, order, *works) if works else ():
                if isinstance(outcome, Exception):
                    raise outcome
        articles.forget()

    def picked(self, picks: list[int], poisoned: bool) -> list[Record]:
        self.listen()
        records = [self.told[-1 - pick % len(self.told)] for pick in picks if self.told]
        return [*records[:1], *([POISON] if poisoned else []), *records[1:]]

    def catch_up(self, seed: int, order: list[int]) -> None:
        """Delivers what is still owed, in any order and in any pieces."""
        self.listen()
        chance = random.Random(seed)
        while self.owed:
            left = [record for record in self.told if _number(record) in self.owed]
            chance.shuffle(left)
            cut = chance.randrange(len(left)) + 1
            self.deliver([(left[:cut], None), (left[cut:], None)], order)
            self.listen()


_here = threading.local()


def mortal(patch: pytest.MonkeyPatch) -> None:
    """A builder is killed when its calls are used up."""
    call = table._call

    def counted(operation: str, **request: Any) -> Any:
        left = getattr(_here, "left", None)
        if left is not None:
            _here.left = left - 1
            if not left:
                raise Ended
        return call(operation, **request)

    patch.setattr(table, "_call", counted)


def _number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _article(which: int, how: int) -> dict[str, Any]:
    said = f"{STORIES[which % 2]}, {TURNS[how % len(TURNS)]} said. {TURNS[which % len(TURNS)].title()} agreed."
    headline = f"{TURNS[how % len(TURNS)].title()} on {('the Merrow Sound tunnel', 'the Ulmar regatta')[which % 2]}"
    topic = (None, "Tunnel", "Regatta")[(which + how) % 3]
    body = {"format": "html", "text": f"<p>{said}</p>"}
    return {"headline": headline, "topic": topic, "language": ("en", "en", "es")[how % 3], "body": body}


# ---------------------------------------------------------------- what should stand


def check(newsroom: Newsroom) -> None:
    """What stands is what one builder makes of it, and nothing that went is in it."""
    index = Index(clock.now())
    live = _live(index)
    found = {key: standing.lists for key, standing in index.lists(live).items()}
    assert found == _built_once(live.values())
    for one in newsroom.made:
        if one["status"] == "published":
            _check_as_read(newsroom, one)


def _live(index: Index) -> dict[str, Article]:
    site = settings.get().site
    pages = table.client().get_paginator("scan").paginate(TableName=site)
    items = [table.to_item(raw) for page in pages for raw in page["Items"]]
    found = {keys.id_of(item["pk"]): item for item in items if item["entity"] == "article" and "json" in item}
    return {key: one for key in found if (one := index.article(key)) is not None}


def _built_once(live: Iterable[Article]) -> dict[str, Lists]:
    memory = MemoryIndex()
    for one in sorted(live, key=lambda one: one.facts.place):
        memory.publish(one)
        settled = building.settle(memory, one.facts.id)
        showing.show(memory, settled.changed | settled.beside)
    while memory.stored_marks:
        showing.look_again(memory, memory.marks(0, "", 100))
    return {name: standing.lists for name, standing in memory.stored_lists.items()}


def _check_as_read(newsroom: Newsroom, article: Any) -> None:
    read = newsroom.stage.read(article["slug"]).json
    ids = [card["id"] for card in (*read["more_about"], *read["you_may_also_like"])]
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {one["id"] for one in newsroom.made if one["status"] == "published"} - {article["id"]}


# ---------------------------------------------------------------- whatever happens

numbers = st.integers(0, 9)
acts = st.tuples(
    st.sampled_from(["publish", "publish", "publish", "publish", "withdraw", "rewrite", "restore"]), numbers, numbers
)
deaths = st.none() | st.none() | st.integers(1, 90)
batches = st.tuples(st.lists(numbers, max_size=3), st.sampled_from([False, False, True]), deaths)
orders = st.lists(st.integers(0, 5), min_size=20, max_size=60)
steps = st.lists(st.tuples(acts, acts, batches, batches, orders, acts | st.none()), min_size=2, max_size=STEPS)


@falls_without("nearest")
def test_whatever_batches_come_the_lists_are_those_of_having_built_once_in_order(
    stage: Stage, instances: Instances, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzz = hypothesis.settings.default.max_examples > 100

    @hypothesis.settings(
        max_examples=hypothesis.settings.default.max_examples if fuzz else EXAMPLES,
        phases=list(hypothesis.Phase) if fuzz else [hypothesis.Phase.generate],
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(steps, st.integers(), orders)
    def whatever(steps: list[Any], seed: int, order: list[int]) -> None:
        with monkeypatch.context() as patch, new_stage(clients, patch) as fresh:
            fresh.post = stage.post
            newsroom = Newsroom(fresh, patch)
            for *done, first, second, turns, act in steps:
                for each in done:
                    newsroom.do(each)
                some = [(newsroom.picked(picks, poisoned), dies_at) for picks, poisoned, dies_at in (first, second)]
                newsroom.deliver(some, turns, act)
            newsroom.catch_up(seed, order)
            fresh.night()
            fresh.night()
            check(newsroom)

    whatever()


# ---------------------------------------------------------------- while a list is written


def before_the_lists(patch: pytest.MonkeyPatch, key: str, others: Callable[[], Any]) -> None:
    """Lets others do something in the moment before an article's lists are written, when all is read for it; once."""
    transact = table.transact
    told: list[str] = []

    def interrupted(writes: Iterable[Write]) -> None:
        operations = list(writes)
        if not told and any(one.item == keys.public_item(key, keys.LISTS) for one in operations):
            told.append(key)
            Context().run(others)  # they are nobody's part
        transact(operations)

    patch.setattr(table, "transact", interrupted)


def _key(article: Any) -> str:
    return str(article["slug"].rpartition("-")[2])


def _listed(newsroom: Newsroom, article: Any) -> set[str]:
    """The keys in an article's lists."""
    articles.forget()
    read = newsroom.stage.read(article["slug"]).json
    return {_key(card) for card in (*read["more_about"], *read["you_may_also_like"])}


def _catch_up(newsroom: Newsroom) -> None:
    newsroom.listen()
    newsroom.build([record for record in newsroom.told if _number(record) in newsroom.owed])


@falls_without("lists")
def test_what_comes_while_anothers_lists_are_written_stands_in_them(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = Newsroom(stage, monkeypatch)
    for how in (0, 0):
        newsroom.do(("publish", 0, how))
    slow = newsroom.made[1]

    def others() -> None:
        newsroom.do(("publish", 0, 0))
        _catch_up(newsroom)

    with monkeypatch.context() as patch:
        before_the_lists(patch, _key(slow), others)
        _catch_up(newsroom)
    assert _listed(newsroom, slow) == {_key(newsroom.made[0]), _key(newsroom.made[2])}


@falls_without("live")
def test_what_goes_while_a_list_begins_to_show_it_stands_in_none(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = Newsroom(stage, monkeypatch)
    for how in (0, 0):
        newsroom.do(("publish", 0, how))
    _catch_up(newsroom)
    newsroom.do(("publish", 0, 0))
    slow, other, goes = newsroom.made

    def others() -> None:
        newsroom.do(("withdraw", 2, 0))
        _catch_up(newsroom)

    with monkeypatch.context() as patch:
        before_the_lists(patch, _key(slow), others)
        _catch_up(newsroom)
    assert goes["status"] == "published"
    assert _listed(newsroom, slow) == {_key(other)}
