"""The index in a dictionary: each verb does what DynamoDB does in one call, and nothing that it cannot do.

`around` is called with each verb's work: tests put their scheduler and their crashes there.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from broadsheet.ranking import index as verbs
from broadsheet.ranking.index import Lists, Moved, Posting, Shown, Signals, Standing, Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from broadsheet.ranking.index import Article, Entry, Facts, Place, Print, Write
    from broadsheet.ranking.near import Near

TRIES = 50
T = TypeVar("T")


def _method(write: Write) -> str:
    """`PutEntry` → `_put_entry`."""
    return re.sub("(?=[A-Z])", "_", type(write).__name__).lower()


def at_once(work: Callable[[], Any]) -> Any:
    return work()


class MemoryIndex:
    def __init__(self, around: Callable[[Callable[[], Any]], Any] = at_once) -> None:
        self.around = around
        self.articles: dict[str, Article] = {}
        self.topics: dict[str, list[Place]] = defaultdict(list)
        self.stored_entries: dict[str, Entry] = {}
        self.stored_prints: dict[str, Print] = {}
        self.stored_postings: dict[str, list[Posting]] = defaultdict(list)
        self.stored_edges: dict[str, dict[tuple[float, str], None]] = defaultdict(dict)
        self.stored_lists: dict[str, Standing] = {}
        self.stored_showings: dict[str, set[str]] = defaultdict(set)
        self.stored_marks: dict[str, int] = {}
        self.given_signals: dict[str, Signals] = {}
        self.calls: dict[str, int] = defaultdict(int)

    def publish(self, article: Article) -> None:
        """What readers have from now on; the event of it is for the test to send."""
        self.articles[article.facts.id] = article
        if article.facts.topic:
            places = self.topics[article.facts.topic]
            if article.live and article.facts.place not in places:
                insort(places, article.facts.place)
            elif not article.live and article.facts.place in places:
                places.remove(article.facts.place)

    # ------------------------------------------------------------ reads

    def article(self, article_id: str) -> Article | None:
        return self._read("article", 1, lambda: self.articles.get(article_id))

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        return self._batch("entries", self.stored_entries, ids)

    def prints(self, ids: Iterable[str]) -> dict[str, Print]:
        return self._batch("prints", self.stored_prints, ids)

    def postings(self, terms: Iterable[str], newest: int, before: Place | None = None) -> dict[str, Sequence[Posting]]:
        return {term: self._postings(term, newest, before) for term in terms}

    def _postings(self, term: str, newest: int, before: Place | None) -> list[Posting]:
        return self._read("postings", 0, lambda: self._newest(term, newest, before))

    def _newest(self, term: str, newest: int, before: Place | None) -> list[Posting]:
        rows = self.stored_postings.get(term, [])
        end = bisect_left(rows, before) if before else len(rows)
        found = rows[max(0, end - newest) : end][::-1]
        self.calls["posting rows"] += len(found)
        return found

    def edges(self, article_id: str, nearest: int | None = None) -> Near:
        def read() -> Near:
            ordered = sorted(self.stored_edges.get(article_id, ()))
            return tuple((other, -key) for key, other in ordered[:nearest])

        return self._read("edges", 0, read)

    def lists(self, ids: Iterable[str]) -> Mapping[str, Standing]:
        wanted = sorted(ids)
        return dict.fromkeys(wanted, Standing()) | self._batch("lists", self.stored_lists, wanted)

    def cards(self, ids: Iterable[str]) -> Mapping[str, str]:
        cards = {name: one.title for name, one in self.articles.items() if one.live}
        return self._batch("cards", cards, ids)

    def shown(self, facts: Facts, lists: Lists, cards: Mapping[str, str], wishes: Wishes) -> Shown:
        choices = (*lists.more_about, *lists.you_may_also_like)
        text = f"{facts.id} {lists} {[cards[choice.id] for choice in choices]} {sorted(wishes.never)}"
        return Shown(text, text)

    def shown_by(self, article_id: str) -> Iterable[str]:
        return self._read("shown_by", 0, lambda: sorted(self.stored_showings.get(article_id, ())))

    def newest(self, topic: str, language: str | None, at_most: int) -> Sequence[str]:
        def read() -> list[str]:
            found = (name for _, name in reversed(self.topics.get(topic, [])))
            fits = [name for name in found if language in {None, self.articles[name].facts.language}]
            return fits[:at_most]

        return self._read("newest", 0, read)

    def signals(self, ids: Iterable[str]) -> Mapping[str, Signals]:
        wanted = sorted(ids)
        return dict.fromkeys(wanted, Signals()) | self._batch("signals", self.given_signals, wanted)

    def marks(self, shard: int, after: str, at_most: int) -> Sequence[verbs.PutMark]:
        """All are in one shard."""
        return self._read("marks", 0, lambda: [verbs.PutMark(*one) for one in self._marks(shard, after)[:at_most]])

    def _marks(self, shard: int, after: str) -> list[tuple[str, int]]:
        return [] if shard else sorted((name, seen) for name, seen in self.stored_marks.items() if name > after)

    def tries(self) -> Iterator[int]:
        return iter(range(TRIES))

    def _batch(self, name: str, stored: Mapping[str, T], ids: Iterable[str]) -> dict[str, T]:
        wanted = sorted(ids)
        found: dict[str, T] = {}
        for start in range(0, len(wanted), 100):
            found |= self._some(name, stored, wanted[start : start + 100])
        return found

    def _some(self, name: str, stored: Mapping[str, T], ids: Sequence[str]) -> dict[str, T]:
        return self._read(name, len(ids), lambda: {one: stored[one] for one in ids if one in stored})

    def _read(self, name: str, items: int, work: Callable[[], T]) -> T:
        self.calls[name] += 1
        self.calls[f"{name} items"] += items
        found: T = self.around(work)
        return found

    # ------------------------------------------------------------ writes

    def commit(self, writes: Sequence[Write]) -> None:
        assert 0 < len(writes) <= verbs.MOST_WRITES
        self.calls["commit"] += 1
        self.calls["commit items"] += len(writes)
        self.around(lambda: self._commit(writes))

    def _commit(self, writes: Sequence[Write]) -> None:
        if not all(self._holds(write) for write in writes):
            self.calls["moved"] += 1
            raise Moved
        for write in writes:
            if not isinstance(write, verbs.StillThere):
                getattr(self, _method(write))(*write)

    def _holds(self, write: Write) -> bool:
        match write:
            case verbs.PutEntry(entry):
                standing = self.stored_entries.get(entry.id)
                return (standing.revision if standing else 0) == entry.revision - 1
            case verbs.StillThere(article_id, version):
                standing = self.stored_entries.get(article_id)
                return standing is not None and standing.live and standing.version == version
            case verbs.PutLists(article_id, revision=revision):
                return self.stored_lists.get(article_id, Standing()).revision == revision
            case verbs.DropMark(article_id, revision):
                return self.stored_marks.get(article_id) == revision
        return True

    def _put_entry(self, entry: Entry) -> None:
        self.stored_entries[entry.id] = entry

    def _put_print(self, article_id: str, its: Print) -> None:
        self.stored_prints[article_id] = its

    def _drop_print(self, article_id: str) -> None:
        self.stored_prints.pop(article_id, None)

    def _put_posting(self, term: str, posting: Posting) -> None:
        self._drop_posting(term, posting.place)
        insort(self.stored_postings[term], posting)

    def _drop_posting(self, term: str, place: Place) -> None:
        rows = self.stored_postings[term]
        at = bisect_left(rows, place)
        if at < len(rows) and rows[at].place == place:
            del rows[at]

    def _put_edge(self, article_id: str, other: str, cosine: float) -> None:
        self.stored_edges[article_id][-cosine, other] = None

    def _drop_edge(self, article_id: str, other: str, cosine: float) -> None:
        self.stored_edges[article_id].pop((-cosine, other), None)

    def _put_lists(self, article_id: str, lists: Lists, shown: Shown, revision: int) -> None:
        self.stored_lists[article_id] = Standing(lists, revision + 1, shown.digest)

    def _put_showing(self, article_id: str, shown_by: str) -> None:
        self.stored_showings[article_id].add(shown_by)

    def _drop_showing(self, article_id: str, shown_by: str) -> None:
        self.stored_showings[article_id].discard(shown_by)

    def _put_mark(self, article_id: str, revision: int) -> None:
        self.stored_marks[article_id] = revision

    def _drop_mark(self, article_id: str, revision: int) -> None:
        if self.stored_marks.get(article_id) == revision:
            del self.stored_marks[article_id]
