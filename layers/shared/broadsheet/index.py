"""The index on DynamoDB: how the builder of `ranking` reads and writes. Who is near whom, what the night looks at, the lists.

An article goes by the key of its slug, by which its card and its collection are found too. Weights and cosines are stored as
whole numbers of ten thousandths and millionths, as precise as they are made. Each verb is one call, or one for each term or
hundred items; `commit` is one transaction, whose refusal means that somebody else was faster.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cached_property, singledispatchmethod
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from . import clock, coreading, keys, listings, packing, plain, settings, site, slugs, table, whys
from .observability import bug
from .ranking import choosing
from .ranking import index as ranked
from .ranking.index import (
    Article,
    Choice,
    Entry,
    Facts,
    Lists,
    Posting,
    Print,
    PutMark,
    Shown,
    Signals,
    Standing,
    Wishes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import TypeVar

    from .keys import Key
    from .ranking.coreads import Site
    from .ranking.index import Place
    from .ranking.near import Near
    from .table import Item

    R = TypeVar("R")

VERSION = 1
"""Of the way lists are built; each list carries it."""
WEIGHT, COSINE = 10_000, 1_000_000
FACTS = {field.name for field in fields(Facts)}
"""What a later release stored beside them is not for this one."""
AT_ONCE = 100


class Index:
    """`ranking.index.Index`. `at` is the time that what it writes says it was built."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._store, self._site = settings.get().index, settings.get().site

    # ------------------------------------------------------------ reads

    def article(self, key: str) -> Article | None:
        item = table.get(self._site, keys.public_item(key, keys.ARTICLE), consistent=True)
        if item is None:
            return None
        if item.get("withdrawn"):
            known = self.entries([key]).get(key)
            return Article(known.facts, item["version"], "", "", live=False) if known else None
        public = json.loads(packing.text_of(item))
        facts = Facts(
            id=key,
            published_at=clock.parse(public["published_at"]),
            language=public["language"],
            section=public["section"]["slug"],
            topic=public["topic"]["slug"] if public["topic"] else None,
            group=item.get("group"),
        )
        return Article(facts, item["version"], public["headline"], plain.text(public["body_html"]))

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        found = self._items(self._store, (keys.near_entry(one) for one in ids))
        return {entry.id: entry for item in found if (entry := _readable(item, _entry))}

    def prints(self, ids: Iterable[str]) -> dict[str, Print]:
        found = self._items(self._store, (keys.near_print(one) for one in ids))
        return {
            keys.id_of(item["pk"]): Print(
                item["version"], {term: weight / WEIGHT for term, weight in json.loads(item["terms"]).items()}
            )
            for item in found
        }

    def _items(self, store: str, wanted: Iterable[Key]) -> Iterator[Item]:
        places = list(wanted)
        for start in range(0, len(places), AT_ONCE):
            yield from table.batch_get(store, places[start : start + AT_ONCE], consistent=True).values()

    def postings(self, terms: Iterable[str], newest: int, before: Place | None = None) -> dict[str, Sequence[Posting]]:
        after = keys.posted(clock.stamp(before[0]), before[1]) if before else ""
        return {term: self._postings(term, newest, after) for term in terms}

    def _postings(self, term: str, newest: int, after: str) -> list[Posting]:
        rows = table.query(self._store, keys.term(term), after=after, backwards=True, limit=newest, consistent=True)
        return [Posting(clock.parse(row["sk"][:24]), row["sk"][25:], row["weight"] / WEIGHT) for row in rows]

    def edges(self, key: str, nearest: int | None = None) -> Near:
        rows = table.query(
            self._store, keys.near(key), prefix=keys.EDGE, limit=nearest, consistent=True, attributes=("sk", "cosine")
        )
        return tuple((row["sk"].rpartition("#")[2], row["cosine"] / COSINE) for row in rows)

    def lists(self, ids: Iterable[str]) -> Mapping[str, Standing]:
        places = [keys.public_item(key, keys.LISTS) for key in ids]
        found = {keys.id_of(place["pk"]): Standing() for place in places}
        return found | {keys.id_of(item["pk"]): _standing(item) for item in self._items(self._site, places)}

    def cards(self, ids: Iterable[str]) -> Mapping[str, str]:
        found = self._items(self._site, (keys.card(key) for key in sorted(ids)))
        return {keys.id_of(item["pk"]): item["json"] for item in found}

    def shown(self, facts: Facts, lists: Lists, cards: Mapping[str, str], wishes: Wishes) -> Shown:
        text = ",".join(f'"{name}":{_as_read(getattr(lists, name), cards, facts.language)}' for name in whys.LISTS)
        room = choosing.ROOM - len(lists.you_may_also_like)
        never = tuple(sorted(lists.members | lists.groups | wishes.never)) if room else ()
        digest = blake2b(f"{VERSION} {text} {never}".encode(), digest_size=16).hexdigest()
        return Shown(text, digest, room, never)

    def shown_by(self, key: str) -> Iterable[str]:
        return [row["sk"] for row in table.query(self._store, keys.shown(key), consistent=True, attributes=("sk",))]

    def newest(self, topic: str, language: str | None, at_most: int) -> Sequence[str]:
        rows = listings.newest(keys.listing("topic", topic, site.get().edition(language) if language else ""), at_most)
        return [key for row in rows if (key := slugs.key_of(json.loads(row["json"])["slug"]))]

    def signals(self, ids: Iterable[str]) -> Mapping[str, Signals]:
        wanted = list(ids)
        pins = self._items(self._site, map(keys.pins, wanted))
        pinned = {keys.id_of(item["pk"]): wishes for item in pins if (wishes := _readable(item, _wishes))}
        went_on = coreading.went_on(wanted, self._read_now, self._at)
        return {key: Signals(tuple(went_on.get(key, ())), pinned.get(key, Wishes())) for key in wanted}

    @cached_property
    def _read_now(self) -> Site:
        return coreading.site(self._at)

    def marks(self, shard: int, after: str, at_most: int) -> Sequence[PutMark]:
        rows = table.query(self._store, keys.marks(shard), after=after, limit=at_most, consistent=True)
        return [PutMark(row["sk"], row["revision"]) for row in rows]

    def tries(self) -> Iterator[int]:
        return table.tries()

    # ------------------------------------------------------------ writes

    def commit(self, writes: Sequence[ranked.Write]) -> None:
        """Raises Moved."""
        made = [made for write in writes if (made := self._write(write))]
        if not made:
            return
        try:
            table.transact(made)
        except table.Refused:
            raise ranked.Moved from None

    @singledispatchmethod
    def _write(self, write: Any) -> table.Write:
        raise TypeError(f"{type(write).__name__} is no write of the index")

    @_write.register
    def _(self, write: ranked.PutEntry) -> table.Write:
        entry = write.entry
        item = {**keys.near_entry(entry.id), "entity": "near entry", "v": 1, **_entry_item(entry)}
        if entry.revision == 1:
            return table.put(self._store, item, table.ABSENT)
        return table.put(self._store, item, "#revision = :before", before=entry.revision - 1)

    @_write.register
    def _(self, write: ranked.StillThere) -> table.Write:
        standing = "#live = :live AND #version = :version"
        return table.check(self._store, keys.near_entry(write.id), standing, live=True, version=write.version)

    @_write.register
    def _(self, write: ranked.PutPrint) -> table.Write:
        terms = {term: round(weight * WEIGHT) for term, weight in write.print.fingerprint.items()}
        item = {**keys.near_print(write.id), "entity": "print", "v": 1, "version": write.print.version}
        return table.put(self._store, {**item, "terms": json.dumps(terms, ensure_ascii=False)})

    @_write.register
    def _(self, write: ranked.DropPrint) -> table.Write:
        return table.delete(self._store, keys.near_print(write.id))

    @_write.register
    def _(self, write: ranked.PutPosting) -> table.Write:
        key = keys.posting(write.term, clock.stamp(write.posting.published_at), write.posting.id)
        item = {**key, "entity": "posting", "v": 1, "weight": round(write.posting.weight * WEIGHT)}
        return table.put(self._store, item)

    @_write.register
    def _(self, write: ranked.DropPosting) -> table.Write:
        return table.delete(self._store, keys.posting(write.term, clock.stamp(write.place[0]), write.place[1]))

    @_write.register
    def _(self, write: ranked.PutEdge) -> table.Write:
        cosine = round(write.cosine * COSINE)
        item = {**keys.edge(write.id, COSINE - cosine, write.other), "entity": "edge", "v": 1, "cosine": cosine}
        return table.put(self._store, item)

    @_write.register
    def _(self, write: ranked.DropEdge) -> table.Write:
        return table.delete(self._store, keys.edge(write.id, COSINE - round(write.cosine * COSINE), write.other))

    @_write.register
    def _(self, write: ranked.PutLists) -> table.Write:
        chosen = {name: [list(choice) for choice in getattr(write.lists, name)] for name in whys.LISTS}
        built = f'"lists":{{"built_at":"{clock.stamp(self._at)}","version":{VERSION}}}'
        text = f"{{{write.shown.text},{built}}}"
        return table.update(
            self._site,
            keys.public_item(write.id, keys.LISTS),
            "SET #chosen = :chosen, #json = :json, #digest = :digest, #room = :room, #never = :never, #revision = :next",
            "#revision = :seen",
            chosen=chosen,
            json=packing.stored(text),
            digest=write.shown.digest,
            room=write.shown.room,
            never=list(write.shown.never),
            seen=write.revision,
            next=write.revision + 1,
        )

    @_write.register
    def _(self, write: ranked.PutShowing) -> table.Write:
        return table.put(self._store, {**keys.showing(write.id, write.shown_by), "entity": "showing", "v": 1})

    @_write.register
    def _(self, write: ranked.DropShowing) -> table.Write:
        return table.delete(self._store, keys.showing(write.id, write.shown_by))

    @_write.register
    def _(self, write: ranked.PutMark) -> table.Write:
        return table.put(self._store, {**keys.mark(write.id), "entity": "mark", "v": 1, "revision": write.revision})

    @_write.register
    def _(self, write: ranked.DropMark) -> table.Write:
        return table.delete(self._store, keys.mark(write.id), "#revision = :seen", seen=write.revision)


# ---------------------------------------------------------------- what stands


def _as_read(choices: Iterable[Choice], cards: Mapping[str, str], language: str) -> str:
    """A list as readers get it: cards, each with its reason."""
    return f"[{','.join(whys.with_reason(cards[one.id], one.why, language) for one in choices)}]"


def _readable(item: Item, read: Callable[[Item], R]) -> R | None:
    """None for what cannot be read: it is then as if it were not there, for all that would have stood beside it."""
    try:
        return read(item)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        bug("unreadable item", error, pk=item["pk"], sk=item["sk"])
        return None


def _standing(item: Item) -> Standing:
    chosen = item.get("chosen", {})
    lists = Lists(*(tuple(Choice(*one) for one in chosen.get(name, [])) for name in whys.LISTS))
    return Standing(lists, item["revision"], item.get("digest", ""))


def _wishes(item: Item) -> Wishes:
    return Wishes(tuple(item["more_about"]), tuple(item["you_may_also_like"]), frozenset(item["banned"]))


def _entry(item: Item) -> Entry:
    stored = {name: value for name, value in item["facts"].items() if name in FACTS}
    facts = Facts(**{**stored, "published_at": clock.parse(stored["published_at"])})
    near = tuple((key, cosine / COSINE) for key, cosine in json.loads(item["near"]))
    return Entry(facts, item["version"], item["live"], item["revision"], near)


def _entry_item(entry: Entry) -> dict[str, Any]:
    return {
        "facts": {**vars(entry.facts), "published_at": clock.stamp(entry.facts.published_at)},
        "version": entry.version,
        "live": entry.live,
        "revision": entry.revision,
        "near": json.dumps([[key, round(cosine * COSINE)] for key, cosine in entry.near]),
    }
