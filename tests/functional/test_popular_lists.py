"""Most read, trending, most discussed, picks: prepared by the pass of every five minutes, served by one look."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import (
    articles,
    coreading,
    discussed,
    front,
    keys,
    lists,
    packing,
    popular,
    prepared,
    reads,
    settings,
    site,
    spans,
    table,
)
from broadsheet.ranking import popularity

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Stage

EVERY = [
    *(("most-read", window) for window in ("1h", "24h", "7d")),
    *(("most-discussed", window) for window in ("24h", "7d")),
    ("trending", None),
    ("picks", None),
]


@pytest.fixture(autouse=True)
def time(time: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """At the beginning of five minutes, an hour and a half before midnight."""
    monkeypatch.setattr(discussed, "SHARDS", 1)  # a quarter of the Queries
    time.now = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    return time


def key(article: Any) -> str:
    return str(article["slug"][-8:])


def read_by(article: Any, many: int, at: datetime, after: Any = None) -> None:
    reads.add(key(article), article["section"]["slug"], [key(after)] if after else [], many, at)


def passes(stage: Stage, time: Clock, minutes: int = 5) -> None:
    """The next ticks of the schedule, a quarter of a minute after five minutes each."""
    for _ in range(minutes // 5):
        time.forward(minutes=5)
        time.now = time.now.replace(second=15)
        stage.every_five_minutes()


def shown(stage: Stage, name: str, **query: Any) -> list[str]:
    """The ids in a list."""
    reply = stage.call("GET", f"/v1/lists/{name}", query={k: v for k, v in query.items() if v})
    assert reply.status == 200, reply.text
    assert reply.json["next_cursor"] is None or name == "latest"
    return [card["id"] for card in reply.json["items"]]


def ids(*articles: Any) -> list[str]:
    return [article["id"] for article in articles]


def on_the_front(stage: Stage, language: str | None = None) -> Any:
    return stage.call("GET", "/v1/front", query={"language": language} if language else {}).json


# ---------------------------------------------------------------- before there is anything


def test_before_anybody_read_anything_every_list_is_there_and_empty(stage: Stage, time: Clock) -> None:
    for _ in range(2):
        for name, window in EVERY:
            for section in (None, "sports"):
                reply = stage.call(
                    "GET", f"/v1/lists/{name}", query={k: v for k, v in (("window", window), ("section", section)) if v}
                )
                assert (reply.status, reply.json) == (200, {"items": [], "next_cursor": None, "built_at": None})
                assert reply.headers["cache-control"].startswith("public, max-age=0, s-maxage=60")
        told = on_the_front(stage)
        assert (told["picks"], told["trending"]) == ([], [])
        assert told["most_read"] == {"1h": [], "24h": [], "7d": []}
        assert told["most_discussed"] == {"24h": [], "7d": []}
        passes(stage, time, 10)


def test_published_and_never_read_is_in_no_list_of_what_is_read(stage: Stage, time: Clock) -> None:
    article = stage.published()
    stage.settle()
    passes(stage, time)
    assert shown(stage, "latest") == ids(article)
    assert shown(stage, "most-read") == []
    assert stage.read(article["slug"]).json["you_may_also_like"] == []


@pytest.mark.parametrize(
    ("name", "query", "answer"),
    [
        ("best", {}, (404, "not_found")),
        ("most_read", {}, (404, "not_found")),
        ("most-read", {"window": "2h"}, (422, {"window": "unknown_value"})),
        ("most-read", {"window": ""}, (422, {"window": "unknown_value"})),
        ("most-discussed", {"window": "1h"}, (422, {"window": "unknown_value"})),
        ("trending", {"window": "1h"}, (422, {"window": "unknown_value"})),
        ("most-read", {"section": "nowhere"}, (422, {"section": "unknown_section"})),
        ("latest", {"section": "nowhere"}, (422, {"section": "unknown_section"})),
        ("picks", {"language": "es"}, (422, {"query": "unknown_parameter"})),
        ("latest", {"window": "1h"}, (422, {"query": "unknown_parameter"})),
    ],
)
def test_what_there_is_not_is_said(stage: Stage, name: str, query: dict[str, str], answer: Any) -> None:
    reply = stage.call("GET", f"/v1/lists/{name}", query=query)
    assert (reply.status, reply.fields if reply.status == 422 else reply.code) == answer


# ---------------------------------------------------------------- most read


def test_most_read_of_the_hour_the_day_and_the_week(stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "KEPT", timedelta(minutes=5))  # the quiet hours between are not counted one by one
    old, yesterday, now = (stage.published(headline=f"Story {n}") for n in range(3))
    read_by(old, 30, time.now)
    passes(stage, time, 5)
    time.forward(days=3)
    read_by(yesterday, 20, time.now)
    passes(stage, time, 5)
    time.forward(hours=20)
    read_by(now, 10, time.now)
    passes(stage, time, 5)
    assert shown(stage, "most-read", window="1h") == ids(now)
    assert shown(stage, "most-read", window="24h") == shown(stage, "most-read") == ids(yesterday, now)
    assert shown(stage, "most-read", window="7d") == ids(old, yesterday, now)
    assert [card["id"] for card in on_the_front(stage)["most_read"]["7d"]] == ids(old, yesterday, now)
    time.forward(hours=6)
    passes(stage, time)
    assert shown(stage, "most-read", window="1h") == []
    assert shown(stage, "most-read", window="24h") == ids(now)


def test_a_day_ends_and_nothing_of_it_is_lost(stage: Stage, time: Clock) -> None:
    article = stage.published()
    for _ in range(36):  # from half past ten to half past one
        read_by(article, 1, time.now)
        popular.count(time.forward(minutes=5) + popular.SETTLED)
    until = coreading.counted_until()
    assert until == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert {window: spans.of(window, until)["politics"][key(article)] for window in popularity.WINDOWS} == {
        "1h": 12,
        "24h": 36,
        "7d": 36,
    }


def test_a_section_and_a_language_have_their_own_lists(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert prepared.LISTED == popular.LISTED == 20
    monkeypatch.setattr(popular, "LISTED", 3)
    english = [stage.published(headline=f"Big {n}") for n in range(4)]
    sport = stage.published(headline="Small", section="sports")
    spanish = stage.published(headline="Pequeño", language="es")
    for article in english:
        read_by(article, 50, time.now)
    read_by(sport, 2, time.now)
    read_by(spanish, 1, time.now)
    stage.settle()
    passes(stage, time)
    assert set(shown(stage, "most-read")) < set(ids(*english))
    assert len(shown(stage, "most-read")) == 3
    assert shown(stage, "most-read", section="sports", window="1h") == ids(sport)
    assert len(shown(stage, "most-read", section="politics")) == 3
    assert shown(stage, "most-read", section="world") == []
    assert [card["id"] for card in on_the_front(stage, "es")["most_read"]["1h"]] == ids(spanish)
    assert len(on_the_front(stage, "en")["most_read"]["1h"]) == 3
    assert spanish["id"] not in [card["id"] for card in on_the_front(stage, "en")["most_read"]["24h"]]


def test_trending_is_what_rises_above_its_own_past(stage: Stage, time: Clock) -> None:
    little = [stage.published(headline=f"Little {n}", section="health") for n in range(6)]
    steady, rising, sport = (
        stage.published(headline=f"Story {n}", section=s) for n, s in enumerate(["world", "world", "sports"])
    )
    for _ in range(4):  # two hours
        for article, many in ((steady, 100), (rising, 1), (sport, 30), *((one, 1) for one in little)):
            read_by(article, many, time.now)
        time.forward(minutes=25)
        passes(stage, time)
    assert shown(stage, "trending") == []
    read_by(steady, 100, time.now)
    read_by(sport, 30, time.now)
    read_by(rising, 400, time.now)
    passes(stage, time)
    assert shown(stage, "trending") == ids(rising)
    assert shown(stage, "trending", section="world") == ids(rising)
    assert shown(stage, "trending", section="sports") == []
    assert [card["id"] for card in on_the_front(stage)["trending"]] == ids(rising)


def test_most_discussed_counts_comments_that_are_published(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "KEPT", timedelta(minutes=5))
    quiet, loud = stage.published(headline="Quiet"), stage.published(headline="Loud", section="sports")
    for article, many in ((quiet, 1), (loud, 3)):
        for _ in range(many):
            stage.comment(article["slug"], guest="Passer-by")
    stage.settle()
    passes(stage, time)
    for window in ("24h", "7d"):
        assert shown(stage, "most-discussed", window=window) == ids(loud, quiet)
    assert shown(stage, "most-discussed", section="politics") == ids(quiet)
    assert [card["id"] for card in on_the_front(stage)["most_discussed"]["24h"]] == ids(loud, quiet)
    time.forward(days=2)
    passes(stage, time)
    assert shown(stage, "most-discussed") == []
    assert shown(stage, "most-discussed", window="7d") == ids(loud, quiet)


def test_picks_stand_in_the_editors_order_until_they_end(stage: Stage, time: Clock) -> None:
    one, two = stage.published(headline="One"), stage.published(headline="Two", section="sports")
    until = (time.now + timedelta(minutes=20)).isoformat()
    items = [{"article": two["slug"]}, {"article": one["slug"], "until": until}]
    reply = stage.call("PUT", "/v1/newsroom/picks", {"items": items}, token=stage.token("editor"), version=0)
    assert reply.status == 200, reply.text
    stage.settle()
    assert shown(stage, "picks") == ids(two, one)
    assert shown(stage, "picks", section="politics") == ids(one)
    assert [card["id"] for card in on_the_front(stage)["picks"]] == ids(two, one)
    passes(stage, time, 30)
    assert shown(stage, "picks") == ids(two)
    assert [card["id"] for card in on_the_front(stage)["picks"]] == ids(two)


# ---------------------------------------------------------------- withdrawn


def test_a_withdrawn_article_leaves_every_list_at_the_stream(stage: Stage, time: Clock) -> None:
    gone, stays = stage.published(headline="Gone"), stage.published(headline="Stays")
    for article in (gone, stays):
        read_by(article, 40, time.now, after=stays if article is gone else None)
        stage.comment(article["slug"], guest="Passer-by")
    items = [{"article": gone["slug"]}, {"article": stays["slug"]}]
    stage.call("PUT", "/v1/newsroom/picks", {"items": items}, token=stage.token("editor"), version=0)
    stage.settle()
    passes(stage, time)
    filled = [(name, window) for name, window in EVERY if gone["id"] in shown(stage, name, window=window)]
    assert filled == [one for one in EVERY if one[0] != "trending"]
    stage.act(gone, "unpublish")
    stage.settle()  # and no pass
    for name, window in EVERY:
        for section in (None, "politics"):
            assert gone["id"] not in shown(stage, name, window=window, section=section)
    for language in (None, "en"):
        assert gone["id"] not in repr(on_the_front(stage, language))
    assert shown(stage, "most-read", window="1h") == ids(stays)
    listed = [item for item in stage.items("SiteTable") if item["entity"] in {"prepared", "front"}]
    assert not [item for item in listed if gone["slug"] in packing.text_of(item)]


def test_a_list_is_stored_when_it_changes_and_so_is_the_front(stage: Stage, time: Clock) -> None:
    article = stage.published()
    read_by(article, 3, time.now)
    stage.settle()
    passes(stage, time)
    before = {item["pk"] + item["sk"]: item for item in stage.items("SiteTable")}
    read_by(article, 3, time.now)
    passes(stage, time)
    assert {item["pk"] + item["sk"]: item for item in stage.items("SiteTable")} == before


def test_a_front_that_a_dying_pass_left_behind_is_built_by_the_next(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = stage.published()
    stage.settle()
    read_by(article, 3, time.now)
    with monkeypatch.context() as patch:
        patch.setattr(front, "build", _dies)
        with pytest.raises(KeyboardInterrupt):
            passes(stage, time)
    assert shown(stage, "most-read", window="1h") == ids(article)
    assert on_the_front(stage)["most_read"]["1h"] == []
    passes(stage, time)
    assert [card["id"] for card in on_the_front(stage)["most_read"]["1h"]] == ids(article)
    assert [card["id"] for card in on_the_front(stage, "en")["most_read"]["1h"]] == ids(article)


def _dies(*_: Any) -> None:
    raise KeyboardInterrupt


# ---------------------------------------------------------------- what readers went on to


def unlike(stage: Stage) -> list[Any]:
    """Articles that have nothing to do with each other."""
    made = [
        stage.published(headline=headline, body={"format": "html", "text": f"<p>{text}</p>"})
        for headline, text in (
            ("Tunnel auditors report", "The boring machine was flooded."),
            ("Herons win the title", "A late goal decided the final."),
            ("A museum of ferries opens", "Old ships are shown in a hall."),
        )
    ]
    stage.settle()
    return made


def also_like(stage: Stage, article: Any) -> list[tuple[str, str]]:
    """What stands in the list itself; what is read most fills the rest."""
    articles.forget()
    cards = stage.read(article["slug"]).json["you_may_also_like"]
    return [(card["id"], card["why"]) for card in cards if card["why"] != "popular_now"]


def test_the_lists_that_a_dying_pass_did_not_come_to_are_chosen_by_the_next(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, then, _ = unlike(stage)
    read_by(then, 10, time.now, after=first)
    with monkeypatch.context() as patch:
        patch.setattr(lists, "choose_around", _dies)
        with pytest.raises(KeyboardInterrupt):
            passes(stage, time)
    assert also_like(stage, first) == []
    passes(stage, time)
    assert also_like(stage, first) == [(then["id"], "readers_went_on")]


def test_what_nobody_goes_on_to_any_more_goes_from_the_list(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "KEPT", timedelta(minutes=5))
    first, then, cold = unlike(stage)
    read_by(then, 1, time.now, after=first)
    passes(stage, time)
    assert also_like(stage, first) == [(then["id"], "readers_went_on")]
    time.forward(days=6)
    read_by(cold, 1, time.now, after=first)
    passes(stage, time)
    assert also_like(stage, first) == [(cold["id"], "readers_went_on")]


def test_what_readers_go_on_to_stands_under_an_article_after_the_next_pass(stage: Stage, time: Clock) -> None:
    first, then, cold = unlike(stage)
    assert stage.read(first["slug"]).json["you_may_also_like"] == []
    for _ in range(10):
        reply = stage.call(
            "POST",
            f"/v1/articles/{then['slug']}/reads",
            raw=f'{{"before": ["{first["slug"]}"]}}'.encode(),
            content_type="text/plain",
        )
        assert reply.status == 204
    passes(stage, time)
    stage.settle()
    (card,) = stage.read(first["slug"]).json["you_may_also_like"]
    assert (card["id"], card["why"], card["why_text"]) == (
        then["id"],
        "readers_went_on",
        "Readers went on to read this",
    )
    assert also_like(stage, cold) == []


def test_nothing_is_said_to_be_gone_on_to_that_was_only_read_before(stage: Stage, time: Clock) -> None:
    first, then, last = unlike(stage)
    for n in range(5):
        body = json.dumps({"before": [then["slug"], first["slug"]]}).encode()
        path, address = f"/v1/articles/{last['slug']}/reads", f"203.0.{n}.9"
        assert stage.call("POST", path, raw=body, content_type="text/plain", address=address).status == 204
    passes(stage, time)
    assert also_like(stage, then) == [(last["id"], "readers_went_on")]
    assert also_like(stage, last) == [], "its readers came from there"
    assert also_like(stage, first) == [], "its readers had gone elsewhere in between"
    read_by(last, 1, time.now, after=first)
    passes(stage, time)
    assert also_like(stage, first) == [(last["id"], "readers_went_on")]


def test_pairs_fade_by_half_in_a_day_and_by_half_in_a_quarter_of_an_hour(stage: Stage, time: Clock) -> None:
    first, then = (stage.published(headline=f"Story {n}") for n in range(2))
    read_by(then, 100, time.now, after=first)
    passes(stage, time)
    until = coreading.counted_until()
    assert until
    item = table.get(settings.get().index, keys.coreads(key(first)))

    def stand(later: timedelta) -> tuple[float, float]:
        return coreading._faded(item, until + later)[key(then)]

    assert stand(timedelta()) == (100.0, 100.0, 100.0)
    assert stand(timedelta(minutes=15)) == pytest.approx((50.0, day := 100 * 0.5 ** (1 / 96), day))
    assert stand(timedelta(days=1)) == pytest.approx((0.0, 50.0, 50.0), abs=1e-6)
    read_by(then, 10, time.now, after=first)
    passes(stage, time)
    scores = dict(coreading.went_on([key(first)], coreading.site(time.now), time.now)[key(first)])
    assert scores.keys() == {key(then)}
    time.forward(days=14)
    assert coreading.went_on([key(first)], coreading.site(time.now), time.now) == {key(first): []}


# ---------------------------------------------------------------- passes that come late, twice, or upon what cannot be read


def counts(stage: Stage) -> Any:
    """All that passes keep, but for when it ends."""
    items = [item for item in stage.items("IndexTable") if item["entity"] in {"coreads", "span", "reading"}]
    return sorted(({**item, "expires_at": 0} for item in items), key=lambda item: (item["pk"], item["sk"]))


def test_a_pass_that_comes_twice_counts_once(stage: Stage, time: Clock) -> None:
    first, then = (stage.published(headline=f"Story {n}") for n in range(2))
    read_by(then, 7, time.now, after=first)
    passes(stage, time)
    before = counts(stage)
    for _ in range(3):
        time.forward(seconds=1)
        stage.every_five_minutes()
    assert counts(stage) == before


def test_the_first_pass_of_all_counts_the_last_ten_minutes(stage: Stage, time: Clock) -> None:
    article = stage.published()
    read_by(article, 1, time.now + timedelta(minutes=4))
    time.forward(minutes=10, seconds=10)
    stage.every_five_minutes()
    assert shown(stage, "most-read", window="1h") == ids(article)


def test_reads_of_the_last_seconds_wait_for_the_next_pass(stage: Stage, time: Clock) -> None:
    article = stage.published()
    read_by(article, 1, time.now + timedelta(minutes=4, seconds=59))
    time.forward(minutes=5, seconds=9)
    stage.every_five_minutes()
    assert shown(stage, "most-read", window="1h") == []
    time.forward(seconds=1)
    stage.every_five_minutes()
    assert shown(stage, "most-read", window="1h") == ids(article)


def test_passes_that_were_missed_for_hours_are_made_up_for(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(0, 3)  # so many does each five minutes take
    monkeypatch.setattr(popular.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(popular, "COUNTING", 30.0)
    noted: list[int] = []
    module = stage.module(stage.template.functions["BuildListsFunction"])
    monkeypatch.setattr(module, "count", lambda name, value: noted.append(value))
    article, other = (stage.published(headline=f"Story {n}") for n in range(2))
    passes(stage, time)
    for _ in range(36):
        read_by(article, 1, time.now, after=other)
        time.forward(minutes=5)
    for _ in range(4):
        stage.every_five_minutes()
    assert noted == [0, 125, 70, 15, 0]
    until = coreading.counted_until()
    assert until == time.now.replace(second=0)
    assert spans.of("24h", until)["politics"][key(article)] == 36
    pairs = table.get(settings.get().index, keys.coreads(key(other)))
    assert pairs
    assert coreading._unpacked(pairs, "pairs")[key(article)][1] == pytest.approx(
        sum(0.5 ** (n / 288) for n in range(36)), abs=0.03
    )


def test_a_pass_begins_no_further_five_minutes_when_it_took_long(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = stage.published()
    passes(stage, time)
    read_by(article, 1, time.now)
    time.forward(minutes=30)
    monkeypatch.setattr(popular, "COUNTING", -1.0)
    for minutes in (5, 10):
        stage.every_five_minutes()
        assert coreading.counted_until() == datetime(2026, 3, 1, 22, 35 + minutes, tzinfo=UTC)
        assert shown(stage, "most-read", window="1h") == ids(article), "lists are made all the same"


def test_what_is_older_than_a_day_is_not_counted_any_more(stage: Stage, time: Clock) -> None:
    passes(stage, time)
    last = time.forward(days=3).replace(second=0)
    ends = popular._ended(time.now)
    assert (ends[0], ends[-1], len(ends)) == (last - timedelta(hours=24), last, 24 * 12 + 1)


def test_a_pass_whose_clock_is_behind_does_nothing(stage: Stage, time: Clock) -> None:
    article = stage.published()
    read_by(article, 5, time.now)
    passes(stage, time)
    before = counts(stage)
    time.forward(minutes=-20)
    stage.every_five_minutes()
    assert counts(stage) == before


def test_a_row_that_cannot_be_read_holds_up_no_other(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    for module in (reads, spans, coreading):
        monkeypatch.setattr(module, "bug", lambda message, error, **extra: said.append(message))
    article, other = (stage.published(headline=f"Story {n}") for n in range(2))
    read_by(article, 5, time.now, after=other)
    passes(stage, time)
    slot = popularity.slot(time.now)
    store = settings.get().index
    read_by(article, 5, time.now, after=other)
    for sk, given in (
        ("aaaaaaaa", {}),
        ("bbbbbbbb", {"section": "world", "n": "many"}),
        ("cccccccc", {"section": "world", "n": 1, "a_x": "1"}),
    ):
        table.write(table.put(store, {**keys.read_entry(slot, 0, sk), "entity": "reads", "v": 1, **given}))
    for place, name in (
        (keys.coreads(key(other)), "pairs"),
        (keys.span("2026-03-01T22:30"), "reads"),
        (keys.span("2026-02-27"), "reads"),
    ):
        table.write(
            table.put(
                store,
                {**place, "entity": "broken", "until": "2026-03-01T22:35:00.000Z", "slot": "2026", name: b"no counts"},
            )
        )
    passes(stage, time)
    assert set(said) == {"unreadable reads", "unreadable counts", "unreadable span"}
    assert shown(stage, "most-read", window="1h") == ids(article)
    assert dict(coreading.went_on([key(other)], coreading.site(time.now), time.now)[key(other)]).keys() == {
        key(article)
    }


# ---------------------------------------------------------------- made-up reads


def test_of_too_many_rows_each_shard_begins_with_other_articles(
    stage: Stage, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MOST_ROWS", 4)
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    for shard in range(reads.SHARDS):
        for letter in letters:
            place = keys.read_entry(popularity.slot(time.now), shard, letter * 8)
            table.write(
                table.put(settings.get().index, {**place, "entity": "reads", "v": 1, "section": "world", "n": 1})
            )
    found = reads.of(popularity.slot(time.now)).reads["world"]
    assert found == Counter({letter * 8: 1 for letter in letters})
    monkeypatch.setattr(reads, "MOST_ROWS", 100)
    assert reads.of(popularity.slot(time.now)).reads["world"] == Counter(
        {letter * 8: reads.SHARDS for letter in letters}
    )


def test_of_too_many_pairs_the_first_are_taken_and_every_read(
    time: Clock, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MOST_PAIRS", 10)
    for n in range(20):
        reads.add(f"{n:08d}", "world", [f"{n + 1:08d}", f"{n + 2:08d}"], 1, time.now)
    slot = reads.of(popularity.slot(time.now))
    assert len(slot.after) + len(slot.later) == 10
    assert slot.reads["world"].total() == 20


def test_the_largest_counts_fit_their_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is read: random keys do not pack."""
    import random

    chance, letters = random.Random(1), "0123456789abcdefghjkmnpqrstvwxyz"

    def made_up(many: int) -> list[str]:
        return ["".join(chance.choices(letters, k=8)) for _ in range(many)]

    written: list[Any] = []
    monkeypatch.setattr(table, "write", lambda operation: written.append(operation.item))
    sections = [f"section-{n}" for n in range(40)]
    each = {section: Counter({name: chance.randrange(1, 10**7) for name in made_up(1_000)}) for section in sections}
    spans._keep("2026-03-01", each, "2026-03-01T09:30", datetime(2026, 3, 1, tzinfo=UTC), touched=None)
    most = coreading.coreads.strongest(
        {name: (chance.random() * 1e5, chance.random() * 1e6, chance.random() * 1e6) for name in made_up(9_000)},
        coreading.MOST_KNOWN,
    )
    assert len(most) == coreading.MOST_KNOWN
    sizes = [len(written[0]["reads"]), len(coreading._packed(most))]
    assert max(sizes) < table.MAX_ITEM_BYTES // 2, sizes
    assert site.get().sections
