"""Posting a comment.

A post is one look at everything it meets and one transaction that writes everything it makes. That transaction also makes
sure that the writer's session still stands, that the same was not said a moment ago, and that no throttle is full; so what
is true at the end does not hang on who came first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ulid import ULID

from . import (
    clock,
    comments,
    discussions,
    folding,
    guests,
    keys,
    names,
    phases,
    remarks,
    sessions,
    settings,
    site,
    slugs,
    table,
    throttle,
)
from .comments import Comment
from .errors import (
    DuplicateComment,
    NothingPublished,
    NotLoggedIn,
    Unavailable,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .comment_inputs import NewComment
    from .discussions import Discussion
    from .idempotency import Claim
    from .keys import Key
    from .roles import Person
    from .table import Item, Refused, Write
    from .writers import Writer

SAID = timedelta(minutes=10)
"""For so long the same words by the same writer in the same place are a slip."""
NETWORK_KEPT = timedelta(days=30)


# ---------------------------------------------------------------- post


@dataclass(frozen=True)
class _Met:
    """What a comment meets: read together, before anything is decided."""

    discussion: Discussion
    parent: Comment | None
    first: str | None
    """The comment that this very request made before."""
    window: Item | None
    ban: Item | None
    standing: Item | None
    of_staff: bool


def post(slug: str, given: NewComment, by: Writer, claim: Claim | None, at: datetime) -> dict[str, Any]:
    """A new comment, as its writer sees it; a guest's with its edit token.

    Raises NothingPublished, Withdrawn, CommentsClosed, MembersOnly, Banned, TooManyRequests, DuplicateComment, Invalid,
    IdempotencyConflict, NotLoggedIn.
    """
    key = slugs.key_of(slug)
    if key is None:
        raise NothingPublished
    for _ in table.tries():
        met = _meet(key, given, by, claim, at)
        if met.first:
            return _again(met.first, by, at)
        comment, token = _composed(key, given, met, by, at)
        try:
            _commit(comment, given, met, by, claim, at)
        except table.Refused:
            continue  # somebody answered, claimed or deleted first: what is met now decides
        return _told(comment, token, at)
    raise Unavailable


def _meet(key: str, given: NewComment, by: Writer, claim: Claim | None, at: datetime) -> _Met:
    """One BatchGetItem over what is public, the desk and the sessions."""
    names = settings.get()
    wanted: dict[str, tuple[str, Key]] = {
        "discussion": (names.site, keys.public_item(key, keys.DISCUSSION)),
        "ban": (names.desk, by.ban),
        "window": (names.sessions, _window(by).key(by.name, at)),
    }
    if given.parent_id:
        wanted["parent"] = (names.desk, keys.comment(given.parent_id))
    if by.person:
        wanted["standing"] = (names.desk, keys.standing(by.person.id))
    if name := by.unproven_name(given.guest.name if given.guest else ""):
        wanted["name"] = (names.desk, keys.name(folding.fold(name)))
    if claim:
        wanted["claim"] = (names.sessions, keys.idempotency(claim.hash))
    read = table.batch_get_across(list(wanted.values()), consistent=True)
    found = {what: read.get((name, place["pk"], place["sk"])) for what, (name, place) in wanted.items()}
    first = claim.made(found["claim"], at) if claim else None
    return _Met(
        discussion=discussions.open_of(found["discussion"]),
        parent=_parent(found.get("parent"), key, given) if not first else None,
        first=first,
        window=found["window"],
        ban=found["ban"],
        standing=found.get("standing"),
        of_staff=bool((found.get("name") or {}).get("holders")),
    )


def _parent(item: Item | None, key: str, given: NewComment) -> Comment | None:
    if given.parent_id is None:
        return None
    parent = comments.comment_of(item) if item else None
    if parent is None or parent.article != key or parent.state != "published":
        raise invalid("parent_id", "unknown_comment", "There is no such comment to answer here.")
    return parent


def _composed(key: str, given: NewComment, met: _Met, by: Writer, at: datetime) -> tuple[Comment, str | None]:
    """The comment with what the phases decided of it, and a guest's edit token."""
    person, comment_id = by.person, str(ULID.from_datetime(at))
    html = remarks.html(given.text)
    name = _name(given, met, person)
    decision = _decided(given, html, name, met, by, at)
    token, nonce = (None, None) if person else guests.mint(by.repeats)
    comment = Comment(
        id=comment_id,
        article=key,
        slug=met.discussion.slug,
        headline=met.discussion.headline,
        **_beneath(met.parent, comment_id),
        account=person.id if person else None,
        name=name,
        staff=person is not None and person.role != "reader",
        text=given.text,
        html=html,
        posted_at=clock.stamp(at),
        state="pending",
        version=0,
        token=guests.hashed(token) if token else None,
        nonce=nonce,
    )
    return comment.decided(decision.outcome, decision.phase, decision.why, at), token


def _name(given: NewComment, met: _Met, person: Person | None) -> str:
    if person:
        if given.guest:
            raise invalid("guest", "not_for_members", "Who is logged in comments under their own name.")
        return person.display_name
    if given.guest is None:
        raise NotLoggedIn("Log in, or send a name as `guest`.", headers={"WWW-Authenticate": "Bearer"})
    guests.check_name(given.guest.name, met.discussion.names, of_staff=met.of_staff)
    return given.guest.name


def _imitates(name: str, met: _Met) -> bool:
    return met.of_staff or folding.fold(name) in met.discussion.names or names.reserved(name)


def _decided(given: NewComment, html: str, name: str, met: _Met, by: Writer, at: datetime) -> phases.Decision:
    submission = phases.Submission(
        text=given.text,
        html=html,
        name=name,
        mode=met.discussion.mode_at(at),
        person=by.person,
        ban=met.ban,
        imitates=by.person is not None and by.person.role == "reader" and _imitates(name, met),
        approved=met.standing is not None,
        at=at,
        trap=given.website,
        opened_at=given.opened_at,
    )
    phases.let_in(submission)
    if settings.get().throttles:
        _window(by).check(met.window, at)
    return phases.judge(submission)


def _beneath(parent: Comment | None, comment_id: str) -> dict[str, Any]:
    """Where a comment goes: below what it answers, or beside it where that is as deep as threads go."""
    if parent is None:
        return {"root": None, "path": "", "parent": None}
    above = parent.path.split("#") if parent.path else []
    path = [*above[: site.get().comments.depth - 1], comment_id]
    return {"root": parent.root or parent.id, "path": "#".join(path), "parent": parent.id}


def _commit(comment: Comment, given: NewComment, met: _Met, by: Writer, claim: Claim | None, at: datetime) -> None:
    """Everything or nothing. Raises DuplicateComment, TooManyRequests, NotLoggedIn, Refused."""
    said = _said(comment, by, at)
    window = _window(by).count(by.name, at) if settings.get().throttles else None
    session = sessions.still(by.session) if by.session else None
    claimed = claim.write(comment.id, at) if claim else None
    guarded = [write for write in (said, window, session, claimed) if write]
    try:
        table.transact([*_record(comment, given, met, by, at), *guarded])
    except table.Refused as refused:
        if claimed not in refused:
            _explain(refused, said, window, session, by, at)
        raise


def _explain(
    refused: Refused, said: Write, window: Write | None, session: Write | None, by: Writer, at: datetime
) -> None:
    if session in refused:
        raise NotLoggedIn(headers={"WWW-Authenticate": "Bearer"}) from None
    if said in refused:
        raise DuplicateComment from None
    if window in refused:
        raise _window(by).full(at) from None


def _record(comment: Comment, given: NewComment, met: _Met, by: Writer, at: datetime) -> Iterator[Write]:
    names = settings.get()
    entry = {"entity": "desk entry", "v": 1}
    yield comments.keep(comment, None)
    yield from comments.consequences(None, comment)
    yield table.put(names.desk, {"pk": keys.discussion_entries(comment.article), "sk": comment.id, **entry})
    if comment.account:
        yield table.put(names.desk, {"pk": keys.writer(comment.account), "sk": comment.id, **entry})
    else:
        yield _network(comment, by, at)
    if given.guest and given.guest.email:
        address = {**keys.guest(comment.id), "entity": "guest", "v": 1, "email": given.guest.email}
        yield table.put(names.accounts, address)
    if comment.state == "published":
        yield from answered(met.parent)


def answered(parent: Comment | None) -> Iterator[Write]:
    """Notes the first public reply to a comment: from then on it is not edited, and leaves a tombstone."""
    if parent and not parent.answered:
        yield comments.keep(parent.changed(answered=True), parent)


def _network(comment: Comment, by: Writer, at: datetime) -> Write:
    """From where a guest wrote, for as long as a moderator may want to close that door."""
    item = {**keys.network(comment.id), "entity": "network", "v": 1, "network": by.network}
    return table.put(settings.get().sessions, {**item, "expires_at": clock.epoch(at + NETWORK_KEPT)})


def _said(comment: Comment, by: Writer, at: datetime) -> Write:
    """The very same words in the very same place: on condition that they were not said there lately."""
    what = "\n".join((by.name, comment.name, comment.article, comment.parent or "", comment.text.casefold()))
    item = {**keys.duplicate(_hashed(what)), "entity": "duplicate", "v": 1, "expires_at": clock.epoch(at + SAID)}
    unsaid = f"{table.ABSENT} OR #expires_at <= :now"
    return table.put(settings.get().sessions, item, unsaid, now=clock.epoch(at))


def _window(by: Writer) -> throttle.Window:
    return throttle.COMMENT_BY if by.person else throttle.COMMENT_FROM


def _hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _again(comment_id: str, by: Writer, at: datetime) -> dict[str, Any]:
    """What the first of two equal requests was told."""
    comment = comments.load(comment_id)
    token = guests.again(comment.nonce, by.repeats) if comment.nonce and by.repeats else None
    return _told(comment, token, at)


def _told(comment: Comment, token: str | None, at: datetime) -> dict[str, Any]:
    return {**comment.own(at), **({"edit_token": token} if token else {})}
