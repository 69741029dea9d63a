"""From the desk to the reader: publish, schedule, correct, withdraw. Each is one transaction over the desk and the site.

The condition on the state's version is what makes a publication happen exactly once, however many workers race for it.
An article that waits for its time is not in the site's table: embargo is a wall.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ulid import ULID

from . import clock, desk, drafts, keys, markup, public, settings, site, slugs, table, translations
from .desk import Live, Revision, State
from .errors import NotFound, TooLarge, UnpublishedChanges, VersionConflict, WrongState, invalid
from .observability import bug, count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .desk import Content
    from .drafts import View
    from .inputs import Correction
    from .roles import Person
    from .table import Write

SUBSTANCE = ("headline", "standfirst", "body", "faq")
"""A change of these is one a reader would call a change."""
FARTHEST = timedelta(days=5 * 366)
MOST_CORRECTIONS = 50
MOST_CORRECTED = 60_000
"""Bytes of all corrections of an article: they stand in its state, which every change replaces."""


def publish(article_id: str, version: int, by: Person, at: datetime) -> View:
    """Puts the newest text before readers now. Raises VersionConflict, TooLarge."""
    state, text = desk.opened(article_id, by, "publish", version)
    return _go_live(state, text, by.id, at)


def schedule(article_id: str, version: int, publish_at: datetime, by: Person, at: datetime) -> View:
    """Has the article published at a time to come. Only for what readers never had."""
    state, text = desk.opened(article_id, by, "publish", version)
    if state.published_at:
        raise WrongState("What was published before can only be published now.")
    if not at < publish_at <= at + FARTHEST:
        raise invalid("publish_at", "bad_date", "Must be in the future, and within five years.")
    after = state.changed(status="scheduled", publish_at=_rounded_up(publish_at))
    public.article_item(after, _live(after, text, at), text.content)  # refuses now what could not be published then
    state_write = desk.keep(after, state)
    waiting = {**keys.due(str(after.publish_at), after.id), "entity": "due", "v": 1, "article": after.id}
    writes = [
        state_write,
        *_unschedule(state),
        *desk.relist(state, after),
        table.put(settings.get().desk, waiting),
        desk.audit(after, "schedule", by.id, at),
    ]
    desk.commit(_without_contradiction(writes), state_write)
    return drafts.View(after, text)


def _rounded_up(publish_at: datetime) -> str:
    """Stamps have milliseconds; cutting the rest off would publish a hair early."""
    return clock.stamp(publish_at + timedelta(microseconds=-publish_at.microsecond % 1000))


def _without_contradiction(writes: list[Write]) -> list[Write]:
    """Rescheduling to the very same time deletes and puts one key, which a transaction refuses: the put alone stands."""
    put = {(write.table, write.item["pk"], write.item["sk"]) for write in writes if write.action == "Put"}
    return [w for w in writes if w.action != "Delete" or (w.table, w.item["pk"], w.item["sk"]) not in put]


def publish_due(at: datetime) -> list[str]:
    """Publishes what is due, however long it has been; the ids of what this call published.

    One that fails does not hold up the others: it stays due, is counted, and is tried again with the next tick.
    """
    waiting = table.query(settings.get().desk, keys.SCHEDULE, up_to=f"{clock.stamp(at)}~", consistent=True)
    return [row["article"] for row in waiting if _publish_one(row["article"], at)]


def _publish_one(article_id: str, at: datetime) -> bool:
    try:
        state, text = desk.load(article_id)
        if state.status != "scheduled" or str(state.publish_at) > clock.stamp(at):
            return False
        _go_live(state, text, "schedule", at)
    except (NotFound, VersionConflict):
        return False  # another worker, or an editor, was first
    except Exception as error:  # whatever is wrong with this one must not keep the next one from its readers
        bug("not published", error, article=article_id)
        count("DueNotPublished")
        return False
    return True


def _go_live(state: State, text: Revision, who: str, at: datetime) -> View:
    after = state.changed(status="published", published_at=state.published_at or clock.stamp(at), publish_at=None)
    after = replace(after, live=_live(after, text, at, state.live))
    _commit_public(state, after, text.content, "publish", who, at)
    return drafts.View(after, text)


def _live(state: State, text: Revision, at: datetime, before: Live | None = None) -> Live:
    """What readers get. Its `updated_at` moves only with its substance."""
    content = text.content
    updated_at = clock.stamp(at)
    if before and _same_substance(state.id, before.revision, text):
        updated_at = before.updated_at
    return Live(
        revision=text.n,
        slug=slugs.slug(state.words, state.key),
        section=content["section"],
        topic=content["topic"]["slug"] if content["topic"] else None,
        authors=sorted({author["slug"] for author in content["byline"] if author["slug"]}),
        language=content["language"],
        updated_at=updated_at,
        edition=site.get().edition(content["language"]),
    )


def _same_substance(article_id: str, n: int, text: Revision) -> bool:
    if n == text.n:
        return True
    published = desk.load_revision(article_id, n).content
    return all(_substance(published, name) == _substance(text.content, name) for name in SUBSTANCE)


def _substance(content: Content, name: str) -> object:
    return content["body"]["html"] if name == "body" else content[name]


# ---------------------------------------------------------------- correct


def correct(article_id: str, version: int, correction: Correction, by: Person, at: datetime) -> View:
    """Adds to the public record of corrections, at once; with a body, readers get that too.

    Changes of the newsroom that are not published stay so. Where they touch the body, a new one would be lost with the
    next publication or undo them: refused with UnpublishedChanges.
    """
    state, text = desk.opened(article_id, by, "publish", version)
    if state.status != "published" or state.live is None:
        raise WrongState("Only what is published can be corrected.")
    if len(state.corrections) >= MOST_CORRECTIONS:
        raise WrongState(f"At most {MOST_CORRECTIONS} corrections.")
    if sum(len(entry["text"].encode()) for entry in [*state.corrections, correction.model_dump()]) > MOST_CORRECTED:
        raise TooLarge(f"All corrections of an article have at most {MOST_CORRECTED} bytes.")
    ledger = {
        "id": str(ULID.from_datetime(at)),
        "kind": correction.kind,
        "text": correction.text,
        "at": clock.stamp(at),
    }
    after = state.changed(
        corrections=[*state.corrections, ledger], live=replace(state.live, updated_at=clock.stamp(at))
    )
    published = desk.load_revision(state.id, state.live.revision) if state.unpublished_changes else text
    if correction.body is None:
        _commit_public(state, after, published.content, "correct", by.id, at)
        return drafts.View(after, text)
    return _correct_body(state, after, published, text, drafts.body(correction.body), by.id, at)


def _correct_body(
    state: State, after: State, published: Revision, text: Revision, body: dict[str, str], who: str, at: datetime
) -> View:
    """Saves the corrected text as published, and the newsroom's own text with the corrected body on top of it."""
    if text.content["body"] != published.content["body"]:
        raise UnpublishedChanges
    corrected = [_with_body(published, body, state.revision + 1, who, at)]
    if state.unpublished_changes:
        corrected.append(_with_body(text, body, state.revision + 2, who, at))
    assert after.live is not None
    after = replace(after, revision=corrected[-1].n, live=replace(after.live, revision=corrected[0].n))
    extra = [desk.keep_text(state.id, revision) for revision in corrected]
    _commit_public(state, after, corrected[0].content, "correct", who, at, extra)
    return drafts.View(after, corrected[-1])


def _with_body(text: Revision, body: dict[str, str], n: int, who: str, at: datetime) -> Revision:
    content = {**text.content, "body": body, "word_count": markup.word_count(body["html"])}
    return Revision(n, clock.stamp(at), who, content)


# ---------------------------------------------------------------- withdraw


def withdraw(article_id: str, version: int, by: Person, at: datetime) -> View:
    """Takes a published article from readers, or a scheduled one off the schedule."""
    state, text = desk.opened(article_id, by, "publish", version)
    if state.status == "scheduled":
        return drafts.View(_take_off_schedule(state, by.id, at), text)
    if state.status != "published":
        raise WrongState(f"The article is {state.status}.")
    after = state.changed(status="withdrawn")
    _commit_public(state, after, None, "withdraw", by.id, at)
    return drafts.View(after, text)


def _take_off_schedule(state: State, who: str, at: datetime) -> State:
    after = state.changed(status="draft", publish_at=None)
    state_write = desk.keep(after, state)
    writes = [state_write, *_unschedule(state), *desk.relist(state, after), desk.audit(after, "unschedule", who, at)]
    desk.commit(writes, state_write)
    return after


def _unschedule(state: State) -> Iterator[Write]:
    if state.publish_at:
        yield table.delete(settings.get().desk, keys.due(state.publish_at, state.id))


# ---------------------------------------------------------------- the one transaction


def _commit_public(
    before: State,
    after: State,
    content: Content | None,
    action: str,
    who: str,
    at: datetime,
    extra: list[Write] | None = None,
) -> None:
    """Desk and site move together or not at all. Without content, what readers had is taken away."""
    state_write = desk.keep(after, before)
    writes = [
        state_write,
        *(extra or []),
        *_unschedule(before),
        *desk.relist(before, after),
        desk.audit(after, action, who, at),
        *_site_writes(before, after, content),
    ]
    translations.commit(writes, state_write, before.group, lambda group: translations.tell(group, before, after))
    count(f"Article{action.title()}")


def _site_writes(before: State, after: State, content: Content | None) -> Iterator[Write]:
    """The article, its listing entries, and the items beside it that others will only ever update."""
    store = settings.get().site
    live, published_at = after.live, str(after.published_at)
    assert live is not None
    was_public = before.status == "published" and before.live is not None
    was = set(before.live.listings()) if was_public and before.live else set()
    now = set(live.listings()) if content else set()
    for listing in sorted(was - now):
        yield table.delete(store, keys.entry(listing, published_at, after.id))
    yield public.discussion(after, live, content)
    if content is None:
        yield table.put(store, public.withdrawn_item(after, live))
        yield table.delete(store, keys.card(after.key))
        return
    yield table.put(store, public.article_item(after, live, content))
    card = public.dumps(public.card(after, live, content))
    for listing in sorted(now):
        yield table.put(store, {**keys.entry(listing, published_at, after.id), "entity": "entry", "v": 1, "json": card})
    yield table.put(store, {**keys.card(after.key), "entity": "card", "v": 1, "json": card, "group": after.group})
    if before.published_at is None:
        yield table.put(store, public.no_lists(after))
