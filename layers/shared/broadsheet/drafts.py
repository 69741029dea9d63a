"""Drafts: what staff create, edit, look through and throw away. What readers get is in `publishing`."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json
from ulid import ULID

from . import (
    articles,
    clock,
    cursors,
    desk,
    inputs,
    keys,
    markup,
    public,
    roles,
    settings,
    site,
    slugs,
    table,
    translations,
)
from .desk import Revision, State
from .errors import BadJson, FieldError, Invalid, Problem, TooLarge, Unavailable, WrongState, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from .desk import Content
    from .idempotency import Claim
    from .roles import Person
    from .table import Write

MOST_HTML = 2 * inputs.MAX_BODY_BYTES
SUMMARY = ("n", "saved_at", "saved_by", "headline", "word_count")


@dataclass(frozen=True)
class View:
    """An article as the newsroom sees it: its state with one of its texts."""

    state: State
    text: Revision

    def public(self) -> dict[str, Any]:
        return {
            **self.fields(),
            **summary(self.state),
            "translation_of": _translates(self.state),
            "corrections": self.state.corrections,
            "pins": self.state.pins,
        }

    def fields(self) -> dict[str, Any]:
        """The fields as written, the body with its clean HTML beside its source."""
        content = self.text.content
        written = {name: content[name] for name in inputs.NewArticle.model_fields if name in content}
        section = site.get().section(content["section"], content["language"])
        return {**written, "section": section, "word_count": content["word_count"]}

    def preview(self) -> dict[str, Any]:
        """What readers would get if the text were published as it is, dates as they are or would be."""
        state, content = self.state, self.text.content
        live = desk.Live(self.text.n, slugs.slug(state.words, state.key), "", None, [], "", state.edited_at)
        rules = site.get().comments.of(content["section"])
        none_yet = {"alternates": [], "comment_count": 0, "comments": content["comments"] or rules.mode}
        none_yet |= json.loads(articles.NO_LISTS)
        return {**public.article(state, live, content), **none_yet}


def summary(state: State) -> dict[str, Any]:
    return {
        "id": state.id,
        "slug": state.slug,
        "status": state.status,
        "version": state.version,
        "revision": state.revision,
        "headline": state.headline,
        "section": site.get().section(state.section, state.language),
        "language": state.language,
        "owner": state.owner,
        "created_at": state.created_at,
        "edited_at": state.edited_at,
        "edited_by": state.edited_by,
        "publish_at": state.publish_at,
        "published_at": state.published_at,
        "updated_at": state.live.updated_at if state.live else None,
        "unpublished_changes": state.unpublished_changes,
    }


# ---------------------------------------------------------------- create


def create(given: inputs.NewArticle, by: Person, at: datetime, claim: Claim | None = None) -> View:
    """A new draft. With a claim, a repeated request gets what the first one made.

    Raises Invalid, TooLarge, TranslationExists, IdempotencyConflict.
    """
    try:
        for _ in table.tries():
            if view := _create(given, by, at, claim):
                return view
    except Problem:
        # What the first request made may be what its repetition stumbles over: a translation exists only once.
        if claim and (first := claim.standing(at)):
            return as_created(first)
        raise
    raise Unavailable


def _create(given: inputs.NewArticle, by: Person, at: datetime, claim: Claim | None) -> View | None:
    """None when a key was taken, or a group moved on: then another try may do."""
    original = find(given.translation_of) if given.translation_of else None
    state, text = _new(given, by.id, at, original.group if original else None)
    writes = [
        desk.keep(state, None),
        desk.keep_text(state.id, text),
        _reserve(state),
        *desk.relist(None, state),
        *_join(state, original, by),
    ]
    claimed = claim.write(state.id, at) if claim else None
    try:
        table.transact([*writes, *([claimed] if claimed else [])])
    except table.Refused as refused:
        first = claim.result(refused, claimed) if claim and claimed else None
        return as_created(first) if first else None
    return View(state, text)


def as_created(article_id: str) -> View:
    """The article as its creation answered. Raises NotFound where it was deleted since."""
    state, _ = desk.load(article_id)
    text = desk.load_revision(article_id, 1)
    return View(_state(article_id, state.key, state.owner, text, state.group), text)


def _new(given: inputs.NewArticle, owner: str, at: datetime, group: str | None) -> tuple[State, Revision]:
    article_id = str(ULID.from_datetime(at))
    text = Revision(1, clock.stamp(at), owner, content(given, None))
    return _state(article_id, slugs.new_key(), owner, text, group or article_id), text


def _state(article_id: str, key: str, owner: str, text: Revision, group: str) -> State:
    return State(
        id=article_id,
        key=key,
        owner=owner,
        group=group,
        created_at=text.saved_at,
        edited_at=text.saved_at,
        edited_by=owner,
        **_named_in(text.content),
    )


def _named_in(content: Content) -> dict[str, Any]:
    """What a state repeats of its text, so that listings and slugs need not read it."""
    return {
        "headline": content["headline"],
        "section": content["section"],
        "language": content["language"],
        "words": content["words"],
    }


def _reserve(state: State) -> Write:
    item = {**keys.reserved(state.key), "entity": "key", "v": 1, "article": state.id}
    return table.put(settings.get().desk, item, table.ABSENT)


def body(given: inputs.Body) -> dict[str, str]:
    """The body as it is stored: its source, sanitised where that is HTML, and the HTML readers get.

    Raises Invalid, and TooLarge for HTML that could not be sent back.
    """
    try:
        html = markup.from_markdown(given.text) if given.format == "markdown" else markup.clean(given.text)
    except markup.TooDeep:
        raise invalid(
            "body.text",
            "too_deep",
            f"Tags are nested more than {markup.DEEPEST} deep, or entities more than {markup.MOST_ENTITIES}.",
        ) from None
    if markup.is_empty(html):
        raise invalid("body.text", "required", "Must not be empty.")
    if len(html.encode()) > MOST_HTML:
        raise TooLarge("The body's HTML takes more than 2 MiB.")
    text = given.text if given.format == "markdown" else html
    if len(text.encode()) > inputs.MAX_BODY_BYTES:  # could not be sent again with the next edit
        raise invalid("body.text", "too_long", f"At most {inputs.MAX_BODY_BYTES} bytes, also once it is sanitised.")
    return {"format": given.format, "text": text, "html": html}


def content(given: inputs.NewArticle, kept_words: str | None) -> Content:
    """What is stored of an article's fields. `kept_words` keep an address that readers already know."""
    fields = given.model_dump(exclude={"translation_of", "slug", "body"})
    its_body = body(given.body)
    return {
        **fields,
        "slug": given.slug,
        "words": given.slug or kept_words or slugs.words(given.headline),
        "body": its_body,
        "word_count": markup.word_count(its_body["html"]),
    }


# ---------------------------------------------------------------- translations


def find(reference: str) -> State:
    """The article that an id or a slug names. Raises Invalid for `translation_of`."""
    article_id: str | None = reference.upper()
    key = slugs.key_of(reference)
    if key:
        reserved = table.get(settings.get().desk, keys.reserved(key), consistent=True)
        article_id = reserved["article"] if reserved else article_id
    item = table.get(settings.get().desk, keys.state(str(article_id)), consistent=True)
    if item is None:
        raise _no_original()
    return desk.state_of(item)


def _no_original() -> Problem:
    return invalid("translation_of", "unknown_article", "There is no such article.")


def _join(state: State, original: State | None, by: Person) -> Iterator[Write]:
    """The writes that put an article into the group of the one it translates, as that one stands."""
    if original is None:
        return
    if original.status != "published" and original.owner != by.id and roles.reach(by.role, "write") != roles.ALL:
        raise _no_original()
    group = translations.load(original.group)
    joining = [state] if original.id in group.members else [original, state]
    yield table.check(settings.get().desk, keys.state(original.id), "#version = :version", version=original.version)
    yield from translations.join(group, *joining)


# ---------------------------------------------------------------- save


def save(article_id: str, version: int, patch: dict[str, Any], by: Person, at: datetime) -> View:
    """A JSON merge patch (RFC 7396) on the newest text; readers keep what is published.

    Raises VersionConflict, Invalid, TooLarge, TranslationExists.
    """
    state, text = desk.opened(article_id, by, "write", version)
    given = inputs.check(inputs.NewArticle, merged({**text.content, "translation_of": _translates(state)}, patch))
    if given.slug:  # a whole slug, sent back as it was read, is taken for its words
        given = given.model_copy(update={"slug": given.slug.removesuffix(f"-{state.key}")})
    kept = text.content["words"] if state.published_at and patch.get("slug", "") is not None else None
    fresh = content(given, kept)
    if fresh == text.content and given.translation_of == _translates(state):
        return View(state, text)
    return _save(state, fresh, given.translation_of, by, at)


def restore(article_id: str, version: int, n: int, by: Person, at: datetime) -> View:
    """Makes an older text the newest one again. Raises VersionConflict, NotFound."""
    state, _ = desk.opened(article_id, by, "write", version)
    old = desk.load_revision(article_id, n)
    return _save(state, old.content, _translates(state), by, at)


def _translates(state: State) -> str | None:
    return None if state.group == state.id else state.group


def merged(content: Content, patch: dict[str, Any]) -> dict[str, Any]:
    """The input that would have made the patched content. A null takes a field back to its default."""
    known = {name: value for name, value in content.items() if name in inputs.NewArticle.model_fields}
    if unknown := [name for name in patch if name not in inputs.NewArticle.model_fields]:
        raise Invalid(errors=[FieldError(name[:100], "unknown_field", "Is not a field here.") for name in unknown[:50]])
    known["body"] = {name: value for name, value in content["body"].items() if name in inputs.Body.model_fields}
    result = _merge(known, patch)
    return {name: value for name, value in result.items() if value is not None}


def _merge(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict) and name != "topic":
            result[name] = _merge(result[name], value)
        else:
            result[name] = value
    return result


def _save(state: State, fresh: Content, translation_of: str | None, by: Person, at: datetime) -> View:
    text = Revision(state.revision + 1, clock.stamp(at), by.id, fresh)
    saved = state.changed(revision=text.n, edited_at=text.saved_at, edited_by=by.id, **_named_in(fresh))
    for _ in table.tries():
        after, group_writes = _regroup(state, saved, translation_of, by)
        state_write = desk.keep(after, state)
        writes = [state_write, desk.keep_text(state.id, text), *desk.relist(state, after), *group_writes]
        try:
            desk.commit(writes, state_write)
        except table.Refused:
            continue  # a group moved on
        return View(after, text)
    raise Unavailable


def _regroup(before: State, after: State, translation_of: str | None, by: Person) -> tuple[State, list[Write]]:
    """Joins, leaves or tells a group of translations what a save changed."""
    stays = translation_of == _translates(before)
    if stays and after.language == before.language:
        return after, []
    original = find(translation_of) if translation_of and not stays else None
    group = translations.load(before.group)
    if stays or (original and original.group == before.group):
        return after, list(translations.speak(group, after))
    if before.group != before.id or group.members:
        if before.published_at:
            raise WrongState("What was published stays with its translations.")
        if before.group == before.id:
            raise WrongState("Other articles are translations of this one.")
    moved = replace(after, group=original.group if original else before.id)
    return moved, [*translations.leave(group, before), *_join(moved, original, by)]


# ---------------------------------------------------------------- delete


def delete(article_id: str, version: int, by: Person, at: datetime) -> None:
    """Throws a draft away. Raises VersionConflict, and WrongState for what readers have had.

    The state goes first, in one transaction; texts left behind by a crash are never found again and cost pennies.
    """
    state, _ = desk.opened(article_id, by, "write", version)
    if state.published_at or state.status != "draft":
        raise WrongState("Only a draft that was never published or scheduled can be deleted.")
    store = settings.get().desk
    state_write = table.delete(store, keys.state(article_id), "#version = :version", version=version)
    writes = [
        state_write,
        table.delete(store, keys.reserved(state.key)),
        *desk.relist(state, None),
        desk.audit(state, "delete", by.id, at),
    ]
    translations.commit(writes, state_write, state.group, lambda group: translations.leave(group, state))
    texts = [table.delete(store, keys.revision(article_id, n)) for n in range(1, state.revision + 1)]
    for start in range(0, len(texts), table.MOST_WRITES):
        table.transact(texts[start : start + table.MOST_WRITES])


# ---------------------------------------------------------------- look through


def read(article_id: str, by: Person) -> View:
    """Raises NotFound, also for what this person may not see."""
    return View(*desk.load_seen(article_id, by))


def page(status: str, section: str, owner: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}` of summaries, newest first: one Query, then one BatchGetItem."""
    listing = keys.desk_listing(status, section, owner)
    after = cursors.decode(listing, cursor)
    entries = table.query(settings.get().desk, listing, after=after, backwards=True, limit=limit + 1, consistent=True)
    more = cursors.encode(listing, entries[limit - 1]["sk"]) if len(entries) > limit else None
    wanted = [keys.state(entry["sk"]) for entry in entries[:limit]]
    states = table.batch_get(settings.get().desk, wanted, consistent=True)
    found = [states[(key["pk"], key["sk"])] for key in wanted if (key["pk"], key["sk"]) in states]
    return {"items": [summary(desk.state_of(item)) for item in found], "next_cursor": more}


def revision(article_id: str, n: int, by: Person) -> dict[str, Any]:
    """One saved text with all its fields. Raises NotFound."""
    state = desk.seen(article_id, by)
    old = desk.load_revision(article_id, n)
    return {"n": old.n, "saved_at": old.saved_at, "saved_by": old.saved_by, **View(state, old).fields()}


def revisions(article_id: str, by: Person, cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}` of what was saved when and by whom, newest first."""
    desk.seen(article_id, by)
    partition = keys.desk(article_id)
    after = min(cursors.decode(partition, cursor) or keys.STATE, keys.STATE)
    rows = table.query(
        settings.get().desk,
        partition,
        after=after,
        backwards=True,
        limit=limit + 1,
        consistent=True,
        attributes=("sk", *SUMMARY),
    )
    more = cursors.encode(partition, rows[limit - 1]["sk"]) if len(rows) > limit else None
    return {"items": [{name: row[name] for name in SUMMARY} for row in rows[:limit]], "next_cursor": more}


def parse_patch(text: str) -> dict[str, Any]:
    """A merge patch is an object; anything else is refused as BadJson."""
    try:
        patch = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise BadJson("The body is not valid JSON.") from None
    if not isinstance(patch, dict):
        raise BadJson("The body must be a JSON object.")
    return patch
