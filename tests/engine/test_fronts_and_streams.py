"""The prepared front ends as the listings say, whatever order builders and the stream bring."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from local import filters
from tests.engine import invariants
from tests.engine.instances import Run, request
from tests.engine.sabotage import Unread, falls_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.instances import Instances
    from tests.stage import Stage

Records = list[dict[str, Any]]
ARTICLE = {"pk": {"S": "ARTICLE#0000000a"}, "sk": {"S": "ARTICLE"}}


def _records(stage: Stage) -> Records:
    """All that the Site stream brought since it was last asked."""
    return stage.records("SiteTable")


def _source(stage: Stage) -> Any:
    (source,) = stage.template.functions["BuildListsFunction"].streams
    return source


def _wanted(stage: Stage, records: Records) -> Records:
    return [record for record in records if filters.wanted(_source(stage).filters, record)]


def _build(stage: Stage, records: Records) -> list[str]:
    """The sequence numbers that the consumer could not do."""
    answer = stage.invoke("BuildListsFunction", {"Records": records})
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def _record(language: str = "en") -> dict[str, Any]:
    """Of an article that is nowhere: what is built for it is the front."""
    image = {"slug": {"S": "x-0000000a"}, "language": {"S": language}}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "Keys": ARTICLE, "NewImage": image}}


def _news(stage: Stage) -> Records:
    """A morning's work in two languages, as the stream tells it."""
    articles = [
        stage.published(language=language, section=section)
        for language in ("en", "es")
        for section in ("world", "health")
    ]
    moved = stage.call(
        "PATCH",
        f"/v1/newsroom/articles/{articles[0]['id']}",
        {"section": "business", "headline": "Moved"},
        token=stage.token("editor"),
        version=2,
    ).json
    stage.publish(moved)
    path = f"/v1/newsroom/articles/{articles[3]['id']}/unpublish"
    stage.call("POST", path, token=stage.token("editor"), version=2)
    return _wanted(stage, _records(stage))


@falls_without("front")
def test_a_builder_that_read_before_a_publication_does_not_undo_it(stage: Stage, instances: Instances) -> None:
    stage.published()
    stage.settle()
    draft = stage.draft(headline="Just in")
    path = f"/v1/newsroom/articles/{draft['id']}/publish"
    publish = request(stage.template, "POST", path, {}, token=stage.token("editor"), version=1)
    old, new = Run("build_lists", {"Records": [_record()]}), Run("build_lists", {"Records": [_record()]}, waits=1)
    instances.run(publish, new, old, in_turn=True)
    invariants.check_front((None, "en"))


def test_many_builders_race_with_many_publications(stage: Stage, instances: Instances) -> None:
    runs = []
    for n in range(6):
        draft = stage.draft(headline=f"Article {n}", language=("en", "es")[n % 2])
        path = f"/v1/newsroom/articles/{draft['id']}/publish"
        runs += [request(stage.template, "POST", path, {}, token=stage.token("editor"), version=1)]
        runs += [Run("build_lists", {"Records": [_record("en"), _record("es")]})]
    random.Random(1).shuffle(runs)
    outcomes = instances.run(*runs)
    assert [outcome.status for outcome in outcomes if not outcome.error and "statusCode" in outcome.answer] == [200] * 6
    stage.settle()
    invariants.check()
    invariants.check_front()


DELIVERIES: dict[str, Callable[[Records], list[Records]]] = {
    "one batch": lambda records: [records],
    "one by one": lambda records: [[record] for record in records],
    "doubled": lambda records: [records + records, records],
    "backwards": lambda records: [[record] for record in reversed(records)],
    "shuffled, in threes": lambda records: _threes(random.Random(2).sample(records, len(records))),
    "replayed from the middle": lambda records: [records, records[2:], records[4:]],
}


def _threes(records: Records) -> list[Records]:
    return [records[at : at + 3] for at in range(0, len(records), 3)]


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_however_records_are_delivered_the_front_ends_right(stage: Stage, delivery: str) -> None:
    records = _news(stage)
    assert len(records) == 6
    for batch in DELIVERIES[delivery](records):
        assert _build(stage, batch) == []
    invariants.check_front()


@falls_without("unreadable", raises=Unread)
def test_a_record_that_cannot_be_read_holds_nothing_up(stage: Stage, instances: Instances) -> None:
    records = _news(stage)
    nothing = {"x": {"S": "y"}}
    poison = [
        {"eventName": "INSERT", "dynamodb": {"SequenceNumber": number, "Keys": key, "NewImage": nothing}}
        for number, key in (("4711", ARTICLE), ("4712", {}))
    ]
    assert sorted(_build(stage, [*records[:3], *poison, *records[3:]])) == ["4711", "4712"]
    invariants.check_front()


def test_nothing_that_the_builder_writes_wakes_it(stage: Stage) -> None:
    """Nor what readers, writers and the five minutes bring: it would never come to rest."""
    assert _build(stage, _news(stage)) == []
    stage.every_five_minutes()
    written = _records(stage)
    assert {record["dynamodb"]["Keys"]["sk"]["S"] for record in written} >= {"FRONT", "FRONT#en", "LISTS"}
    assert _wanted(stage, written) == []


def test_only_articles_pins_and_picks_wake_the_builder(stage: Stage) -> None:
    """Of all that is ever written to the site's table in a day's work."""
    _news(stage)
    live, other = stage.published(), stage.published()
    stage.comment(live["slug"])
    stage.call("PUT", f"/v1/newsroom/articles/{live['id']}/pins", _pins(other), token=stage.token("editor"), version=2)
    picks = {"items": [{"article": other["id"]}]}
    stage.call("PUT", "/v1/newsroom/picks", picks, token=stage.token("editor"), version=0)
    records = _records(stage)
    for function in ("BuildListsFunction", "TallyFunction"):
        assert stage.deliver(function, "SiteTable", records) == []
    records += _records(stage)
    woken = Counter(record["dynamodb"]["Keys"]["sk"]["S"] for record in _wanted(stage, records))
    assert woken == {"ARTICLE": 2, "PINS": 1, "PICKS": 1}


def _pins(other: Any) -> dict[str, list[str]]:
    return {"more_about": [other["id"]], "you_may_also_like": [], "banned": []}


def test_each_public_change_wakes_the_builder_once(stage: Stage) -> None:
    live = stage.published(topic="Trams")
    (first,) = _wanted(stage, _records(stage))
    assert first["dynamodb"]["NewImage"]["id"]["S"] == live["id"]
    path = f"/v1/newsroom/articles/{live['id']}"
    saved = stage.call("PATCH", path, {"headline": "Not public"}, token=stage.token("editor"), version=2).json
    assert _records(stage) == [], "what is not public never enters the stream"
    stage.call("POST", f"{path}/unpublish", token=stage.token("editor"), version=saved["version"])
    (gone,) = _wanted(stage, _records(stage))
    assert gone["dynamodb"]["NewImage"]["withdrawn"]["BOOL"]
