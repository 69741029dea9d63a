"""People who comment at the same moment: nothing is lost, doubled or miscounted, and nobody answers what is gone."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys, settings, table, throttle

from tests.engine import comment_invariants as invariants
from tests.engine.account_requests import Someone
from tests.engine.comment_writers import Talk, Voice, tallied
from tests.engine.instances import request
from tests.engine.sabotage import falls_without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.engine import Engine
    from tests.engine.instances import Instances, Run
    from tests.stage import Stage

NEW_CLIENT = table.client.__wrapped__
WRITERS, STEPS = 32, 10
ROLES = ("moderator",) * 3 + ("reader",) * 20 + (None,) * 9
REFUSALS = {"", "invalid", "edit_ended", "not_found", "wrong_comment_state", "too_many_requests"}
"""What may come of trying something with a comment that others change; nothing, mostly."""


# ---------------------------------------------------------------- thirty-two writers


@pytest.fixture
def _own_clients(
    stage: Stage, clients: dict[str, Any], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A client for each thread, as each instance has."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in engine.environment().items():
            patch.setenv(name, value)
        made = [NEW_CLIENT() for _ in range(WRITERS + 2)]
    mine, left = threading.local(), list(made)

    def client(service: str = "dynamodb") -> Any:
        if threading.current_thread() is threading.main_thread():
            return clients[service]
        if not hasattr(mine, "client"):
            mine.client = left.pop()
        return mine.client

    for one in made:
        stage.guard.attach(one)
    monkeypatch.setattr(table, "client", client)
    yield
    for one in made:
        one.close()


def _writes(talk: Talk, number: int, together: threading.Barrier) -> Counter[str]:
    """One of many: answers the first comment, then whatever comes to mind. How often what was refused."""
    chance, codes = random.Random(number), Counter[str]()
    together.wait()
    assert talk.do(("reply", number, 0, 0)) == ""
    together.wait()
    acts = ["post", "reply", "reply", "edit", "delete", "react", "react", "unreact", "report"]
    acts += ["hide", "reject", "approve", "approve"] if number < len(talk.moderators) else []
    for _ in range(STEPS):
        newest = chance.choice([0, len(talk.by) - 1, chance.randrange(len(talk.by))])
        codes[talk.do((chance.choice(acts), number, newest, chance.randrange(6)))] += 1
    return codes


@pytest.mark.usefixtures("_own_clients")
def test_thirty_two_writers_lose_double_and_miscount_nothing(stage: Stage) -> None:
    talk, together = Talk(stage, ROLES), threading.Barrier(WRITERS)
    tallied(stage)
    told, before = list[Any](), _article(talk.key)
    with ThreadPoolExecutor(WRITERS) as writers, ThreadPoolExecutor(2) as counters:
        writing = {writers.submit(_writes, talk, number, together) for number in range(WRITERS)}
        while wait(writing, timeout=0.05).not_done:
            new = stage.records("SiteTable")
            told += new
            failed = counters.map(lambda some: stage.deliver("TallyFunction", "SiteTable", some), (new, new[::-1]))
            assert list(failed) == [[], []]
    codes = sum((one.result() for one in writing), Counter[str]())
    assert set(codes) <= REFUSALS, codes
    rest = stage.records("SiteTable")
    assert stage.deliver("TallyFunction", "SiteTable", rest) == []
    found = invariants.check()
    assert set(found.all) == set(talk.by), "each that was told to be there, and no other"
    assert _article(talk.key) == before
    touched = {record["dynamodb"]["Keys"]["sk"]["S"] for record in told + rest if _of_article(record)}
    assert touched == {keys.DISCUSSION}, "and that by the counter alone: the role of comments does not allow it"


def _article(key: str) -> list[Any]:
    items = table.query(settings.get().site, keys.public(key), consistent=True)
    return [item for item in items if item["sk"] != keys.DISCUSSION]


def _of_article(record: Any) -> bool:
    return bool(record["dynamodb"]["Keys"]["pk"]["S"].startswith("ARTICLE#"))


def test_of_thirty_two_guests_of_one_network_as_many_post_as_its_window_takes(
    stage: Stage, instances: Instances
) -> None:
    """Each an instance of its own; all answer the same comment, that nobody has answered before."""
    talk, guest = Talk(stage), Voice(stage, None)
    runs = [guest.posting(talk.slug, f"The answer of guest {n}", talk.first) for n in range(WRITERS)]
    statuses = Counter(outcome.status for outcome in instances.run(*runs, meet=True))
    assert statuses == {201: throttle.COMMENT_FROM.most, 429: WRITERS - throttle.COMMENT_FROM.most}
    found = tallied(stage)
    assert len(found.all) == 1 + throttle.COMMENT_FROM.most


@falls_without("throttle")
def test_of_posts_by_one_member_at_once_ten_are_taken(stage: Stage, instances: Instances) -> None:
    talk, member = Talk(stage), Voice(stage)
    runs = [member.posting(talk.slug, f"One of many, {n}") for n in range(14)]
    outcomes = instances.run(*runs, meet=True)
    assert Counter(outcome.status for outcome in outcomes) == {201: throttle.COMMENT_BY.most, 429: 4}
    waits = [int(one.answer["headers"]["Retry-After"]) for one in outcomes if one.status == 429]
    assert all(1 <= wait <= throttle.COMMENT_BY.seconds for wait in waits)
    tallied(stage)


# ---------------------------------------------------------------- the same, said twice at once


@falls_without("claim")
@pytest.mark.parametrize("role", ["reader", None])
def test_equal_requests_at_once_post_once_and_get_one_answer(stage: Stage, instances: Instances, role: Any) -> None:
    """A guest's with one edit token, that opens."""
    talk, voice = Talk(stage), Voice(stage, role)
    runs = [voice.posting(talk.slug, "In a tunnel", talk.first, idempotency_key="k") for _ in range(6)]
    outcomes = instances.run(*runs, meet=True)
    assert {outcome.status for outcome in outcomes} == {201}, [outcome.json for outcome in outcomes]
    assert len({outcome.answer["body"] for outcome in outcomes}) == 1
    (made,) = tallied(stage).said("In a tunnel")
    voice.proofs[made.id] = outcomes[0].json.get("edit_token", "")
    (deleted,) = instances.run(voice.changing("DELETE", made.id))
    assert deleted.status == 204
    tallied(stage)


@falls_without("claim")
def test_of_different_requests_with_one_key_at_once_one_posts(stage: Stage, instances: Instances) -> None:
    talk, voice = Talk(stage), Voice(stage)
    runs = [voice.posting(talk.slug, f"In tunnel {n}", idempotency_key="k") for n in range(4)]
    outcomes = instances.run(*runs, meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [201, 422, 422, 422]
    assert len(tallied(stage).all) == 2


@falls_without("duplicate")
@pytest.mark.parametrize("role", ["reader", None])
def test_of_equal_posts_at_once_one_is_taken(stage: Stage, instances: Instances, role: Any) -> None:
    talk, voice = Talk(stage), Voice(stage, role)
    outcomes = instances.run(*(voice.posting(talk.slug, "Sent twice", talk.first) for _ in range(4)), meet=True)
    assert sorted(outcome.status for outcome in outcomes) == [201, 409, 409, 409]
    assert {one.json["code"] for one in outcomes if one.status == 409} == {"duplicate_comment"}
    assert len(tallied(stage).said("Sent twice")) == 1


@falls_without("report and record")
def test_reports_of_one_member_at_once_count_once(stage: Stage, instances: Instances) -> None:
    talk, member = Talk(stage), Voice(stage)
    outcomes = instances.run(*(_report(member, talk.first) for _ in range(4)), meet=True)
    assert [outcome.status for outcome in outcomes] == [202] * 4
    found = tallied(stage)
    assert (found.all[talk.first].reports, len(found.told(talk.first))) == (1, 1)


@falls_without("record")
def test_reports_of_several_at_once_all_count_and_hide(stage: Stage, instances: Instances) -> None:
    talk = Talk(stage)
    outcomes = instances.run(*(_report(Voice(stage), talk.first) for _ in range(3)), meet=True)
    assert [outcome.status for outcome in outcomes] == [202] * 3
    hidden = tallied(stage).all[talk.first]
    assert (hidden.state, hidden.reports, hidden.trace[-1]["why"]) == ("hidden", 3, "3_reports")


@falls_without("reaction")
@pytest.mark.parametrize("before", [None, "sad"])
def test_a_vote_changed_by_requests_at_once_is_one_vote(stage: Stage, instances: Instances, before: Any) -> None:
    talk, member = Talk(stage), Voice(stage)
    if before:
        member.react(talk.first, before)
    runs = [member.changing("PUT", talk.first, "/reaction", {"kind": kind}) for kind in ("like", "funny", "like")]
    outcomes = instances.run(*runs, member.changing("DELETE", talk.first, "/reaction"), meet=True)
    assert [outcome.status for outcome in outcomes] == [200, 200, 200, 204]
    tallied(stage)


def _report(by: Voice, comment_id: str) -> Run:
    return by.changing("POST", comment_id, "/reports", {"reason": "spam"})


# ---------------------------------------------------------------- one thing, and another that is in its way

Runs = tuple["Run", "Run"]


def _edit_and_answer(talk: Talk) -> Runs:
    return _edit(talk), Voice(talk.stage).posting(talk.slug, "An answer", talk.first)


def _delete_and_answer(talk: Talk) -> Runs:
    return talk.by[talk.first].changing("DELETE", talk.first), _edit_and_answer(talk)[1]


def _hide_and_answer(talk: Talk) -> Runs:
    return talk.moderators[0].deciding(talk.first, "hide"), _edit_and_answer(talk)[1]


def _hide_and_approve_an_answer(talk: Talk) -> Runs:
    answer = _held(Voice(talk.stage), talk, talk.first)
    return _hide_and_answer(talk)[0], talk.moderators[0].deciding(answer, "approve")


def _edit_and_report(talk: Talk) -> Runs:
    return _edit(talk), _report(Voice(talk.stage), talk.first)


def _delete_and_approve(talk: Talk) -> Runs:
    writer = Voice(talk.stage, None)
    held = _held(writer, talk)
    return writer.changing("DELETE", held), talk.moderators[0].deciding(held, "approve")


def _reject_and_approve(talk: Talk) -> Runs:
    held = _held(Voice(talk.stage), talk)
    other = Voice(talk.stage, "moderator")
    return talk.moderators[0].deciding(held, "reject"), other.deciding(held, "approve")


def _held(by: Voice, talk: Talk, parent: str | None = None) -> str:
    return by.post(talk.slug, f"A casino bonus for voice {by.number}", parent)


def _edit(talk: Talk) -> Run:
    return talk.by[talk.first].changing("PATCH", talk.first, send={"text": "Other words"})


PAIRS: dict[Callable[[Talk], Runs], tuple[tuple[int, int], tuple[int, int]]] = {
    _edit_and_answer: ((200, 201), (409, 201)),
    _delete_and_answer: ((204, 422), (204, 201)),
    _hide_and_answer: ((200, 422), (200, 201)),
    _hide_and_approve_an_answer: ((200, 409), (200, 200)),
    _edit_and_report: ((200, 202), (200, 202)),
    _delete_and_approve: ((204, 409), (204, 200)),
    _reject_and_approve: ((200, 200), (200, 200)),
}
"""What they answer when the one is first, and when the other is."""


@falls_without("record")
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__.strip("_"))
def test_of_two_who_have_read_the_same_the_later_sees_what_the_first_did(
    stage: Stage, instances: Instances, pair: Callable[[Talk], Runs]
) -> None:
    as_told, the_other_way = PAIRS[pair]
    first, second = instances.run(*pair(Talk(stage)), in_turn=True)
    assert (first.status, second.status) == as_told
    first, second = instances.run(*pair(Talk(stage))[::-1], in_turn=True)
    assert (second.status, first.status) == the_other_way
    tallied(stage)


@falls_without("answered")
def test_who_was_answered_leaves_a_place_for_the_answer(stage: Stage, instances: Instances) -> None:
    for held, then in product((False, True), ("delete", "hide")):
        talk = Talk(stage)
        talk.reply(1, talk.first, 4 if held else 0)
        answer = list(talk.by)[1]
        talk.moderators[0].decide(answer, "approve")
        assert talk.do((then, 0, 0, 0)) == ""
        place = tallied(stage).site[invariants.place(keys.root(talk.key, talk.first))]
        assert (place["gone"], place["reply_count"], answer in place["replies"]) == (True, 1, True)


@falls_without("session")
@pytest.mark.parametrize("what", ["post", "react", "report"])
def test_nobody_comments_with_a_session_that_has_just_ended(stage: Stage, instances: Instances, what: str) -> None:
    talk = Talk(stage)
    for end in ("log out", "erase"):
        someone = Someone(stage)
        ending = someone.erase() if end == "erase" else someone.post("/v1/logout")
        ended, late = instances.run(ending, _too_late(talk, someone, what), in_turn=True)
        assert ended.status in {202, 204}
        assert late.status == 401
    found = tallied(stage)
    assert (len(found.all), found.reactions, found.told(talk.first)) == (1, {}, [])


def _too_late(talk: Talk, someone: Someone, what: str) -> Run:
    path = f"/v1/comments/{talk.first}"
    match what:
        case "post":
            return someone.post(f"/v1/articles/{talk.slug}/comments", {"text": "Too late"})
        case "react":
            return request(talk.stage.template, "PUT", f"{path}/reaction", {}, token=someone.token)
        case _:
            return someone.post(f"{path}/reports", {"reason": "spam"})
