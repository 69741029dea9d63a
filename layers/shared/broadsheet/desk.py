"""The desk: an article as the newsroom has it. Its state is small and changes often, its texts are large and never change.

Every change of an article is one transaction that replaces the state on condition of its version, so two editors saving
at once lose nothing: the second is refused with the version that stands.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from . import audits, keys, packing, roles, settings, slugs, table
from .errors import NotFound, TooLarge, VersionConflict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .roles import Action, Person
    from .table import Item, Write

Status = Literal["draft", "scheduled", "published", "withdrawn"]
Content = dict[str, Any]
"""What writers wrote, checked and normalised: the fields of `inputs.NewArticle`, the body also as clean HTML, and the
words of its slug."""

STATUSES: tuple[Status, ...] = ("draft", "scheduled", "published", "withdrawn")


@dataclass(frozen=True)
class Live:
    """What readers have: which text, where it is listed, and when its substance last changed."""

    revision: int
    slug: str
    section: str
    topic: str | None
    authors: list[str]
    language: str
    updated_at: str
    edition: str = ""
    """In which language's listings it stands, by what `site.json` said when it was put there; empty says in its own."""

    def listings(self) -> list[str]:
        return list(keys.listings_of(self.section, self.topic, self.authors, self.edition or self.language))


@dataclass(frozen=True)
class State:
    id: str
    key: str
    owner: str
    group: str
    created_at: str
    edited_at: str
    edited_by: str
    headline: str
    section: str
    language: str
    words: str
    status: Status = "draft"
    version: int = 1
    revision: int = 1
    publish_at: str | None = None
    published_at: str | None = None
    live: Live | None = None
    corrections: list[dict[str, str]] = field(default_factory=list)
    pins: dict[str, list[str]] = field(
        default_factory=lambda: {"more_about": [], "you_may_also_like": [], "banned": []}
    )
    """What editors want in its lists and what not, by article id."""

    @property
    def slug(self) -> str:
        return self.live.slug if self.live and self.status == "published" else slugs.slug(self.words, self.key)

    @property
    def unpublished_changes(self) -> bool:
        return self.live is not None and self.live.revision != self.revision

    def item(self) -> Item:
        return {**keys.state(self.id), "entity": "state", "v": 1, **asdict(self)}

    def changed(self, **fields: Any) -> State:
        return replace(self, version=self.version + 1, **fields)


def state_of(item: Item) -> State:
    given = {name: value for name, value in item.items() if name not in {"pk", "sk", "entity", "v"}}
    live = given.pop("live")
    return State(**given, live=Live(**live) if live else None)


@dataclass(frozen=True)
class Revision:
    n: int
    saved_at: str
    saved_by: str
    content: Content


# ---------------------------------------------------------------- reads


def load(article_id: str) -> tuple[State, Revision]:
    """An article's state and newest text, in one Query. Raises NotFound."""
    items = table.query(settings.get().desk, keys.desk(article_id), backwards=True, limit=2, consistent=True)
    if not items or items[0]["sk"] != keys.STATE:
        raise NotFound
    return state_of(items[0]), revision_of(items[1])


def opened(article_id: str, by: Person, action: Action, version: int) -> tuple[State, Revision]:
    """What `load` finds, if this person may do this to it and read its newest version.

    Raises NotFound, NotAllowed, VersionConflict.
    """
    state, text = load(article_id)
    _allow(state, by, action)
    if state.version != version:
        raise conflict(state.item())
    return state, text


def load_seen(article_id: str, by: Person) -> tuple[State, Revision]:
    """What `load` finds, if this person may see it. Raises NotFound."""
    state, text = load(article_id)
    _allow(state, by, "write")
    return state, text


def seen(article_id: str, by: Person) -> State:
    """An article's state, if this person may see it. Raises NotFound."""
    item = table.get(settings.get().desk, keys.state(article_id), consistent=True)
    if item is None:
        raise NotFound
    state = state_of(item)
    _allow(state, by, "write")
    return state


def _allow(state: State, by: Person, action: Action) -> None:
    roles.require_on(by.role, action, own=state.owner == by.id)


def load_revision(article_id: str, n: int) -> Revision:
    """One older text. Raises NotFound."""
    item = table.get(settings.get().desk, keys.revision(article_id, n), consistent=True)
    if item is None:
        raise NotFound
    return revision_of(item)


def revision_of(item: Item) -> Revision:
    content = json.loads(packing.unpack(item["content"]))
    return Revision(item["n"], item["saved_at"], item["saved_by"], content)


# ---------------------------------------------------------------- writes


def keep(state: State, before: State | None) -> Write:
    """The state as it becomes, on condition that nobody else changed it."""
    if before is None:
        return table.put(settings.get().desk, state.item(), table.ABSENT)
    return table.put(settings.get().desk, state.item(), "#version = :version", version=before.version)


def keep_text(article_id: str, text: Revision) -> Write:
    """One more text. Raises TooLarge where it does not fit an item even compressed."""
    packed = packing.pack(json.dumps(text.content, ensure_ascii=False, separators=(",", ":")))
    if packed is None:
        raise TooLarge("The article does not fit: its text cannot be compressed to 400 kB.")
    item = {
        **keys.revision(article_id, text.n),
        "entity": "revision",
        "v": 1,
        "n": text.n,
        "saved_at": text.saved_at,
        "saved_by": text.saved_by,
        "headline": text.content["headline"],
        "word_count": text.content["word_count"],
        "content": packed,
    }
    return table.put(settings.get().desk, item, table.ABSENT)


def relist(before: State | None, after: State | None) -> Iterable[Write]:
    """Moves an article between the newsroom's listings; writes nothing where nothing moves."""
    store = settings.get().desk
    was, now = _listings(before), _listings(after)
    for name in sorted(was - now):
        yield table.delete(store, keys.desk_entry(name, _id(before, after)))
    for name in sorted(now - was):
        yield table.put(store, {**keys.desk_entry(name, _id(before, after)), "entity": "desk entry", "v": 1})


def _listings(state: State | None) -> set[str]:
    return set(keys.desk_listings_of(state.status, state.section, state.owner)) if state else set()


def _id(*states: State | None) -> str:
    return next(state.id for state in states if state)


def audit(state: State, action: str, who: str, at: datetime) -> Write:
    """Who did what: part of the transaction that does it."""
    return audits.line(action, who, at, article=state.id, version=state.version)


def commit(writes: list[Write], state_write: Write) -> None:
    """Carries out a change of one article. Raises VersionConflict when somebody else was first, else Refused."""
    try:
        table.transact(writes)
    except table.Refused as refused:
        if state_write in refused:
            raise conflict(refused.items[state_write]) from None
        raise


def conflict(standing: Item | None) -> VersionConflict | NotFound:
    """What to tell the one who came second."""
    if standing is None:
        return NotFound()
    version = standing["version"]
    return VersionConflict(extra={"version": version}, headers={"ETag": etag(version)})


def etag(version: int) -> str:
    """Strong: each version is one representation."""
    return f'"{version}"'
