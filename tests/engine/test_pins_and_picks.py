"""Editors who pin and pick at once, and one who is killed: one wins, the others hear of it, and nothing is left half done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine import invariants
from tests.engine.instances import Run, request
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.instances import Instances
    from tests.stage import Stage

PICKS = "/v1/newsroom/picks"


def pinning(stage: Stage, article: Any, version: int, *others: Any, **how: Any) -> Run:
    pins = {"more_about": [other["id"] for other in others]}
    path = f"/v1/newsroom/articles/{article['id']}/pins"
    return request(stage.template, "PUT", path, pins, token=stage.token("editor"), version=version, **how)


def picking(stage: Stage, version: int, *articles: Any, **how: Any) -> Run:
    items = {"items": [{"article": article["id"]} for article in articles]}
    return request(stage.template, "PUT", PICKS, items, token=stage.token("editor"), version=version, **how)


def front_of(stage: Stage) -> list[str]:
    stage.settle()
    return [card["id"] for card in stage.call("GET", "/v1/front").json["picks"]]


def one_won(outcomes: list[Any], version: int) -> int:
    """Which; the others were told the version that stands."""
    winners = [n for n, outcome in enumerate(outcomes) if outcome.status == 200]
    assert len(winners) == 1
    others = [outcome for outcome in outcomes if outcome.status != 200]
    assert {(outcome.status, outcome.json["version"]) for outcome in others} <= {(412, version)}
    return winners[0]


@falls_without("picks")
@pytest.mark.parametrize("version", [0, 1])
def test_of_editors_who_pick_at_once_one_wins(stage: Stage, instances: Instances, version: int) -> None:
    articles = [stage.published(headline=f"Article {n}") for n in range(5)]
    for n in range(version):
        assert instances.run(picking(stage, n, articles[4]))[0].status == 200
    outcomes = instances.run(*(picking(stage, version, article) for article in articles[:4]), meet=True)
    winner = one_won(outcomes, version + 1)
    invariants.check()
    assert front_of(stage) == [articles[winner]["id"]]


@falls_without("state")
def test_of_editors_who_pin_at_once_one_wins(stage: Stage, instances: Instances) -> None:
    article, *others = [stage.published(headline=f"Article {n}") for n in range(5)]
    outcomes = instances.run(*(pinning(stage, article, 2, other) for other in others), meet=True)
    winner = one_won(outcomes, 3)
    invariants.check()
    stage.settle()
    cards = stage.read(article["slug"]).json["more_about"]
    assert [card["id"] for card in cards if card["why"] == "editors_pick"] == [others[winner]["id"]]


@pytest.mark.parametrize("in_turn", ["publish first", "pin first"])
def test_what_is_pinned_while_it_is_published_appears(stage: Stage, instances: Instances, in_turn: str) -> None:
    article, draft = stage.published(), stage.draft(headline="Just in")
    path = f"/v1/newsroom/articles/{draft['id']}/publish"
    publish = request(stage.template, "POST", path, {}, token=stage.token("editor"), version=1)
    runs = [publish, pinning(stage, article, 2, draft)]
    outcomes = instances.run(*(runs if in_turn == "publish first" else runs[::-1]), in_turn=True)
    assert [outcome.status for outcome in outcomes] == [200, 200]
    invariants.check()
    stage.settle()
    (card,) = stage.read(article["slug"]).json["more_about"]
    assert (card["id"], card["why"]) == (draft["id"], "editors_pick")


def _at_every_call(run: Callable[..., Run], again: int, instances: Instances, done: Callable[[], int]) -> int:
    """Kills a change after each of its calls and makes it again; `again` is what who was not told gets. How many calls."""
    for call in range(1, 20):
        before = done()
        (outcome,) = instances.run(run(before, dies="after", call=call))
        invariants.check()
        was_done = done() - before
        if not outcome.died and len(outcome.calls) < call:
            assert was_done == 1
            return call - 1
        (repeated,) = instances.run(run(before))
        assert repeated.status == (again if was_done else 200)
        invariants.check()
        assert done() - before == 1, "done once in the end"
    raise AssertionError("no end of calls")


@falls_without("transaction")
def test_picking_killed_at_any_call_leaves_all_or_nothing(stage: Stage, instances: Instances) -> None:
    article = stage.published()
    version = lambda: int(stage.call("GET", PICKS, token=stage.token("editor")).json["version"])  # noqa: E731
    assert _at_every_call(lambda at, **how: picking(stage, at, article, **how), 412, instances, version) >= 4


@falls_without("transaction")
def test_pinning_killed_at_any_call_leaves_all_or_nothing(stage: Stage, instances: Instances) -> None:
    article, one, other = (stage.published(headline=f"Article {n}") for n in range(3))
    path = f"/v1/newsroom/articles/{article['id']}"
    version = lambda: int(stage.call("GET", path, token=stage.token("editor")).json["version"])  # noqa: E731

    def run(at: int, **how: Any) -> Run:
        return pinning(stage, article, at, (one, other)[at % 2], **how)

    assert _at_every_call(run, 412, instances, version) >= 4


def test_the_builder_killed_at_any_call_shows_what_is_pinned_with_the_next_try(
    stage: Stage, instances: Instances
) -> None:
    """The stream brings the records again."""
    article, draft = stage.published(), stage.draft(headline="Just in")
    instances.run(pinning(stage, article, 2, draft))
    stage.settle()
    stage.publish(draft)
    (source,) = stage.template.functions["BuildListsFunction"].streams
    records = [record for record in stage.records(source.table) if record["dynamodb"]["Keys"]["sk"]["S"] == "ARTICLE"]
    plain = [{"dynamodb": {"SequenceNumber": "1", "Keys": records[0]["dynamodb"]["Keys"], "NewImage": IMAGE}}]
    (whole,) = instances.run(Run("build_lists", {"Records": plain}))
    assert whole.answer == {"batchItemFailures": []}
    for call in range(1, len(whole.calls) + 1, max(1, len(whole.calls) // 4)):
        path = f"/v1/newsroom/articles/{draft['id']}"
        version = stage.call("GET", path, token=stage.token("editor")).json["version"]
        gone = stage.call("POST", f"{path}/unpublish", token=stage.token("editor"), version=version).json
        stage.settle()
        assert stage.read(article["slug"]).json["more_about"] == []
        stage.publish(gone)
        stage.records(source.table)
        instances.run(Run("build_lists", {"Records": plain}, dies="after", call=call))
        (again,) = instances.run(Run("build_lists", {"Records": plain}))
        assert again.answer == {"batchItemFailures": []}
        (card,) = stage.read(article["slug"]).json["more_about"]
        assert (card["id"], card["why"]) == (draft["id"], "editors_pick"), f"killed after call {call}"


IMAGE = {"slug": {"S": "x-0000000a"}, "language": {"S": "en"}}
