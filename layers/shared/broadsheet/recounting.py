"""Recounting: what `tally` keeps, compared with the records it is kept of, and put right where they differ.

The sums are read before what they are sums of, and corrected on condition that they still are what was read: whatever is
counted meanwhile makes a correction give way, and the next look sees both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import discussed, keys, settings, table, tallying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .keys import Key
    from .table import Item
    from .tallying import Source

LOOKS = 3
"""A difference that is there in each of so many looks is no work in progress."""


@dataclass(frozen=True)
class Drift:
    """One number that is not what the records make it."""

    table: str
    key: tuple[str, str]
    name: str
    kept: int
    right: int


@dataclass(frozen=True)
class Report:
    late: int
    """Sources that `tally` has not come to, or was kept from."""
    drift: list[Drift]


def article(key: str, at: datetime, *, repair: bool = False) -> Report:
    """What is wrong with the numbers of an article's discussion; with `repair`, it is counted and corrected first."""
    places = list(_sources(key))
    late = _late(places)
    if repair:
        tallying.count(places, at)
        for drift in _settled(key, places, at):
            _correct(drift, at)
        tallying.show(key, tallying.read(places))
    return Report(late, _settled(key, places, at))


def _sources(key: str) -> Iterator[Key]:
    """Every comment of the article, whatever its state, and every reaction to one."""
    for row in table.query(settings.get().desk, keys.discussion_entries(key), consistent=True, attributes=("sk",)):
        yield keys.place(row["sk"])
        for reaction in table.query(settings.get().site, keys.reaction(row["sk"], "")["pk"], consistent=True):
            yield {"pk": reaction["pk"], "sk": reaction["sk"]}


def _late(places: list[Key]) -> int:
    sources = tallying.read(places)
    counted = tallying.rows(sources)
    return sum(source.version > tallying.version(counted, source) for source in sources)


def _settled(key: str, places: list[Key], at: datetime) -> list[Drift]:
    """The differences that stay while others go on counting."""
    found = set(_differences(key, places, at))
    for _ in range(LOOKS - 1):
        if found:
            found &= set(_differences(key, places, at))
    return sorted(found, key=lambda drift: (drift.key, drift.name))


def _differences(key: str, places: list[Key], at: datetime) -> Iterator[Drift]:
    ids = [keys.id_of(place["pk"]) for place in places if place["sk"] == keys.COMMENT]
    kept = _kept(key, ids, at)
    right = _right(key, tallying.read(places), at)
    for where in sorted(kept.keys() | right.keys()):
        for name in sorted(kept[where].keys() | right[where].keys()):
            if kept[where][name] != right[where][name]:
                yield Drift(*where[:1], where[1:], name, kept[where][name], right[where][name])


Sums = dict[tuple[str, str, str], Counter[str]]


def _kept(key: str, ids: list[str], at: datetime) -> Sums:
    """The numbers as they are kept, by table and key."""
    names, found = settings.get(), defaultdict[tuple[str, str, str], Counter[str]](Counter)
    wanted = [(names.site, keys.public_item(key, keys.DISCUSSION)), *((names.index, keys.counts(one)) for one in ids)]
    spans = sorted({span for one in ids for span in discussed.buckets(one, at)})
    wanted += [(names.index, discussed.bucket(span, key)) for span in spans]
    for start in range(0, len(wanted), tallying.READ_AT_ONCE):
        read = table.batch_get_across(wanted[start : start + tallying.READ_AT_ONCE], consistent=True)
        for where, item in read.items():
            found[where].update({name: n for name, n in item.items() if _is_sum(name)})
    return found


def _is_sum(name: str) -> bool:
    return name in {"comments", "replies"} or name.startswith("reacted_")


def _right(key: str, sources: list[Source], at: datetime) -> Sums:
    """The numbers as what was counted of each source makes them; what is late is not in them yet."""
    names, found = settings.get(), defaultdict[tuple[str, str, str], Counter[str]](Counter)
    counted = tallying.rows(sources)
    for source in sources:
        row = counted.get(source.id)
        if row is None:
            continue
        current = row["version"] == source.version
        if kind := (source.kind if current else row["kind"]):
            found[_place(names.index, keys.counts(source.comment))][f"reacted_{kind}"] += 1
        if source.counted if current else row["counted"]:
            found[_place(names.site, keys.public_item(key, keys.DISCUSSION))]["comments"] += 1
            for span in discussed.buckets(source.comment, at):
                found[_place(names.index, discussed.bucket(span, key))]["comments"] += 1
            if source.root:
                found[_place(names.index, keys.counts(source.root))]["replies"] += 1
    return found


def _place(store: str, key: Key) -> tuple[str, str, str]:
    return store, key["pk"], key["sk"]


def _correct(drift: Drift, at: datetime) -> None:
    """Puts one number right, unless it moved since it was read."""
    where: Key = {"pk": drift.key[0], "sk": drift.key[1]}
    unmoved = (
        f"#{drift.name} = :kept" if drift.kept else f"attribute_not_exists(#{drift.name}) OR #{drift.name} = :kept"
    )
    entity = {"COUNTS": "counts", "DISCUSSED": "discussed"}.get(drift.key[0].partition("#")[0], "discussion")
    sets = f"SET #{drift.name} = :right, #entity = :entity, #v = :v"
    values: Item = {"right": drift.right, "kept": drift.kept, "entity": entity, "v": 1}
    if entity == "discussed":
        sets, values = f"{sets}, #expires_at = :ends", {**values, "ends": discussed.ends(at)}
    with suppress(table.Refused):
        table.write(table.update(drift.table, where, sets, unmoved, **values))
