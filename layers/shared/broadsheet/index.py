"""The index on DynamoDB: how the builder of `ranking` reads and writes. Who is near whom, what is to be chosen anew, the lists.

An article goes by the key of its slug, by which its card and its collection are found too. Weights and cosines are stored as
whole numbers of ten thousandths and millionths, as precise as they are made. Each verb is one call, or one for each term or
hundred items; `commit` is one transaction, whose refusal means that somebody else was faster.
"""

from __future__ import annotations

import json
from functools import cached_property, singledispatchmethod
from typing import TYPE_CHECKING, Any

from . import articles, clock, coreading, keys, listings, packing, plain, settings, slugs, table, whys
from .ranking import index as ranked
from .ranking.index import Article, Entry, Facts, Lists, Posting, Print, PutMark, Signals, Wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from .keys import Key
    from .ranking.coreads import Site
    from .ranking.index import Place
    from .ranking.near import Near
    from .table import Item

VERSION = 1
"""Of the way lists are built; each list carries it."""
WEIGHT, COSINE = 10_000, 1_000_000
AT_ONCE = 100
PACK_FROM = 2_000
"""Letters from which lists are packed: every reader of the article pays for their size."""


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
        public = json.loads(articles.text_of(item))
        facts = Facts(
            id=key,
            published_at=clock.parse(public["published_at"]),
            language=public["language"],
            section=public["section"]["slug"],
            topic=public["topic"]["slug"] if public["topic"] else None,
            group=item["group"],
        )
        return Article(facts, item["version"], public["headline"], plain.text(public["body_html"]))

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        found = self._items(keys.near_entry(one) for one in ids)
        return {keys.id_of(item["pk"]): _entry(item) for item in found}

    def prints(self, ids: Iterable[str]) -> dict[str, Print]:
        found = self._items(keys.near_print(one) for one in ids)
        return {
            keys.id_of(item["pk"]): Print(
                item["version"], {term: weight / WEIGHT for term, weight in json.loads(item["terms"]).items()}
            )
            for item in found
        }

    def _items(self, wanted: Iterable[Key]) -> Iterator[Item]:
        places = list(wanted)
        for start in range(0, len(places), AT_ONCE):
            yield from table.batch_get(self._store, places[start : start + AT_ONCE], consistent=True).values()

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

    def lists(self, key: str) -> tuple[Lists, int]:
        item = table.get(self._site, keys.public_item(key, keys.LISTS), consistent=True)
        if item is None:
            return Lists(), 0
        chosen = item.get("chosen", {})
        return Lists(*(tuple(ranked.Choice(*one) for one in chosen.get(name, [])) for name in whys.LISTS)), item[
            "revision"
        ]

    def shown_by(self, key: str) -> Iterable[str]:
        return [row["sk"] for row in table.query(self._store, keys.shown(key), consistent=True, attributes=("sk",))]

    def newest(self, topic: str, language: str | None, at_most: int) -> Sequence[str]:
        rows = listings.newest(keys.listing("topic", topic, language or ""), at_most)
        return [key for row in rows if (key := slugs.key_of(json.loads(row["json"])["slug"]))]

    def signals(self, key: str) -> Signals:
        item = table.get(self._site, keys.pins(key), consistent=True)
        wishes = Wishes()
        if item is not None:
            wishes = Wishes(tuple(item["more_about"]), tuple(item["you_may_also_like"]), frozenset(item["banned"]))
        return Signals(tuple(coreading.went_on(key, self._read_now, self._at)), wishes)

    @cached_property
    def _read_now(self) -> Site:
        return coreading.site(self._at)

    def marks(self, at_most: int) -> Sequence[PutMark]:
        rows = table.query(self._store, keys.MARKS, limit=at_most, consistent=True)
        return [PutMark(*row["sk"].split("#", 1)) for row in rows]

    def night_marks(self, at_most: int) -> Sequence[str]:
        return [row["sk"] for row in table.query(self._store, keys.NIGHT_MARKS, limit=at_most, consistent=True)]

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
        return table.update(
            self._site,
            keys.public_item(write.id, keys.LISTS),
            "SET #chosen = :chosen, #json = :json, #revision = :next",
            "#revision = :seen",
            chosen=chosen,
            json=self._shown(write),
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
        return table.put(self._store, {**keys.mark(write.id, write.cause), "entity": "mark", "v": 1})

    @_write.register
    def _(self, write: ranked.DropMark) -> table.Write:
        return table.delete(self._store, keys.mark(write.id, write.cause))

    @_write.register
    def _(self, write: ranked.PutNightMark) -> table.Write:
        return table.put(self._store, {**keys.night_mark(write.id), "entity": "night mark", "v": 1})

    @_write.register
    def _(self, write: ranked.DropNightMark) -> table.Write:
        return table.delete(self._store, keys.night_mark(write.id))

    # ------------------------------------------------------------ what readers see

    def _shown(self, write: ranked.PutLists) -> str | bytes | None:
        """The lists as readers get them: cards, each with its reason. Raises Moved where one was withdrawn meanwhile."""
        language = next(iter(self.entries([write.id]).values())).facts.language
        members = sorted(write.lists.members)
        read = table.batch_get(self._site, [keys.card(key) for key in members], consistent=True)
        cards = {keys.id_of(pk): item["json"] for (pk, _), item in read.items()}
        if len(cards) < len(members):
            raise ranked.Moved
        shown = ",".join(
            f'"{name}":[{",".join(_with_reason(cards[one.id], one.why, language) for one in getattr(write.lists, name))}]'
            for name in whys.LISTS
        )
        text = f'{{{shown},"lists":{{"built_at":"{clock.stamp(self._at)}","version":{VERSION}}}}}'
        return packing.pack(text) if len(text) >= PACK_FROM else text


def _with_reason(card: str, why: str, language: str) -> str:
    words = json.dumps(whys.words(why, language), ensure_ascii=False)
    return f'{card[:-1]},"why":"{why}","why_text":{words}}}'


def _entry(item: Item) -> Entry:
    facts = Facts(**{**item["facts"], "published_at": clock.parse(item["facts"]["published_at"])})
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
