"""Rebuilding prepared lists: of one article, of a topic, or of everything, in pieces that may come twice or be killed.

The one idea: a rebuild has parts (the years of everything), and a part is walked in pieces of 25 articles, each said by a
message that says where it begins. The part's item holds how far it came and which message brought it there, so a message
that comes twice neither counts nor goes on twice, and one that was killed before it sent the next sends it when it comes
again, also from the failure queue. An article that fails counts as failed and is sent on its own: it holds up no other, and
the queue tries it again and gives it up. A piece that takes long ends early, so that no archive is too slow for a function.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NotRequired, TypedDict

from . import clock, keys, pieces, settings, slugs, table
from .errors import NotFound, Unavailable, invalid
from .observability import bug
from .ranking.building import Contended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .inputs import Rebuild
    from .keys import Key
    from .roles import Person
    from .table import Item

SOURCE, REQUESTED = "broadsheet", "RebuildRequested"
"""What the event is known by."""
PIECE = 25
"""Articles a message is good for, at most."""
ENOUGH = timedelta(seconds=30)
"""After which a piece begins no other article: the function has a minute."""
AGAIN = "#again"
KEPT = timedelta(days=30)


State = Literal["requested", "running", "failed", "finished"]


class What(TypedDict, total=False):
    """One of the three: a slug, a topic's slug, or true."""

    article: str
    topic: str
    all: bool


class Asked(TypedDict):
    """What the event says."""

    id: str
    what: What


class Piece(TypedDict):
    """What a message says: where to go on in one part of a rebuild."""

    rebuild: str
    listing: str
    """The partition that is walked; empty for an article on its own, whose key is the part."""
    part: str
    """What sort keys begin with: a year, or nothing."""
    after: NotRequired[str]
    failed: NotRequired[bool]
    """Whether it is an article on its own that failed in its piece, and is counted as such."""
    said: NotRequired[str]
    """What tells this message from others. Its id at SQS does not: it gets a new one when it comes back from the failure
    queue."""


class Step(NamedTuple):
    """What became of a piece."""

    after: str
    ended: bool
    failed: list[str]
    done: int


# ---------------------------------------------------------------- asking


def request(given: Rebuild, by: Person, at: datetime) -> str:
    """Asks for a rebuild; its id. Raises Invalid, Unavailable."""
    from ulid import ULID

    from . import audits

    what, rebuild_id = _what(given), str(ULID.from_datetime(at))
    item = {**keys.rebuild(rebuild_id), "entity": "rebuild", "v": 1, "what": what, "expires_at": _expires(at)}
    line = audits.line("rebuild", by.id, at, rebuild=rebuild_id)
    table.transact([table.put(settings.get().index, item, table.ABSENT), line])
    entry = {"Source": SOURCE, "DetailType": REQUESTED, "Detail": json.dumps(Asked(id=rebuild_id, what=what))}
    if table.client("events").put_events(Entries=[entry])["FailedEntryCount"]:
        raise Unavailable
    return rebuild_id


def _what(given: Rebuild) -> What:
    named: What = given.model_dump(exclude_none=True)  # type: ignore[assignment]
    if given.all is False:
        raise invalid("all", "unknown_value", "True, or left out.")
    if len(named) != 1:
        raise invalid("all", "one_of", "One of article, topic and all.")
    if given.article is not None:
        reserved = keys.reserved(slugs.key_of(given.article) or "none")
        if table.get(settings.get().desk, reserved) is None:
            raise invalid("article", "unknown_article", "There is no such article.")
    if given.topic is not None and slugs.words(given.topic) != given.topic:
        raise invalid("topic", "bad_slug", "Not a slug.")
    return named


def read(rebuild_id: str) -> dict[str, Any]:
    """`{id, what, state, articles, failed, started_at, moved_at, finished_at}`. Raises NotFound."""
    item = table.get(settings.get().index, keys.rebuild(rebuild_id), consistent=True)
    if item is None:
        raise NotFound
    return {
        "id": rebuild_id,
        "what": {"article": None, "topic": None, "all": False, **item["what"]},
        "state": _state(item),
        "articles": item.get("articles", 0),
        "failed": item.get("failed", 0),
        "started_at": item.get("started_at"),
        "moved_at": item.get("moved_at"),
        "finished_at": item.get("finished_at"),
    }


def _state(item: Item) -> State:
    """What is left counts the parts that have not ended and the articles that failed."""
    if item.get("finished_at"):
        return "finished"
    if "started_at" not in item:
        return "requested"
    return "failed" if 0 < item["left"] == item.get("failed", 0) else "running"


# ---------------------------------------------------------------- working it off


def begin(asked: Asked, at: datetime) -> None:
    """Sends the first piece of each part. Doing it again sends them again, and nothing is done twice."""
    rebuild_id = asked["id"]
    parts = _started(rebuild_id, asked["what"], at)
    pieces.send([Piece(rebuild=rebuild_id, listing=_listing(asked["what"]), part=part) for part in parts])
    _finish(rebuild_id, at)


def _listing(what: What) -> str:
    """The partition to walk; empty where an article's key is all there is to do."""
    if "article" in what:
        return ""
    return keys.listing("topic", what["topic"]) if "topic" in what else keys.listing()


def _parts(what: What) -> list[str]:
    """An article's key, the whole of a topic, or the years between the oldest and the newest article."""
    if "article" in what:
        return [slugs.key_of(what["article"]) or ""]
    if "topic" in what:
        return [""]
    store = settings.get().site
    ends = [table.query(store, keys.listing(), limit=1, backwards=backwards) for backwards in (False, True)]
    years = [int(entry["sk"][:4]) for entries in ends for entry in entries]
    return [f"{year:04d}" for year in range(years[0], years[-1] + 1)] if years else []


def _started(rebuild_id: str, what: What, at: datetime) -> list[str]:
    """Notes the parts, once; the parts that were noted."""
    parts = _parts(what)
    start = table.update(
        settings.get().index,
        keys.rebuild(rebuild_id),
        "SET #entity = :entity, #v = :v, #what = :what, #started_at = :at, #parts = :parts, #left = :left,"
        " #expires_at = :expires",
        "attribute_not_exists(#started_at)",
        entity="rebuild",
        v=1,
        what=what,
        at=clock.stamp(at),
        parts=parts,
        left=len(parts),
        expires=_expires(at),
    )
    try:
        table.write(start)
    except table.Refused as refused:
        standing = refused.items[start]
        return list(standing["parts"]) if standing else parts
    return parts


def work(message_id: str, piece: Piece, at: datetime, each: Callable[[str], None]) -> None:
    """Does one piece: `each` with every article's key. Raises Unavailable, and what an article on its own fails with."""
    said = piece.get("said", message_id)
    standing = table.get(settings.get().index, _place(piece), consistent=True)
    step = _remembered(said, standing)
    if step is None:
        if not _is_next(piece, standing):
            return
        step = _do(piece, each, at)
        if not _counted(said, piece, standing, step, at):
            return
    _go_on(piece, step)
    if step.ended:
        _finish(piece["rebuild"], at)


def _place(piece: Piece) -> Key:
    """Where it is noted how far a part came. An article that failed is a part of its own."""
    return keys.rebuild_part(piece["rebuild"], piece["part"] + AGAIN * piece.get("failed", False))


def _remembered(said: str, standing: Item | None) -> Step | None:
    """What this very message did, if it was killed before it could go on."""
    if standing is None or standing["by"] != said:
        return None
    return Step(standing["after"], standing["ended"], standing["failed"], 0)


def _is_next(piece: Piece, standing: Item | None) -> bool:
    """Whether the part came just as far as the piece begins."""
    if standing is None:
        return True
    return not standing["ended"] and bool(standing["after"] == piece.get("after"))


def _do(piece: Piece, each: Callable[[str], None], at: datetime) -> Step:
    if piece.get("failed"):
        each(piece["part"])
        return Step("", True, [], 1)
    if not piece["listing"]:
        done = _done(piece["part"], each)
        return Step("", True, [] if done else [piece["part"]], int(done))
    after, store = piece.get("after", ""), settings.get().site
    entries, more = table.page(store, piece["listing"], PIECE, prefix=piece["part"], after=after)
    failed, seen = [], 0
    for entry in entries:
        if seen and clock.now() - at > ENOUGH:
            break
        seen, after = seen + 1, entry["sk"]
        key = slugs.key_of(json.loads(entry["json"])["slug"]) or ""
        failed += [] if _done(key, each) else [key]
    return Step(after, not more and seen == len(entries), failed, seen - len(failed))


def _done(key: str, each: Callable[[str], None]) -> bool:
    try:
        each(key)
    except (Contended, Unavailable):  # others were in the way: the whole piece comes again
        raise
    except Exception as error:  # one article's failure is that article's, whatever it is
        bug("article not rebuilt", error, article=key)
        return False
    return True


def _counted(said: str, piece: Piece, standing: Item | None, step: Step, at: datetime) -> bool:
    """Whether it was this message that brought the part on; what another one brought on is that one's to go on with.

    A rebuild that is nowhere, because it is long over, ends here too.
    """
    store = settings.get().index
    unmoved = "#after = :before AND #ended = :not_ended" if standing else table.ABSENT
    moved = table.update(
        store,
        _place(piece),
        "SET #entity = :entity, #v = :v, #after = :after, #ended = :ended, #failed = :failed, #by = :by,"
        " #expires_at = :expires",
        unmoved,
        entity="part",
        v=1,
        after=step.after,
        ended=step.ended,
        failed=step.failed,
        by=said,
        expires=_expires(at),
        **({"before": standing["after"], "not_ended": False} if standing else {}),
    )
    failed = len(step.failed) - int(piece.get("failed", False))
    progress = table.update(
        store,
        keys.rebuild(piece["rebuild"]),
        "SET #moved_at = :at ADD #articles :done, #left :left, #failed :failed",
        table.PRESENT,
        at=clock.stamp(at),
        done=step.done,
        left=len(step.failed) - int(step.ended),
        failed=failed,
    )
    try:
        table.transact([moved, progress])
    except table.Refused:
        return False
    return True


def _go_on(piece: Piece, step: Step) -> None:
    pieces.send([Piece(rebuild=piece["rebuild"], listing="", part=key, failed=True) for key in step.failed])
    if not step.ended:
        pieces.send([{**piece, "after": step.after}], pieces.PAUSE)


def _finish(rebuild_id: str, at: datetime) -> None:
    """Says so when nothing is left, once."""
    finish = table.update(
        settings.get().index,
        keys.rebuild(rebuild_id),
        "SET #finished_at = :at",
        "#left = :none AND attribute_not_exists(#finished_at)",
        at=clock.stamp(at),
        none=0,
    )
    try:
        table.write(finish)
    except table.Refused:
        return


def _expires(at: datetime) -> int:
    return clock.epoch(at + KEPT)
