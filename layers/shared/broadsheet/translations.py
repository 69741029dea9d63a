"""Translations: articles that are one another in other languages. A group holds one article a language.

The group's revision is part of every transaction that changes a member or what readers see of one, so two translations
published at the same moment cannot miss each other: one of them is refused and reads again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import desk, keys, settings, table
from .errors import TranslationExists, Unavailable, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .desk import State
    from .table import Item, Write

MOST_MEMBERS = 30


@dataclass(frozen=True)
class Group:
    id: str
    revision: int
    members: dict[str, Item]
    """By article id: language, key, and the slug and language readers have, while it is published."""

    def move_on(self) -> Write:
        """The group's next revision, on condition that it did not change since it was read."""
        item = {**keys.group(self.id), "entity": "group", "v": 1, "revision": self.revision + 1}
        if self.revision:
            return table.put(settings.get().desk, item, "#revision = :revision", revision=self.revision)
        return table.put(settings.get().desk, item, table.ABSENT)

    def unchanged(self) -> Write:
        """Asserts that the group is as it was read; that there is still none of an article that is alone."""
        store = settings.get().desk
        if self.revision:
            return table.check(store, keys.group(self.id), "#revision = :revision", revision=self.revision)
        return table.check(store, keys.group(self.id), table.ABSENT)

    def taken(self, language: str, article_id: str) -> None:
        """Raises TranslationExists when another member has this language."""
        for member_id, member in self.members.items():
            if member_id != article_id and member["language"] == language:
                raise TranslationExists(extra={"article": member_id})


def load(group_id: str) -> Group:
    items = table.query(settings.get().desk, keys.translations(group_id), consistent=True)
    head = next((item for item in items if item["sk"] == keys.GROUP), None)
    members = {item["article"]: item for item in items if item["sk"] != keys.GROUP}
    return Group(group_id, head["revision"] if head else 0, members)


def member(state: State) -> Item:
    """An article's row in its group."""
    published = state.live if state.status == "published" else None
    return {
        **keys.member(state.group, state.id),
        "entity": "member",
        "v": 1,
        "article": state.id,
        "key": state.key,
        "language": state.language,
        "live": {"language": published.language, "slug": published.slug} if published else None,
    }


def join(group: Group, *states: State) -> Iterator[Write]:
    """Makes articles members, of whom readers are told when the next of them is published. Raises TranslationExists, Invalid for more than publishing's one transaction can tell."""
    if len(group.members.keys() | {state.id for state in states}) > MOST_MEMBERS:
        raise invalid("translation_of", "too_many", f"At most {MOST_MEMBERS} languages.")
    for state in states:
        group.taken(state.language, state.id)
        group = replace(group, members={**group.members, state.id: {**member(state), "told": False}})
        yield table.put(settings.get().desk, group.members[state.id])
    yield group.move_on()


def speak(group: Group, state: State) -> Iterator[Write]:
    """Writes an article's new language into its group. Raises TranslationExists."""
    if state.id in group.members:
        yield from join(group, state)
    else:
        yield group.unchanged()


def leave(group: Group, state: State) -> Iterator[Write]:
    if state.id in group.members:
        yield table.delete(settings.get().desk, keys.member(group.id, state.id))
        yield group.move_on()
    else:
        yield group.unchanged()


def commit(writes: list[Write], state_write: Write, group_id: str, told: Callable[[Group], Iterable[Write]]) -> None:
    """Carries out a change of one article with what it means for its group. Raises VersionConflict.

    When only the group moved on, it is read again: the article itself is still as the editor saw it.
    """
    for _ in table.tries():
        try:
            desk.commit([*writes, *told(load(group_id))], state_write)
        except table.Refused:
            continue
        return
    raise Unavailable


def tell(group: Group, before: State, after: State) -> Iterator[Write]:
    """Writes an article's new standing into its group, and its alternates beside every published member."""
    if not group.members:
        yield group.unchanged()
        return
    members = {**group.members, after.id: member(after)}
    if members == group.members and after.status == before.status == "published":
        yield group.unchanged()
        return
    yield table.put(settings.get().desk, members[after.id])
    yield group.move_on()
    published = {article: row for article, row in members.items() if row["live"]}
    for article, row in published.items():
        if not row.get("told", True):
            yield table.put(settings.get().desk, {name: value for name, value in row.items() if name != "told"})
        others = [row["live"] for other, row in sorted(published.items()) if other != article]
        yield table.put(settings.get().site, _alternates(row["key"], others))


def _alternates(key: str, others: list[dict[str, str]]) -> Item:
    return {
        **keys.public_item(key, keys.ALTERNATES),
        "entity": "alternates",
        "v": 1,
        "json": json.dumps([{"language": one["language"], "slug": one["slug"]} for one in others]),
    }
