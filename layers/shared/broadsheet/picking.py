"""What editors decide of lists: pins and bans of one article's two lists, and the front's picks.

The desk holds them with their versions. What builders need of them stands in the site's table, written in the same
transaction, so that the stream wakes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import audits, clock, cursors, desk, drafts, keys, pinned, settings, slugs, table
from .errors import invalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from .desk import State
    from .drafts import View
    from .inputs import Picks, Pins
    from .roles import Person
    from .table import Item

WANTED = ("more_about", "you_may_also_like")
LISTS = (*WANTED, "banned")


# ---------------------------------------------------------------- pins


def pin(article_id: str, version: int, given: Pins, by: Person, at: datetime) -> View:
    """Replaces an article's pins and bans. Raises VersionConflict, NotFound, NotAllowed, Invalid."""
    state, text = desk.opened(article_id, by, "pin", version)
    wanted = given.model_dump()
    references = {f"{name}.{n}": reference for name in LISTS for n, reference in enumerate(wanted[name])}
    found = _found(references, _of(state))
    pins = {
        name: [found[field] for field in references if field in found and field.startswith(f"{name}.")]
        for name in LISTS
    }
    _consistent(found, state.id)
    after = state.changed(pins={name: [one["article"] for one in pins[name]] for name in LISTS})
    shown = {name: [one["key"] for one in pins[name]] for name in LISTS}
    item = {**keys.pins(state.key), "entity": "pins", "v": 1, "version": after.version, **shown}
    state_write = desk.keep(after, state)
    writes = [
        state_write,
        table.put(settings.get().site, item),
        *pinned.changed(state.key, _pinned_before(state), {key for name in WANTED for key in shown[name]}),
        desk.audit(after, "pin", by.id, at),
    ]
    desk.commit(writes, state_write)
    return drafts.View(after, text)


def _pinned_before(state: State) -> set[str]:
    """The keys of what an article has pinned. Who reads another version's does not get to write."""
    if not any(state.pins[name] for name in WANTED):
        return set()
    item = table.get(settings.get().site, keys.pins(state.key), consistent=True)
    return {key for name in WANTED for key in item[name]} if item else set()


def _of(state: State) -> set[str]:
    """Ids of all that an article has pinned or banned."""
    return {article for name in LISTS for article in state.pins[name]}


def _consistent(found: dict[str, dict[str, str]], own: str) -> None:
    """No article twice, none pinned and banned, none in its own lists."""
    seen = {own}
    for field, one in found.items():
        if one["article"] in seen:
            raise invalid(field, "twice", "Each other article once, in one of the three.")
        seen.add(one["article"])


def _found(references: dict[str, str], known: Collection[str] = ()) -> dict[str, dict[str, str]]:
    """Id and key of the articles that ids or slugs name, by field: one BatchGetItem. Raises Invalid.

    An id that was `known` and is not any more is left out: that draft was deleted, and what was read may be sent back.
    """
    wanted = {field: _place(reference) for field, reference in references.items()}
    distinct = list({key["pk"]: key for key in wanted.values()}.values())
    read = table.batch_get(settings.get().desk, distinct, consistent=True)
    found = {}
    for field, key in wanted.items():
        item = read.get((key["pk"], key["sk"]))
        if item is None and references[field].upper() in known:
            continue
        if item is None:
            raise invalid(field, "unknown_article", "There is no such article.")
        reserved = item["entity"] == "key"
        found[field] = {
            "article": item["article"] if reserved else item["id"],
            "key": keys.id_of(item["pk"]) if reserved else item["key"],
        }
    return found


def _place(reference: str) -> keys.Key:
    """Where an article is found by id or by slug."""
    if cursors.is_ulid(reference):
        return keys.state(reference.upper())
    return keys.reserved(slugs.key_of(reference) or "none")


# ---------------------------------------------------------------- picks


def read() -> tuple[int, list[dict[str, Any]]]:
    """The picks' version, 0 before there were any, and what they are, in order."""
    item = table.get(settings.get().desk, keys.picks(), consistent=True)
    return (item["version"], _shown(item["items"])) if item else (0, [])


def replace(version: int, given: Picks, by: Person, at: datetime) -> tuple[int, list[dict[str, Any]]]:
    """Replaces the picks, in order. Raises VersionConflict, Invalid."""
    for n, pick in enumerate(given.items):
        if pick.until and pick.until <= at:
            raise invalid(f"items.{n}.until", "bad_date", "Must be in the future.")
    found = _found({f"items.{n}.article": pick.article for n, pick in enumerate(given.items)})
    items: list[Item] = []
    for n, pick in enumerate(given.items):
        one = found[f"items.{n}.article"]
        if one["article"] in {item["article"] for item in items}:
            raise invalid(f"items.{n}.article", "twice", "Each article once.")
        items.append({**one, "until": clock.stamp(pick.until) if pick.until else None})
    _commit(version, items, by, at)
    return version + 1, _shown(items)


def _commit(version: int, items: list[Item], by: Person, at: datetime) -> None:
    names = settings.get()
    item = {**keys.picks(), "entity": "picks", "v": 1, "version": version + 1, "items": items}
    unmoved = "#version = :version" if version else table.ABSENT
    kept = table.put(names.desk, item, unmoved, **({"version": version} if version else {}))
    shown = [{"key": one["key"], "until": one["until"]} for one in items]
    writes = [
        kept,
        table.put(names.site, {**item, "items": shown}),
        audits.line("pick", by.id, at, version=version + 1),
    ]
    try:
        table.transact(writes)
    except table.Refused as refused:
        if kept not in refused:
            raise
        raise desk.conflict(refused.items[kept] or {"version": 0}) from None


def _shown(items: Iterable[Item]) -> list[dict[str, Any]]:
    """With what the newsroom calls them now; an article that was deleted since is left out."""
    items = list(items)
    found = table.batch_get(settings.get().desk, [keys.state(one["article"]) for one in items], consistent=True)
    states = {state.id: state for state in map(desk.state_of, found.values())}
    return [
        {
            "id": one["article"],
            "slug": states[one["article"]].slug,
            "headline": states[one["article"]].headline,
            "status": states[one["article"]].status,
            "until": one["until"],
        }
        for one in items
        if one["article"] in states
    ]
