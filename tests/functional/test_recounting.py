"""Recounting: numbers that are not what the records make them are found, named, and put right on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from broadsheet import keys, settings, slugs, table

from commands import recount

if TYPE_CHECKING:
    from tests.stage import Stage


@pytest.fixture
def counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The slug of an article with a root, two replies and a reaction, all counted; and the root."""
    monkeypatch.setattr(recount, "deployed", lambda _stack: {})
    slug = stage.published()["slug"]
    root = stage.comment(slug)["id"]
    stage.comment(slug, to=root)
    stage.comment(slug, to=root)
    stage.call("PUT", f"/v1/comments/{root}/reaction", {"kind": "like"}, token=stage.person("reader"))
    stage.settle()
    return slug, root


def run(*arguments: str) -> int:
    return recount.main(["--stack", "broadsheet", *arguments])


def shown(stage: Stage, slug: str) -> Any:
    thread = stage.thread(slug)
    (root,) = thread["comments"]
    return thread["comment_count"], root["reply_count"], root["reactions"]


def spoil(store: str, key: keys.Key, **numbers: int) -> None:
    for name, value in numbers.items():
        table.write(table.update(store, key, f"SET #{name} = :value", value=value))


def test_right_numbers_are_no_drift(counted: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert "1 discussions: 0 sources are not counted, 0 numbers are wrong." in capsys.readouterr().out


def test_wrong_numbers_are_named_and_put_right_on_request(
    stage: Stage, counted: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    slug, root = counted
    key = str(slugs.key_of(slug))
    spoil(settings.get().site, keys.public_item(key, keys.DISCUSSION), comments=7)
    spoil(settings.get().index, keys.counts(root), replies=5, reacted_like=0)
    assert run("--article", slug) == 1
    said = capsys.readouterr().out
    assert "comments at" in said
    assert "is 7, should be 3" in said
    assert "is 5, should be 2" in said
    assert "is 0, should be 1" in said
    assert stage.thread(slug)["comment_count"] == 7, "it only reads unless it is told to repair"
    assert run("--repair") == 0
    assert shown(stage, slug) == (3, 2, {"like": 1})
    assert run() == 0


def test_what_the_stream_lost_is_counted(
    stage: Stage, counted: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    slug, root = counted
    stage.comment(slug, to=root)
    assert stage.records("SiteTable")  # and nobody gets them
    assert run() == 1
    assert "1 sources are not counted" in capsys.readouterr().out
    assert run("--repair") == 0
    assert shown(stage, slug) == (4, 3, {"like": 1})


def test_a_lost_index_is_made_anew(stage: Stage, counted: tuple[str, str]) -> None:
    slug, _ = counted
    before = shown(stage, slug)
    stage.restore("IndexTable", [])
    assert run("--repair") == 0
    assert shown(stage, slug) == before


def test_what_is_no_slug_is_said(counted: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--article", "nothing") == 1
    assert "not an article's slug" in capsys.readouterr().err
