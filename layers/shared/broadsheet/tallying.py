"""Counting comments, replies and reactions, exactly, from a stream that may repeat, reorder and break off.

Every source (a comment's place, a reaction) has a version and says what it contributes. A ledger row for each holds the
version last counted and what it contributed then. One transaction moves rows forward, never back, and adds the difference
to the sums; so a record seen twice, late or after a newer one changes nothing. Sources are never removed, only emptied, and
read anew: a record only says which one to look at.

What is shown beside a comment is then made from the sums, on condition that nobody showed something newer meanwhile; last,
the thread's revision moves, and whoever polls comes for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import discussed, keys, settings, table, threads
from .errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .keys import Key
    from .table import Item, Write

READ_AT_ONCE = 100
AT_ONCE = 16
"""Sources of one transaction: each may write its row, two sums and two buckets."""


@dataclass(frozen=True)
class Source:
    """A comment's place, or one member's reaction to it."""

    id: str
    comment: str
    article: str
    root: str | None
    path: str
    version: int
    counted: bool
    """Whether a comment is published."""
    kind: str | None
    """What a reaction says; None where it was taken back, and for a comment."""

    @property
    def reaction(self) -> bool:
        return "#" in self.id

    @property
    def new(self) -> bool:
        """Whether it is a comment that has only just been published: nothing was counted that could be shown with it."""
        return self.version == 1 and not self.reaction

    @property
    def where(self) -> Key:
        return keys.reply(self.root, self.path) if self.root else keys.root(self.article, self.comment)


def source_of(item: Item) -> Source:
    reaction = item["entity"] == "reaction"
    comment = item["comment"] if reaction else keys.id_of(item["pk"])
    return Source(
        id=f"{comment}#{item['sk']}" if reaction else comment,
        comment=comment,
        article=item["article"],
        root=item["root"],
        path=item["path"],
        version=int(item["version"]),
        counted=False if reaction else bool(item["counted"]),
        kind=item["kind"] if reaction else None,
    )


# ---------------------------------------------------------------- count


def count(wanted: Iterable[Key], at: datetime) -> int:
    """Counts what was not counted yet of these sources, and shows it; how many that were. Again, it changes nothing."""
    by_article: dict[str, list[Source]] = defaultdict(list)
    for source in read(wanted):
        by_article[source.article].append(source)
    return sum(_count_article(key, found, at) for key, found in sorted(by_article.items()))


def read(wanted: Iterable[Key]) -> list[Source]:
    """The sources as they stand."""
    items = _read_all(settings.get().site, wanted)
    return [source_of(item) for item in items.values()]


def rows(sources: Iterable[Source]) -> dict[str, Item]:
    """The ledger's rows by source."""
    wanted = {source.id: keys.ledger(source.id) for source in sources}
    found = _read_all(settings.get().index, wanted.values())
    return {name: found[key["pk"], key["sk"]] for name, key in wanted.items() if (key["pk"], key["sk"]) in found}


def _read_all(store: str, wanted: Iterable[Key]) -> dict[tuple[str, str], Item]:
    places = list({(key["pk"], key["sk"]): key for key in wanted}.values())
    found: dict[tuple[str, str], Item] = {}
    for start in range(0, len(places), READ_AT_ONCE):
        found |= table.batch_get(store, places[start : start + READ_AT_ONCE], consistent=True)
    return found


def _count_article(key: str, sources: list[Source], at: datetime) -> int:
    pieces = (sources[start : start + AT_ONCE] for start in range(0, len(sources), AT_ONCE))
    moved = sum(_count_some(key, piece, at) for piece in pieces)
    show(key, sources)
    return moved


def _count_some(key: str, sources: list[Source], at: datetime) -> int:
    for _ in table.tries():
        counted = rows(sources)
        moved = [source for source in sources if source.version > version(counted, source)]
        if not moved:
            return 0
        try:
            table.transact(_writes(key, moved, counted, at))
        except table.Refused:
            continue  # another instance counted some of them
        return len(moved)
    raise Unavailable


def version(counted: dict[str, Item], source: Source) -> int:
    """The one last counted of a source; 0 where none was."""
    return counted[source.id]["version"] if source.id in counted else 0


def _writes(key: str, moved: list[Source], counted: dict[str, Item], at: datetime) -> list[Write]:
    writes = [_forward(source, counted.get(source.id)) for source in moved]
    comments, buckets, sums = 0, Counter[str](), defaultdict[str, Counter[str]](Counter)
    for source in moved:
        row = counted.get(source.id)
        if source.reaction:
            _add_reaction(sums[source.comment], source, row)
            continue
        step = int(source.counted) - int(row["counted"] if row else False)
        comments += step
        buckets.update(dict.fromkeys(discussed.buckets(source.comment, at), step))
        if source.root:
            sums[source.root]["replies"] += step
    writes += [_sum(comment, steps) for comment, steps in sorted(sums.items()) if any(steps.values())]
    writes += discussed.writes(key, Counter({span: step for span, step in buckets.items() if step}), at)
    if not all(source.reaction for source in moved):
        numbers = "ADD #comments :step, #revision :one"
        writes.append(table.update(settings.get().site, _discussion(key), numbers, table.PRESENT, step=comments, one=1))
    return writes


def _add_reaction(steps: Counter[str], source: Source, row: Item | None) -> None:
    if row and row["kind"]:
        steps[f"reacted_{row['kind']}"] -= 1
    if source.kind:
        steps[f"reacted_{source.kind}"] += 1


def _forward(source: Source, row: Item | None) -> Write:
    """The ledger's row as it becomes: only ever forward."""
    item = {
        **keys.ledger(source.id),
        "entity": "ledger row",
        "v": 1,
        "version": source.version,
        "counted": source.counted,
        "kind": source.kind,
    }
    if row is None:
        return table.put(settings.get().index, item, table.ABSENT)
    return table.put(settings.get().index, item, "#version = :version", version=row["version"])


def _sum(comment: str, steps: Counter[str]) -> Write:
    added: dict[str, Any] = {name: step for name, step in steps.items() if step}
    adds = ", ".join(f"#{name} :{name}" for name in added)
    key = keys.counts(comment)
    return table.update(
        settings.get().index, key, f"SET #entity = :entity, #v = :v ADD {adds}", entity="counts", v=1, **added
    )


def _discussion(key: str) -> Key:
    return keys.public_item(key, keys.DISCUSSION)


# ---------------------------------------------------------------- show


def show(key: str, sources: list[Source]) -> None:
    """Shows the sums beside the comments they belong to, and their first replies with roots; then the revision moves."""
    known = [source for source in sources if not source.new]
    replies = {source.comment: source.where for source in known if source.root}
    above = [source for source in sources if source.root] + known
    roots = {source.root or source.comment: keys.root(key, source.root or source.comment) for source in above}
    for comment, where in sorted(replies.items()):
        _shown(comment, where)
    for comment, where in sorted(roots.items()):
        _shown(comment, where, root=True)
    if above:  # also when nothing changed: the last try may have ended between showing and this
        bump = table.update(settings.get().site, _discussion(key), "ADD #revision :one", table.PRESENT, one=1)
        table.write(bump)


def _shown(comment: str, where: Key, *, root: bool = False) -> None:
    """One comment's, made from what is true now; whoever is slower finds a newer one and reads again.

    Whoever wrote looks once more: a faster one may have found nothing to do, and left nothing to be found.
    """
    for _ in table.tries():
        with suppress(table.Refused):
            while _shown_anew(comment, where, root=root):
                pass
            return
    raise Unavailable


def _shown_anew(comment: str, where: Key, *, root: bool) -> bool:
    """Whether there was something to change. Raises Refused."""
    item, sums = _shown_and_sums(comment, where)
    if item is None:
        return False
    fresh = _fresh(comment, sums, root=root)
    if all(item[name] == value for name, value in fresh.items()):
        return False
    values = ", ".join(f"#{name} = :{name}" for name in fresh)
    sets, unmoved = f"SET {values}, #tallied = :next", "#tallied = :seen"
    step = {"seen": item["tallied"], "next": item["tallied"] + 1}
    table.write(table.update(settings.get().site, where, sets, unmoved, **fresh, **step))
    return True


def _shown_and_sums(comment: str, where: Key) -> tuple[Item | None, Item]:
    names, counts = settings.get(), keys.counts(comment)
    read = table.batch_get_across([(names.site, where), (names.index, counts)], consistent=True)
    sums = read.get((names.index, counts["pk"], counts["sk"]), {})
    return read.get((names.site, where["pk"], where["sk"])), sums


def _fresh(comment: str, sums: Item, *, root: bool) -> dict[str, Any]:
    reactions = {
        name.removeprefix("reacted_"): n for name, n in sorted(sums.items()) if name.startswith("reacted_") and n
    }
    if not root:
        return {"reactions": reactions}
    first, more = threads.first_replies(comment)
    return {"reactions": reactions, "reply_count": sums.get("replies", 0), "replies": first, "more": more}
