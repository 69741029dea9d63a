"""What the builder keeps of each article, and the verbs by which it reads and writes it.

Items
-----

| item        | of                    | holds                                                                    |
|-------------|-----------------------|--------------------------------------------------------------------------|
| entry       | an article            | its facts, version, whether readers have it, revision, its 30 nearest    |
| print       | a live article        | its fingerprint, and the version it was made of                          |
| posting     | a term and an article | the term's weight; a term's postings are in the order of publication     |
| edge        | two articles, twice   | that one was near enough to the other, and the cosine; nearest first     |
| lists       | an article            | what readers see                                                         |
| showing     | an article, a reader  | that the first stands in the lists of the second                         |
| mark        | an article            | that its nearest changed: the night looks at it and at those near it     |

Every verb is one DynamoDB call, or one for each batch of 100 items, or for each term: no scan, no filter. All reads are
consistent. `commit` is one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from .fingerprint import Fingerprint
    from .near import Near

MOST_WRITES = 100
"""Items in one transaction."""


@dataclass(frozen=True)
class Facts:
    """What choosing and ordering need to know of an article. `published_at` never moves."""

    id: str
    published_at: datetime
    language: str = "en"
    section: str = ""
    topic: str | None = None
    group: str | None = None
    """Its translations have the same."""

    @property
    def place(self) -> Place:
        return self.published_at, self.id


Place = tuple["datetime", str]
"""Where an article stands in the order of publication."""


@dataclass(frozen=True)
class Article:
    """An article as readers have it now. `version` grows with each change of that, also when it is withdrawn."""

    facts: Facts
    version: int
    title: str
    text: str
    live: bool = True


@dataclass(frozen=True)
class Entry:
    facts: Facts
    version: int
    live: bool
    revision: int = 0
    """Grows by one with each write; 0 is not yet written."""
    near: Near = ()
    """Always the head of its edges, but for the dead among them."""

    @property
    def id(self) -> str:
        return self.facts.id


class Print(NamedTuple):
    version: int
    fingerprint: Fingerprint


class Posting(NamedTuple):
    published_at: datetime
    id: str
    weight: float

    @property
    def place(self) -> Place:
        return self.published_at, self.id


class Choice(NamedTuple):
    id: str
    why: str


@dataclass(frozen=True)
class Lists:
    more_about: tuple[Choice, ...] = ()
    you_may_also_like: tuple[Choice, ...] = ()
    groups: frozenset[str] = field(default=frozenset(), compare=False, kw_only=True)
    """Those of its members: what is put in later must be no translation of one. What stands does not tell them again."""

    @property
    def members(self) -> set[str]:
        return {choice.id for choice in (*self.more_about, *self.you_may_also_like)}


class Shown(NamedTuple):
    """Lists as readers get them, with everything that their cards say."""

    text: str
    digest: str
    """The same for the same text: what stands is written again only where it would read differently."""
    room: int = 0
    """What You may also like leaves to what is popular as it is read."""
    never: tuple[str, ...] = ()
    """Who may not stand there."""


class Standing(NamedTuple):
    """The lists of an article as they were written last."""

    lists: Lists = Lists()
    revision: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Wishes:
    """What editors want of the lists of one article. Who is in `never` stands in neither list, pinned or not."""

    more_about: tuple[str, ...] = ()
    you_may_also_like: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Signals:
    """What is known of an article beside its text."""

    went_on: tuple[tuple[str, float], ...] = ()
    """What its readers read next, with a positive score; best first."""
    wishes: Wishes = field(default_factory=Wishes)


# ---------------------------------------------------------------- writes


class PutEntry(NamedTuple):
    """On condition that the revision before this one is what stands."""

    entry: Entry


class StillThere(NamedTuple):
    """Writes nothing: the article must be live, at this version."""

    id: str
    version: int


class PutPrint(NamedTuple):
    id: str
    print: Print


class DropPrint(NamedTuple):
    id: str


class PutPosting(NamedTuple):
    term: str
    posting: Posting


class DropPosting(NamedTuple):
    term: str
    place: Place


class PutEdge(NamedTuple):
    """In the collection of the first; its mirror image is another write."""

    id: str
    other: str
    cosine: float


class DropEdge(NamedTuple):
    id: str
    other: str
    cosine: float


class PutLists(NamedTuple):
    """On condition that lists of this revision stand, 0 for none; the next revision is written."""

    id: str
    lists: Lists
    shown: Shown
    revision: int


class PutShowing(NamedTuple):
    id: str
    shown_by: str


class DropShowing(NamedTuple):
    id: str
    shown_by: str


class PutMark(NamedTuple):
    """One for each article: a later one takes the place of an earlier."""

    id: str
    revision: int
    """Of its entry."""


class DropMark(NamedTuple):
    """On condition that no later one took its place."""

    id: str
    revision: int


Write = (
    PutEntry
    | StillThere
    | PutPrint
    | DropPrint
    | PutPosting
    | DropPosting
    | PutEdge
    | DropEdge
    | PutLists
    | PutShowing
    | DropShowing
    | PutMark
    | DropMark
)


class Moved(Exception):  # noqa: N818  somebody else was faster, which is an answer and not an error
    """A condition of a transaction did not hold, and nothing of it was written: read again."""


class Index(Protocol):
    """How the builder reads and writes."""

    def article(self, article_id: str) -> Article | None:
        """As readers have it now; None where it was never published."""

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]: ...

    def prints(self, ids: Iterable[str]) -> dict[str, Print]: ...

    def postings(
        self, terms: Iterable[str], newest: int, before: Place | None = None
    ) -> dict[str, Sequence[Posting]]: ...

    def edges(self, article_id: str, nearest: int | None = None) -> Near: ...

    def lists(self, ids: Iterable[str]) -> Mapping[str, Standing]:
        """What stands; an empty Standing where nothing does."""

    def cards(self, ids: Iterable[str]) -> Mapping[str, str]:
        """What lists show of articles; none of what readers no longer have."""

    def shown(self, facts: Facts, lists: Lists, cards: Mapping[str, str], wishes: Wishes) -> Shown: ...

    def shown_by(self, article_id: str) -> Iterable[str]:
        """The articles in whose lists this one stands."""

    def newest(self, topic: str, language: str | None, at_most: int) -> Sequence[str]:
        """The newest articles of a topic that readers have, in one language or in all, newest first."""

    def signals(self, ids: Iterable[str]) -> Mapping[str, Signals]: ...

    def marks(self, shard: int, after: str, at_most: int) -> Sequence[PutMark]:
        """Those of one shard, by id, from behind one."""

    def commit(self, writes: Sequence[Write]) -> None:
        """All of the writes, 100 at most, or none. Raises Moved."""

    def tries(self) -> Iterator[int]:
        """For what may have to be tried again: a few numbers, with growing pauses between them."""
