"""The demo newsroom: its texts, and that seeding it survives being cut off."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import drafts, publishing

from local import accounts
from local.demo import manuscripts, seed

if TYPE_CHECKING:
    from broadsheet.desk import State

    from tests.stage import Stage

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECTIONS = {"politics", "business", "sports", "entertainment", "health", "world"}


class PulledPlugError(Exception):
    """The process was killed here."""


def states() -> dict[str, State]:
    found: dict[str, Any] = {}
    for article in seed._ids_by_headline().values():
        state = seed.desk.load(article)[0]
        assert state.headline not in found
        found[state.headline] = state
    return found


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
    count = seed.newsroom(editor, NOW)
    found = states()
    assert len(found) == count == len(manuscripts.read())
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
    left = [writes]

    def until_the_plug_is_pulled(real: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise PulledPlugError
            return real(*given, **named)

        return call

    with monkeypatch.context() as patch:
        for module, name in ((drafts, "create"), (drafts, "save"), (publishing, "publish"), (publishing, "correct")):
            patch.setattr(module, name, until_the_plug_is_pulled(getattr(module, name)))
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
