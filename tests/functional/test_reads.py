"""What readers read is counted without knowing a reader: what counts and what does not, and what is kept of it."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import clock, damping, keys, observability, reads, settings, table
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.conftest import Clock
    from tests.stage import Reply, Stage

HOME, NEXT_DOOR, ELSEWHERE = "198.51.100.7", "198.51.100.200", "192.0.2.9"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
NOWHERE = "nothing-here-zzzzzzzz"


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each read counts: how a sample is drawn has tests of its own."""
    monkeypatch.setattr(damping, "CALM", 1_000_000)


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two articles share a cell, as one pair in 128 does."""
    monkeypatch.setattr(damping, "CELLS", 1_000_000_000)


def read(stage: Stage, slug: str, *before: str, **how: Any) -> Reply:
    """A page's beacon, as a browser sends it."""
    body = how.pop("raw", json.dumps({"before": before}).encode())
    headers = {"content_type": "text/plain;charset=UTF-8", "user_agent": FIREFOX, **how}
    return stage.call("POST", f"/v1/articles/{slug}/reads", raw=body, **headers)


def key(slug: str) -> str:
    return slug[-8:]


def counted(stage: Stage) -> Counter[str]:
    """Reads by article, and pairs as `a>b` right after and `a..b` later."""
    found: Counter[str] = Counter()
    for row in stage.items("IndexTable"):
        if row["entity"] == "reads":
            found[row["sk"]] += row["n"]
            found.update({f"{name[2:]}>{row['sk']}": n for name, n in row.items() if name.startswith(keys.AFTER)})
            found.update({f"{name[2:]}..{row['sk']}": n for name, n in row.items() if name.startswith(keys.LATER)})
    return found


def kept(stage: Stage) -> list[Any]:
    return sorted(stage.everything(), key=lambda item: (item["pk"], item["sk"]))


# ---------------------------------------------------------------- what counts


def test_a_read_counts_with_what_was_read_before_in_the_tab(stage: Stage) -> None:
    now, last, first, zeroth = (stage.published()["slug"] for _ in range(4))
    reply = read(stage, now, last, first, zeroth)
    assert (reply.status, reply.text, reply.headers["cache-control"]) == (204, "", "no-store")
    pairs = {f"{key(last)}>{key(now)}": 1, f"{key(first)}..{key(now)}": 1, f"{key(zeroth)}..{key(now)}": 1}
    assert counted(stage) == {key(now): 1, **pairs}


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain;charset=UTF-8"},
        {"content_type": "text/plain"},
        {"content_type": "application/json"},
        {"content_type": "Application/JSON; charset=utf-8", "origin": "https://news.example"},
        {"origin": "https://news.example", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin"},
    ],
)
def test_a_beacon_says_that_it_is_text_or_json_and_comes_from_our_own_pages(
    stage: Stage, headers: dict[str, str]
) -> None:
    slug = stage.published()["slug"]
    assert read(stage, slug, **headers).status == 204
    assert counted(stage) == {key(slug): 1}


def test_a_beacon_without_a_body_counts_a_read_without_pairs(stage: Stage) -> None:
    slug = stage.published()["slug"]
    assert read(stage, slug, raw=b"", content_type="text/plain").status == 204
    assert read(stage, slug, raw=b"{}").status == 204
    assert counted(stage) == {key(slug): 2}


def test_any_form_of_an_address_finds_its_article_and_none_is_a_pair_with_itself(stage: Stage) -> None:
    one, other = (stage.published()["slug"] for _ in range(2))
    former = f"what-it-was-called-{key(one)}"
    assert read(stage, former, one, other.upper(), key(other)).status == 204
    assert counted(stage) == {key(one): 1, f"{key(other)}>{key(one)}": 1}


def test_it_costs_what_the_documents_say(stage: Stage) -> None:
    one, other = (stage.published()["slug"] for _ in range(2))
    first, second = read(stage, one, other), read(stage, one, other)
    assert [call.operation for call in first.calls] == [
        "BatchGetItem",
        "GetItem",
        "PutItem",
        "UpdateItem",
        "UpdateItem",
    ]
    assert [(call.operation, call.write_units) for call in second.calls] == [("UpdateItem", 1), ("UpdateItem", 1)]


# ---------------------------------------------------------------- what is refused


UNREADABLE = [
    (b"before", (400, "bad_json")),
    (b"{", (400, "bad_json")),
    (b"[" * 2_000, (400, "bad_json")),
    (b'{"before":' * 200, (400, "bad_json")),
    (b"[]", (400, "bad_json")),
    (b'"before"', (400, "bad_json")),
    (b"null", (400, "bad_json")),
    (b"\xff\xfe", (400, "bad_json")),
    (b'{"before": ["' + b"a" * 2_048 + b'"]}', (413, "too_large")),
    (b'{"reader": "Mara"}', (422, {"reader": "unknown_field"})),
    (b'{"before": "one"}', (422, {"before": "wrong_type"})),
    (b'{"before": {"0": "one"}}', (422, {"before": "wrong_type"})),
    (b'{"before": null}', (422, {"before": "wrong_type"})),
    (b'{"before": [1]}', (422, {"before": "wrong_type"})),
    (b'{"before": ["a", "b", "c", "d"]}', (422, {"before": "too_many"})),
]


def test_what_cannot_be_read_says_what_is_wrong(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for body, answer in UNREADABLE:
        for kind in ("text/plain", "application/json"):
            reply = read(stage, slug, raw=body, content_type=kind)
            told = reply.fields if reply.status == 422 else reply.code
            assert ((reply.status, told), reply.calls) == (answer, []), body[:40]
            assert "Mara" not in reply.text


def test_another_type_of_body_is_refused(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/plainer"):
        reply = read(stage, slug, content_type=kind)
        assert (reply.status, reply.code, reply.calls) == (415, "unsupported_type", []), kind


def test_a_beacon_of_another_site_is_refused(stage: Stage) -> None:
    slug = stage.published()["slug"]
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://elsewhere.example", "sec_fetch_site": "same-origin"},
    ):
        reply = read(stage, slug, **headers)
        assert (reply.status, reply.code, reply.calls) == (403, "cross_site", []), headers


# ---------------------------------------------------------------- what does not count, and looks the same


@pytest.mark.usefixtures("apart")
def test_what_does_not_count_is_answered_like_what_does(stage: Stage) -> None:
    slug, gone = stage.published()["slug"], stage.published()
    draft = stage.draft()
    stage.act(gone, "unpublish")
    answers = [
        read(stage, slug),
        read(stage, NOWHERE),
        read(stage, "no-slug-of-ours"),
        read(stage, gone["slug"]),
        read(stage, draft["slug"]),
        read(stage, slug, user_agent="Mozilla/5.0 (compatible; Examplebot/2.1; +https://bot.example)"),
        read(stage, slug, "nonsense", "\ud800", NOWHERE, raw=json.dumps({"before": ["\ud800", ""]}).encode()),
        *(read(stage, slug) for _ in range(damping.REPEATS + 2)),
    ]
    assert {(answer.status, tuple(sorted(answer.headers.items())), answer.text) for answer in answers} == {
        (204, (("cache-control", "no-store"),), "")
    }
    assert counted(stage) == {key(slug): damping.REPEATS}


def test_what_was_read_before_and_is_not_there_makes_no_pair(stage: Stage) -> None:
    slug, gone = stage.published()["slug"], stage.published()
    stage.act(gone, "unpublish")
    read(stage, slug, NOWHERE, gone["slug"], "no-slug")
    assert counted(stage) == {key(slug): 1}


def test_an_instance_believes_for_a_minute_that_an_article_is_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = stage.published()
    seconds = iter([0.0, 1.0, 2.0, 3.0, 100.0, 101.0])
    monkeypatch.setattr(reads.time, "monotonic", lambda: next(seconds))
    read(stage, article["slug"])
    stage.act(article, "unpublish")
    assert read(stage, article["slug"]).calls
    assert [call.operation for call in read(stage, article["slug"]).calls] == ["BatchGetItem"]
    assert counted(stage) == {key(article["slug"]): 2}


def test_made_up_articles_fill_no_memory(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "MOST_REMEMBERED", 5)
    monkeypatch.setattr(damping, "MOST_KNOWN", 5)
    slug = stage.published()["slug"]
    for n in range(20):
        read(stage, slug, *(f"made-up-{n:07d}{letter}" for letter in "abc"), address=f"10.0.{n}.1")
    assert len(reads._memory) <= 5 + 4
    assert counted(stage) == {key(slug): 20}


@pytest.mark.parametrize(
    ("agent", "counts"),
    [
        (FIREFOX, True),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", False),
        ("AdsBot-Google (+http://www.google.com/adsbot.html)", False),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36", False),
        ("Example Web Spider/1.0", False),
        ("examplecrawler", False),
    ],
)
def test_a_bot_that_says_so_does_not_count(stage: Stage, agent: str, counts: bool) -> None:
    slug = stage.published()["slug"]
    read(stage, slug, user_agent=agent)
    assert counted(stage) == ({key(slug): 1} if counts else {})


# ---------------------------------------------------------------- repeats and floods


@pytest.fixture
def hour(time: Clock) -> Clock:
    """The clock, at the beginning of an hour far from midnight."""
    time.now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    return time


@pytest.mark.usefixtures("apart")
def test_a_network_counts_ten_times_an_hour_for_one_article(stage: Stage, hour: Clock) -> None:
    slug, other = (stage.published()["slug"] for _ in range(2))
    assert damping.REPEATS == 10
    for _ in range(8):
        read(stage, slug, address=HOME)
        read(stage, slug, address=NEXT_DOOR)
    assert counted(stage) == {key(slug): 10}
    read(stage, slug, address=ELSEWHERE)
    read(stage, other, address=HOME)
    assert counted(stage) == {key(slug): 11, key(other): 1}
    hour.forward(minutes=59)
    read(stage, slug, address=HOME)
    assert counted(stage)[key(slug)] == 11
    hour.forward(minutes=1)
    read(stage, slug, address=HOME)
    assert counted(stage)[key(slug)] == 12


def test_a_network_that_reads_everything_counts_up_to_a_thousand(
    stage: Stage, hour: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert damping.FLOOD == 1_000 < damping.CELLS * damping.REPEATS
    monkeypatch.setattr(damping, "FLOOD", 7)
    slugs = [stage.published()["slug"] for _ in range(10)]
    for slug in slugs:
        read(stage, slug, address="2001:db8:0:1100::1")
    assert counted(stage).total() == 7
    read(stage, slugs[0], address="2001:db8:0:11ff::9")
    assert counted(stage).total() == 7, "the same /56"
    read(stage, slugs[0], address="2001:db8:0:1200::1")
    assert counted(stage).total() == 8


def test_a_flood_is_not_looked_at_again_and_again(stage: Stage, hour: Clock) -> None:
    slug = stage.published()["slug"]
    replies = [read(stage, slug, address=HOME) for _ in range(15)]
    assert [len(reply.calls) for reply in replies[-4:]] == [0] * 4


def test_a_network_that_reads_all_there_is_takes_one_write_unit_a_read(
    stage: Stage, hour: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damping, "crc32", int)
    for n in range(damping.CELLS):
        damping.admitted(f"{n:08d}", "network", 7, hour.now)
    (item,) = [
        item for item in stage.items("SessionsTable") if item["pk"].startswith("THROTTLE#reads") if "tries" in item
    ]
    assert len([name for name in item if name.startswith("c")]) == damping.CELLS
    assert sum(len(name) + len(str(value)) for name, value in item.items()) < 1_024


def test_without_throttles_every_read_counts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROTTLES", "off")
    settings.get.cache_clear()
    slug = stage.published()["slug"]
    for _ in range(damping.REPEATS + 5):
        read(stage, slug)
    assert counted(stage) == {key(slug): damping.REPEATS + 5}
    settings.get.cache_clear()


def test_whatever_is_made_up_a_row_stays_within_a_write_unit(
    stage: Stage, hour: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB bills the whole item for each addition. Each read names three other articles, and counts by the ten thousand."""
    monkeypatch.setattr(reads, "SHARDS", 1)
    names = (f"{n:08d}" for n in count())
    reads.add("h0ttest1", "a-section-whose-name-is-long", [next(names)], 99_999, hour.now)
    for _ in range(500):
        reads.add("h0ttest1", "a-section-whose-name-is-long", list(islice(names, 3)), 99_999, hour.now)
    (row,) = [item for item in stage.items("IndexTable") if item["entity"] == "reads"]
    assert row["n"] == 501 * 99_999
    assert len([name for name in row if name.startswith((keys.AFTER, keys.LATER))]) == reads.ROOM
    assert sum(len(name) + _bytes(value) for name, value in row.items()) < 1_000


def _bytes(value: str | int) -> int:
    """As DynamoDB counts them: two digits take a byte."""
    return len(value) if isinstance(value, str) else len(str(value)) // 2 + 2


def test_a_row_names_pairs_while_it_has_room_and_goes_on_counting(
    stage: Stage, hour: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "ROOM", 2)
    monkeypatch.setattr(reads, "SHARDS", 1)
    one, *others = (stage.published()["slug"] for _ in range(5))
    for other in (others[0], others[1], others[2], others[0], others[3]):
        assert read(stage, one, other).status == 204
    known = {f"{key(others[0])}>{key(one)}": 2, f"{key(others[1])}>{key(one)}": 1}
    assert counted(stage) == {key(one): 5, **known}


# ---------------------------------------------------------------- a sample of what is too much


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12), st.integers())
def test_a_sample_is_as_many_reads_as_there_were_on_average(seconds: list[int], seed: int) -> None:
    """Whatever comes in each second: the mean of what is counted, over many instances, is what came."""
    chance = random.Random(seed)
    instances, came, stood_for = 60, sum(seconds), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(damping, "CALM", 10)
        patch.setattr(damping.random, "randrange", chance.randrange)
        for _ in range(instances):
            damping.forget()
            for second, reads_in_it in enumerate(seconds):
                stood_for += sum(damping.sampled(float(second)) for _ in range(reads_in_it))
    # One read of those that one in k are taken of has variance k - 1, and k is below 41.
    deviation = (40 * came * instances) ** 0.5
    assert abs(stood_for - came * instances) <= 5 * deviation


def test_each_read_of_a_calm_instance_counts_once_and_a_flood_makes_few_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damping, "CALM", 10)
    monkeypatch.setattr(damping.random, "randrange", random.Random(7).randrange)
    damping.forget()
    assert [damping.sampled(5.5) for _ in range(10)] == [1] * 10
    damping.forget()
    taken = [n for second in range(20) for n in [damping.sampled(float(second)) for _ in range(1_000)] if n]
    assert len(taken) < 20 * 60
    assert abs(sum(taken) - 20_000) < 2_500
    assert damping.sampled(100.0) == 1, "calm again"


def test_what_is_not_in_the_sample_makes_no_call(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    slug = stage.published()["slug"]
    monkeypatch.setattr(damping, "sampled", lambda now: 0)
    assert read(stage, slug, address=HOME).calls == []
    monkeypatch.setattr(damping, "sampled", lambda now: 4)
    read(stage, slug, slug, address=HOME)
    assert counted(stage) == {key(slug): 4}


# ---------------------------------------------------------------- nobody is known


def test_no_cookie_and_no_authorization_is_looked_at(stage: Stage) -> None:
    slug = stage.published()["slug"]
    plain = read(stage, slug)
    for headers in (
        {"authorization": "Bearer nonsense"},
        {"cookie": "__Host-session=nonsense"},
        {"token": stage.person("reader")},
    ):
        reply = read(stage, slug, **headers)
        assert (reply.status, reply.headers, reply.cookies) == (204, plain.headers, [])
        assert {call.operation for call in reply.calls} == {"UpdateItem"}


def test_nothing_of_whoever_reads_is_kept_or_logged(
    stage: Stage, hour: Clock, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    slug, other = (stage.published()["slug"] for _ in range(2))
    token = stage.person("reader")
    before = {(item["pk"], item["sk"]) for item in stage.everything()}
    for _ in range(12):
        read(stage, slug, other, address=HOME, token=token, cookie="reader=mara", accept_language="mi")
    read(stage, slug, raw=b'{"before": [1]}', address=HOME)
    new = [item for item in stage.everything() if (item["pk"], item["sk"]) not in before]
    assert Counter(item["entity"] for item in new) == {"throttle": 1, "salt": 1, "reads": 1}
    said = repr(new) + "".join(capsys.readouterr()) + caplog.text
    for personal in (HOME, "198.51.100", FIREFOX, "Firefox", token, "mara", '"mi"', "'mi'"):
        assert personal not in said
    (throttle,) = [item for item in new if item["entity"] == "throttle"]
    assert set(throttle) - {"pk", "sk", "entity", "v", "expires_at", "tries"} <= {f"c{n}" for n in range(damping.CELLS)}
    day = clock.epoch(hour.now + timedelta(hours=24))
    assert all(clock.epoch(hour.now) < item["expires_at"] <= day for item in new)


def test_the_salt_is_written_over_by_the_first_read_of_a_day(stage: Stage, hour: Clock) -> None:
    slug = stage.published()["slug"]
    seen = []
    for _ in range(3):
        read(stage, slug)
        (salt,) = [item for item in stage.items("SessionsTable") if item["entity"] == "salt"]
        seen.append((salt["day"], salt["salt"]))
        hour.forward(days=1)
    assert [day for day, _ in seen] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert len({salt for _, salt in seen}) == 3
    assert all(len(salt) == 32 for _, salt in seen)
    throttles = {item["pk"] for item in stage.items("SessionsTable") if "tries" in item}
    assert len(throttles) == 3, "one network, and no day knows the one before"


def test_instances_share_a_salt_and_one_whose_clock_is_late_makes_none(stage: Stage, hour: Clock) -> None:
    slug = stage.published()["slug"]
    hour.now = datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC)
    read(stage, slug)
    (salt,) = [item for item in stage.items("SessionsTable") if item["entity"] == "salt"]
    for late in (0, 2):
        damping.forget()  # another instance
        hour.now = datetime(2026, 3, 2, 0, 0, 1, tzinfo=UTC) - timedelta(seconds=late)
        read(stage, slug)
        assert [item for item in stage.items("SessionsTable") if item["entity"] == "salt"] == [salt]


def test_what_the_tables_do_not_take_is_lost_with_a_number_and_the_page_never_hears_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = stage.published()["slug"]
    noted: list[tuple[str, int]] = []
    monkeypatch.setattr(reads, "note", lambda name, value=1: noted.append((name, value)))

    def busy(_: object) -> None:
        raise table.Unavailable

    monkeypatch.setattr(table, "write", busy)
    assert read(stage, slug).status == 204
    assert noted == [("ReadsLost", 1)]
    assert observability.count.__name__ == "count"


# ---------------------------------------------------------------- floods in the sample


@pytest.fixture
def rushed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Samples are drawn, from one seed, and the seconds go by as the test says."""
    seconds = [0.0]
    monkeypatch.setattr(damping, "CALM", 10)
    monkeypatch.setattr(damping.random, "randrange", random.Random(3).randrange)
    monkeypatch.setattr(reads.time, "monotonic", lambda: seconds[0])
    damping.forget()
    return seconds


def test_a_rush_of_readers_counts_as_many_as_there_were(stage: Stage, hour: Clock, rushed: list[float]) -> None:
    """200 a second upon one instance, so that one in twenty is looked at: each counts for twenty, and not for ten."""
    slug = stage.published()["slug"]
    for n in range(2_000):
        rushed[0] = n / 200
        assert read(stage, slug, address=f"10.{n // 250}.{n % 250}.1").status == 204
    deviation = (19 * 2_000) ** 0.5
    assert abs(counted(stage)[key(slug)] - 2_000) < 3 * deviation


def test_a_flood_from_one_network_is_no_rush_and_counts_ten_times(
    stage: Stage, hour: Clock, rushed: list[float]
) -> None:
    slug, other = (stage.published()["slug"] for _ in range(2))
    for n in range(1_200):
        rushed[0] = n / 200
        if n == 600:
            damping.forget()  # another instance
        assert read(stage, slug).status == 204
    assert damping.sampled(rushed[0]) == 1, "others' reads count one by one"
    assert read(stage, other, address=ELSEWHERE).status == 204
    assert counted(stage) == {key(slug): damping.REPEATS, key(other): 1}


def test_a_flood_from_one_network_within_a_rush_counts_for_one_reader_of_the_sample(
    stage: Stage, hour: Clock, rushed: list[float]
) -> None:
    pushed, popular = (stage.published()["slug"] for _ in range(2))
    for n in range(1_500):
        rushed[0] = n / 200
        if n % 300 == 0:
            reads.forget()  # another instance, which has not heard of it
        read(stage, pushed)
        read(stage, popular, address=f"10.{n // 250}.{n % 250}.1")
    worth = counted(stage)
    assert worth[key(pushed)] < damping.REPEATS + 400 // damping.CALM
    assert worth[key(popular)] > 20 * worth[key(pushed)]


@pytest.mark.parametrize("worth", [4, 38, 1000])
def test_a_network_counts_no_more_once_it_counted_as_often_as_it_may(
    stage: Stage, hour: Clock, monkeypatch: pytest.MonkeyPatch, worth: int
) -> None:
    """However much one of a sample stands for, and however many instances hear of it."""
    slug = stage.published()["slug"]
    monkeypatch.setattr(damping, "sampled", lambda now: worth)
    for _ in range(30):
        damping.forget()
        assert read(stage, slug).status == 204
    taken = -(-damping.REPEATS // worth)
    assert counted(stage) == {key(slug): taken * worth}
    assert read(stage, slug, address=ELSEWHERE).status == 204
    assert counted(stage) == {key(slug): (taken + 1) * worth}
