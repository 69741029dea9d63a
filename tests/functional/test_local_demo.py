"""The demo newsroom: its texts, what readers say of them, and that seeding it survives being cut off."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import lxml.etree
import pytest
from broadsheet import (
    comment_inputs,
    commenting,
    coreading,
    drafts,
    folding,
    inputs,
    own_comments,
    phases,
    popular,
    publishing,
    reactions,
    reads,
)
from broadsheet import remarks as comment_markup

from local import accounts
from local.demo import conversations, illustrations, manuscripts, readers, seed, visits
from local.demo.conversations import ConversationError, Conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from broadsheet.desk import State

    from local.demo.conversations import Remark
    from tests.conftest import Clock
    from tests.stage import Stage

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECTIONS = {"politics", "business", "sports", "entertainment", "health", "world"}


class PulledPlugError(Exception):
    """The process was killed here."""


def pull_the_plug(patch: pytest.MonkeyPatch, every: list[tuple[Any, str]], writes: int) -> None:
    """So many calls of all of these together are made; the next one is not."""
    left = [writes]

    def until_then(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise PulledPlugError
            return real(*given, **named)

        return call

    for module, name in every:
        patch.setattr(module, name, until_then(getattr(module, name)))


def states() -> dict[str, State]:
    found: dict[str, Any] = {}
    for article in seed._ids_by_headline().values():
        state = seed.desk.load(article)[0]
        assert state.headline not in found
        found[state.headline] = state
    return found


def test_every_picture_of_the_demo_is_there_small_told_of_and_harmless() -> None:
    shown = [
        text.given["image"] | {"language": text.given["language"]}
        for text in manuscripts.read()
        if "image" in text.given
    ]
    assert 24 <= len(shown) <= 34
    drawings = {path.stem: path.read_bytes() for path in illustrations.FOLDER.iterdir()}
    assert {image["url"] for image in shown} == {illustrations.PATH.format(name=name) for name in drawings}
    for image in shown:
        assert image["alt"]
        assert image["caption"]
        assert image["credit"].startswith("Dibujo: " if image["language"] == "es" else "Drawing: ")
        tree = lxml.etree.fromstring(drawings[image["url"].split("/")[-1].removesuffix(".svg")])
        assert (tree.get("width"), tree.get("height")) == (str(image["width"]), str(image["height"]))
    for name, drawing in drawings.items():
        assert len(drawing) < 12_000, name
        tags = {lxml.etree.QName(each).localname for each in lxml.etree.fromstring(drawing).iter()}
        assert not tags & {"script", "foreignObject", "style", "image", "a"}, name
        assert b"http" not in drawing.replace(b"http://www.w3.org/2000/svg", b""), name


def test_the_demo_is_a_newsroom_worth_looking_at() -> None:
    texts = manuscripts.read()
    originals = [text for text in texts if text.translation_of is None]
    assert len([text for text in originals if len(text.body.split()) >= 300]) >= 40
    assert {text.given["section"] for text in texts} == SECTIONS
    assert {text.given["language"] for text in texts} == {"en", "es"}
    assert sum(number >= 4 for number in Counter(text.given["topic"] for text in originals).values()) >= 4
    assert any(text.old_slug for text in texts)
    assert any(text.publish_in_hours for text in texts)
    assert any(text.corrections for text in texts)
    assert any(text.given.get("faq") for text in texts)
    assert len({text.headline for text in texts}) == len(texts)


def test_no_paragraph_of_the_demo_is_there_twice() -> None:
    paragraphs = Counter(
        " ".join(re.findall(r"\w+", paragraph.lower()))
        for text in manuscripts.read()
        for paragraph in text.body.split("\n\n")
        if len(paragraph.split()) > 5
    )
    assert [paragraph for paragraph, number in paragraphs.items() if number > 1] == []


@pytest.fixture
def editor(stage: Stage) -> Any:
    return accounts.ensure(NOW)["editor"]


@pytest.fixture(autouse=True)
def _one_of_each_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto takes its time over transactions; the local run seeds all of them in its own tests."""
    if "editor" not in request.fixturenames:
        return
    every = {text.name: text for text in manuscripts.read()}
    kinds: dict[Any, str] = {}
    for text in every.values():
        kind = (
            bool(text.translation_of),
            bool(text.corrections),
            bool(text.old_slug),
            text.draft,
            text.hours_ago is None,
        )
        kinds.setdefault(kind, text.name)
    originals = {every[name].translation_of for name in kinds.values()}
    chosen = [text for text in every.values() if text.name in originals | set(kinds.values())]
    monkeypatch.setattr(manuscripts, "read", lambda: chosen)


def test_everything_of_a_manuscript_is_done(stage: Stage, editor: Any) -> None:
    ids = seed.newsroom(editor, NOW)
    found = states()
    assert len(found) == len(manuscripts.read())
    assert ids == {text.name: found[text.headline].id for text in manuscripts.read()}
    for text in manuscripts.read():
        state = found[text.headline]
        expected = "draft" if text.draft else "scheduled" if text.publish_in_hours else "published"
        assert (state.status, len(state.corrections)) == (expected, len(text.corrections))
        assert not state.unpublished_changes
        assert str(state.published_at or "") <= "2026-03-02T12:00:00.000Z"


def test_an_old_address_of_the_demo_leads_to_the_new_one(stage: Stage, editor: Any) -> None:
    seed.newsroom(editor, NOW)
    (text,) = [text for text in manuscripts.read() if text.old_slug]
    state = states()[text.headline]
    answer = stage.read(f"{text.old_slug}-{state.key}")
    assert (answer.status, answer.json["location"]) == (308, f"/v1/articles/{state.slug}")


@pytest.mark.parametrize("writes", [1, 2, 6, 9])
def test_a_seed_cut_off_anywhere_is_finished_by_the_next_without_doubles(
    stage: Stage, editor: Any, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [(drafts, "create"), (drafts, "save"), (publishing, "publish"), (publishing, "correct")]
    with monkeypatch.context() as patch:
        pull_the_plug(patch, every, writes)
        with pytest.raises(PulledPlugError):
            seed.newsroom(editor, NOW)
    seed.newsroom(editor, NOW)
    found = states()
    assert len(found) == len(manuscripts.read())
    assert {headline: state.version for headline, state in found.items()} == _versions(editor)


def _versions(editor: Any) -> dict[str, int]:
    """Once more changes nothing."""
    seed.newsroom(editor, NOW)
    return {headline: state.version for headline, state in states().items()}


def test_the_local_people_are_made_once(stage: Stage) -> None:
    first = accounts.ensure(NOW)
    assert accounts.ensure(NOW) == first
    assert {role: person.role for role, person in first.items()} == {role: role for role in accounts.PEOPLE}


# ---------------------------------------------------------------- what readers say


def remarks() -> Iterator[tuple[str, Remark]]:
    for name, said in conversations.read().remarks.items():
        yield from ((name, remark) for remark in said)


def depths(said: list[Remark]) -> dict[timedelta, int]:
    """How many comments each one stands below."""
    found: dict[timedelta, int] = {}
    for remark in said:
        found[remark.after] = 0 if remark.answers is None else found[remark.answers] + 1
    return found


def test_the_demo_is_talked_about_in_many_ways() -> None:
    said = conversations.read()
    texts = {text.name: text for text in manuscripts.read()}
    assert {texts[name].given["language"] for name in said.remarks} == {"en", "es"}
    assert 60 <= len(list(remarks())) <= 80
    assert max(max(depths(each).values()) for each in said.remarks.values()) >= 3
    assert max(len(each) for each in said.remarks.values()) > 20
    assert any("> " in remark.text and remark.answers for _, remark in remarks())
    writers = {remark.name for _, remark in remarks()}
    assert writers & set(said.members)
    assert writers & set(accounts.PEOPLE.values())
    assert writers - set(said.members) - set(accounts.PEOPLE.values())


def test_nobody_comments_in_the_future_or_reacts_twice() -> None:
    texts, members = {text.name: text for text in manuscripts.read()}, conversations.read().members
    for name, remark in remarks():
        age = timedelta(hours=texts[name].hours_ago or 0)
        assert remark.after < age
        assert (remark.deleted or timedelta()) < age
        assert sum(remark.reactions.values()) < len(members)


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ("# one\n## Ann\nText.", "no `## 0:42 Name`"),
        ("# one\n## 0:61 Ann\nText.", "no `## 0:42 Name`"),
        ("# one\n## 0:10 Ann\n\n## 0:11 Bo\nText.", "no text below it"),
        ("# one\n## 0:10 Ann\nText.\n#### 0:11 Bo\nText.", "deeper than"),
        ("# one\n## 0:10 Ann\nText.\n## 0:10 Bo\nText.", "taken by Ann"),
        ("# one\n## 0:10 Ann\nText.\n### 0:09 Bo\nText.", "before what it answers"),
        ("## 0:10 Ann\nText.", "no article"),
    ],
)
def test_a_conversation_that_is_wrong_says_how(tmp_path: Path, outline: str, reason: str) -> None:
    path = tmp_path / "comments.md"
    path.write_text(f"+++\nmembers = []\n+++\n{outline}\n", "utf-8")
    with pytest.raises(ConversationError, match=reason):
        conversations.read(path)


def test_two_of_the_comments_are_held_and_none_by_accident() -> None:
    staff = {folding.fold(name) for name in accounts.PEOPLE.values()}
    members = {*conversations.read().members, *accounts.PEOPLE.values()}
    found = []
    for _, remark in remarks():
        new = inputs.check(comment_inputs.NewComment, {"text": remark.text, "guest": {"name": remark.name}})
        html = comment_markup.html(new.text)
        said = phases.Submission(new.text, html, remark.name, "open", None, ban=None, approved=False, at=NOW)
        found.append(phases.judge(said))
        assert remark.name in members or folding.fold(remark.name) not in staff
    assert sorted(one.phase for one in found if one.outcome != "published") == ["links", "words"]


@pytest.fixture
def talked_about(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Three articles by manuscript, and what is said of them: with a tombstone, with a look-alike of spam, with a phrase.

    Of the longest conversation as much as a tombstone needs; the local run seeds all of it in its own tests.
    """
    said = conversations.read()
    few = {name: said.remarks[name] for name in ("title-final-day", "tunnel-new-plan", "shift-sleep-study")}
    (deleted,) = [remark for remark in few["title-final-day"] if remark.deleted]
    needed = {None, deleted.answers, deleted.after}
    few["title-final-day"] = [
        one for one in few["title-final-day"] if one.answers in needed - {deleted.answers} or one.after in needed
    ]
    texts = [text for text in manuscripts.read() if text.name in few]
    monkeypatch.setattr(manuscripts, "read", lambda: texts)
    monkeypatch.setattr(conversations, "read", lambda: Conversations(said.members, few))
    return seed.newsroom(accounts.ensure(NOW)["editor"], NOW)


def everything_below(stage: Stage, article: str) -> list[Any]:
    """An article's comments, after they were counted: as many as it says, and as each root says of its own."""
    page = stage.thread(seed.desk.load(article)[0].slug)
    found = [one for root in page["comments"] for one in (root, *root["replies"])]
    assert page["comment_count"] == len(published(found))
    assert all(root["reply_count"] == len(published(root["replies"])) for root in page["comments"])
    return found


def published(found: list[Any]) -> list[Any]:
    return [one for one in found if one["state"] == "published"]


def queue(stage: Stage, state: str) -> list[Any]:
    reply = stage.call("GET", "/v1/moderation/comments", token=stage.token("moderator"), query={"state": state})
    return [(one["author"]["name"], one["trace"][-1]["phase"]) for one in reply.json["items"]]


def test_the_discussions_of_the_demo_are_there_and_seeding_them_once_more_changes_nothing(
    stage: Stage, talked_about: dict[str, str]
) -> None:
    assert readers.discuss(talked_about, NOW) == len(list(remarks()))
    every = [one for article in talked_about.values() for one in everything_below(stage, article)]
    (tombstone,) = [one for one in every if one["state"] != "published"]
    assert tombstone["id"] in {one["parent_id"] for one in every}
    assert {one["author"]["member"] for one in published(every)} == {True, False}
    assert all(one["posted_at"] < "2026-03-02T12:00:00.000Z" for one in every)
    assert reacted(every) == sum((Counter(remark.reactions) for _, remark in remarks()), Counter[str]())
    assert sorted(queue(stage, "pending")) == [("early bird", "words"), ("lampwick", "links")]
    assert [queue(stage, state) for state in ("hidden", "rejected", "spam", "reported")] == [[], [], [], []]
    assert len(every) == len(list(remarks())) - 2

    before = kept(stage)
    readers.discuss(talked_about, NOW + timedelta(hours=1))
    assert kept(stage) == before


def reacted(found: list[Any]) -> Counter[str]:
    return sum((Counter(one["reactions"]) for one in found), Counter[str]())


def kept(stage: Stage) -> list[Any]:
    """All there is, but for what accounts keep of the members' logging in, and out again."""
    stage.settle()
    tables = [stage.items(name) for name in stage.template.tables if name != "AccountsTable"]
    return sorted((item for items in tables for item in items), key=lambda item: (item["pk"], item["sk"]))


@pytest.mark.parametrize("writes", [0, 3, 7, 9])
def test_a_discussion_cut_off_anywhere_is_finished_by_the_next_seed_without_doubles(
    stage: Stage, talked_about: dict[str, str], writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {"title-final-day": talked_about["title-final-day"]}
    every = [(commenting, "post"), (reactions, "react"), (own_comments, "delete")]
    with monkeypatch.context() as patch:
        pull_the_plug(patch, every, writes)
        with pytest.raises(PulledPlugError):
            readers.discuss(ids, NOW)
    said = conversations.read().remarks["title-final-day"]
    assert readers.discuss(ids, NOW) == len(said)
    found = everything_below(stage, ids["title-final-day"])
    assert (len(found), len(published(found))) == (len(said), len(said) - 1)
    assert reacted(found) == sum((Counter(remark.reactions) for remark in said), Counter[str]())


def test_what_became_of_a_comment_of_the_demo_stays_when_it_is_seeded_again(
    stage: Stage, talked_about: dict[str, str]
) -> None:
    ids = {"shift-sleep-study": talked_about["shift-sleep-study"]}
    readers.discuss(ids, NOW)
    every = everything_below(stage, ids["shift-sleep-study"])
    (gone,) = [one for one in every if (one["author"] or {})["name"] == "Mrs Haskett"]
    stage.moderate(gone, "reject")
    readers.discuss(ids, NOW)
    left = everything_below(stage, ids["shift-sleep-study"])
    assert {one["id"] for one in left} == {one["id"] for one in every} - {gone["id"]}


# ---------------------------------------------------------------- what readers read


@pytest.fixture
def _few_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds of ages, but few of each, and few Queries for each."""
    monkeypatch.setattr(visits, "AGES", [*visits.AGES[:-12:9], *visits.AGES[-12::3], visits.AGES[-1]])
    monkeypatch.setattr(reads, "SHARDS", 1)


def most_read(stage: Stage) -> dict[str, int]:
    counts = stage.call("GET", "/v1/front").json["most_read"]
    return {window: len(cards) for window, cards in counts.items()}


def reading(stage: Stage) -> list[Any]:
    """All that is counted of what was read."""
    kinds = {"reads", "span", "coreads", "reading"}
    found = [item for item in stage.items("IndexTable") if item["entity"] in kinds]
    return sorted(found, key=lambda item: (item["pk"], item["sk"]))


@pytest.mark.usefixtures("_few_visits")
def test_the_demo_has_been_read_and_seeding_it_once_more_adds_nothing(stage: Stage, editor: Any, time: Clock) -> None:
    time.now = NOW
    ids = seed.newsroom(editor, NOW)
    total = visits.come(ids, NOW)
    assert total > 300
    stage.settle()
    assert min(most_read(stage).values()) >= 3
    until = coreading.counted_until()
    assert until
    assert timedelta(0) < NOW - until < timedelta(minutes=25)
    live = [state.key for state in states().values() if state.live]
    assert sum(map(bool, coreading.went_on(live, coreading.site(NOW), NOW).values())) >= 3
    before = reading(stage)
    assert visits.come(ids, NOW) == 0
    assert reading(stage) == before
    time.forward(minutes=5)
    stage.every_five_minutes()
    assert min(most_read(stage).values()) >= 3


@pytest.mark.usefixtures("_few_visits")
def test_readers_who_were_cut_off_go_on_after_what_is_counted(
    stage: Stage, editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = seed.newsroom(editor, NOW)
    with monkeypatch.context() as patch:
        pull_the_plug(patch, [(popular, "count_slot")], 2)
        with pytest.raises(PulledPlugError):
            visits.come(ids, NOW)
    began = coreading.counted_until()
    assert began
    assert visits.come(ids, NOW) > 0
    until = coreading.counted_until()
    assert until
    assert until > began


def test_the_ages_of_what_was_read_fall_and_lie_within_a_week() -> None:
    assert sorted(visits.AGES, reverse=True) == visits.AGES
    assert visits.AGES[0] < timedelta(days=7)
    assert len({visits._slot(NOW - age) for age in visits.AGES}) == len(visits.AGES)
