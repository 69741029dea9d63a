"""However the stream is delivered, `tally` ends with the numbers that the records make.

Hypothesis makes up what people do in one discussion, and batches of what the stream told of it: in any order, twice, in
pieces, with records nobody can do, to two instances whose calls to DynamoDB take turns, while somebody goes on writing.
At-least-once is all that is promised: each record is in some batch that did not report it as failed.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from broadsheet import clock, keys, recounting, settings, site, table, tallying, threads
from hypothesis import strategies as st

from local import filters
from tests.engine import comment_invariants as invariants
from tests.engine.comment_writers import Talk
from tests.engine.conftest import new_stage
from tests.engine.sabotage import falls_without
from tests.engine.threads import Ended, in_turns, meanwhile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from broadsheet.table import Write

    from tests.engine.comment_writers import Act
    from tests.engine.instances import Instances
    from tests.stage import Stage

TALLY = "TallyFunction"
EXAMPLES, STEPS = 12, 8
GHOST, STRANGER, NOBODY = (keys.place(f"01M8000000000000000000000{letter}") for letter in "GSN")
"""A comment whose article is missing, what is no source at all, and what is not there."""
POISON = {"ghost": GHOST, "stranger": STRANGER, "nobody": NOBODY, "keyless": None}
UNDOABLE = {"ghost", "stranger", "keyless"}

Record = dict[str, Any]


@dataclass
class Told(Talk):
    """A discussion, and what the stream told of it. All that is counted or shown at once is small, so that it is full."""

    patch: pytest.MonkeyPatch = field(kw_only=True)
    told: list[Record] = field(default_factory=list)
    owed: set[str] = field(default_factory=set)
    """Numbers of the records that no batch has done yet."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.patch.setattr(table, "tries", lambda: iter(range(table.TRIES)))  # without pauses
        self.patch.setattr(tallying, "AT_ONCE", 3)
        self.patch.setattr(threads, "FIRST_REPLIES", 4)
        flat = replace(site.get(), comments=replace(site.get().comments, depth=2))
        self.patch.setattr(site, "get", lambda: flat)

    def listen(self) -> None:
        """Takes in what was written since."""
        (source,) = self.stage.template.functions[TALLY].streams
        records = [one for one in self.stage.records("SiteTable") if filters.wanted(source.filters, one)]
        new = [one for one in records if table.to_item(one["dynamodb"]["Keys"]) not in POISON.values()]
        self.told += new
        self.owed |= {number_of(one) for one in new}

    def tally(self, batch: list[Record]) -> None:
        answer = self.stage.invoke(TALLY, {"Records": batch})
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert failed == {number_of(one) for one in batch} & UNDOABLE, "whatever is beside it, what can be done is done"
        self.owed -= {number_of(one) for one in batch}

    def deliver(self, batches: list[list[Record]], order: list[int], act: Act | None = None) -> None:
        """Each batch to an instance of its own, at once, while somebody writes."""
        works = [lambda batch=batch: self.tally(batch) for batch in batches if batch]  # type: ignore[misc]
        works += [lambda: self.done(act)] if act else []
        for outcome in in_turns(self.patch, order, *works) if works else ():
            if isinstance(outcome, Exception):
                raise outcome

    def done(self, act: Act) -> None:
        assert self.do(act) != "unavailable"

    def picked(self, picks: list[int], poison: str | None) -> list[Record]:
        """Of what was told, the newest more likely; and a record that nobody can do."""
        self.listen()
        records = [self.told[-1 - pick % len(self.told)] for pick in picks]
        return [*records[:1], *([_poison(poison)] if poison else []), *records[1:]]

    def catch_up(self, seed: int, order: list[int]) -> None:
        """Delivers what is still owed, in any order and in any pieces."""
        self.listen()
        chance = random.Random(seed)
        while self.owed:
            left = [n for n, record in enumerate(self.told) if number_of(record) in self.owed]
            chance.shuffle(left)
            cut, end = sorted((chance.randrange(len(left)), chance.randrange(len(left))))
            picks = left[:cut], left[cut : end + 1]
            self.deliver([[self.told[n] for n in some] for some in picks], order)
            self.listen()


def number_of(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _poison(which: str) -> Record:
    key = POISON[which]
    return {"dynamodb": {"SequenceNumber": which, **({"Keys": table.from_item(key)} if key else {})}}


@contextmanager
def _poisoned() -> Iterator[None]:
    store = settings.get().site
    place = {"article": "gggggggg", "root": None, "path": "", "counted": True, "version": 1}
    table.write(table.put(store, {**GHOST, "entity": "place", **place}))
    table.write(table.put(store, {**STRANGER, "entity": "card"}))
    yield
    for key in (GHOST, STRANGER):
        table.write(table.delete(store, key))


numbers = st.integers(0, 9)
acts = st.tuples(
    st.sampled_from(
        [
            *("post", "reply", "reply", "reply", "edit", "delete", "delete", "approve", "approve", "hide", "hide"),
            *("reject", "react", "react", "react", "unreact", "report", "report"),
        ]
    ),
    numbers,
    numbers,
    numbers,
)
batches = st.tuples(
    st.lists(st.integers(0, 9) | st.integers(0, 40), max_size=5), st.sampled_from([None, None, None, None, *POISON])
)
orders = st.lists(st.integers(0, 5), min_size=20, max_size=40)
deliveries = st.tuples(batches, batches, orders, acts | st.none())
steps = st.lists(st.tuples(acts, acts, acts, deliveries), min_size=1, max_size=STEPS)


@falls_without("ledger")
def test_whatever_batches_come_the_numbers_are_those_of_the_records(
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
            talk = Told(fresh, patch=patch)
            with _poisoned():
                for *several, (first, second, turns, act) in steps:
                    for each in several:
                        talk.done(each)
                    talk.deliver([talk.picked(*first), talk.picked(*second)], turns, act)
                talk.catch_up(seed, order)
            invariants.check()
            talk.tally(talk.told)
            invariants.check()
            assert recounting.article(talk.key, clock.now()) == recounting.Report(late=0, drift=[])

    whatever()


# ---------------------------------------------------------------- two instances, one of them slow


def _shows(write: Write) -> bool:
    return "#tallied" in write.condition


@falls_without("tallied")
def test_a_slow_instance_shows_nothing_older_than_what_is_shown(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has read when another one counts and shows more; then it makes its write, and is no more."""
    talk = Told(stage, patch=monkeypatch)
    talk.react(1, talk.first, 0)
    talk.listen()

    def others() -> None:
        talk.react(2, talk.first, 0)
        talk.listen()
        talk.tally(talk.told)

    with monkeypatch.context() as patch:
        meanwhile(patch, _shows, others, dies=True)
        with pytest.raises(Ended):
            talk.tally(talk.told)
    invariants.check()


@falls_without("another look")
@pytest.mark.parametrize("what", ["a reaction taken back", "a reply hidden"])
def test_a_slow_instance_brings_nothing_back_that_was_gone_before_it_was_shown(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Another one counts that it is gone, and finds nothing to change; then the slow one shows what it had read."""
    talk = Told(stage, patch=monkeypatch)
    talk.react(1, talk.first, 0) if "reaction" in what else talk.reply(4, talk.first, 0)
    talk.listen()

    def others() -> None:
        talk.unreact(1, talk.first, 0) if "reaction" in what else talk.hide(0, list(talk.by)[1], 0)
        talk.listen()
        talk.tally(talk.told)

    with monkeypatch.context() as patch:
        meanwhile(patch, _shows, others)
        talk.tally(talk.told)
    invariants.check()


@falls_without("second reading")
def test_any_one_record_has_a_comment_counted_as_it_stands(
    stage: Stage, instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes out of the queue of failures is late, and says only where to look."""
    for course in (["edit"], ["hide"], ["hide", "approve"], ["hide", "approve", "delete"], ["delete"]):
        talk = Told(stage, patch=monkeypatch)
        for what in course:
            talk.done((what, 0, 0, 0))
        talk.listen()
        assert len(talk.told) == len(course) + 1
        talk.tally(talk.told[:1])
        invariants.check()
        talk.tally(talk.told)
        invariants.check()
