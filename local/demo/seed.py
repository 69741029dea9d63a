"""`python -m local.demo.seed demo|none <data folder>`: the local accounts, and with `demo` the demo newsroom.

The one idea: each article is brought forward from whatever state it is found in, so a seed that was killed half-way is
finished by the next one without doubles. Everything goes through the code that serves requests; nothing is written past
it. What was seeded once is left to its readers: deleted or changed, it stays so.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from broadsheet import desk, drafts, inputs, picking, publishing, settings, table

from local import accounts, durable, tether
from local.demo import manuscripts, readers, visits, weekdays

if TYPE_CHECKING:
    from broadsheet.drafts import View
    from broadsheet.roles import Person

    from local.demo.manuscripts import Manuscript

WRITING = timedelta(minutes=50)
"""From the first draft to publishing."""
SECOND_THOUGHTS = timedelta(minutes=90)
"""From publishing to a correction or another address."""
PICKED = (
    "ministers-diaries", "flax-revival", "weighing-house-review", "salt-clerk-wins",
    "acuerdo-orrin", "farol-de-plata", "travesia-sund",
)  # fmt: skip


def main(seed: str, data: Path) -> None:
    tether.to_parent()
    now = datetime.now(UTC)
    people = accounts.ensure(now)
    done = data / "seeded.json"
    if seed != "demo" or durable.read(done, None) == _table_made_at():
        return
    began = time.monotonic()
    articles = newsroom(people["editor"], now)
    pick(articles, people["editor"], now)
    comments = readers.discuss(articles, now)
    read = visits.come(articles, now)
    durable.write(done, _table_made_at())
    print(
        f"{len(articles)} articles, {comments} comments, {read} reads in {time.monotonic() - began:.1f} s", flush=True
    )


def newsroom(editor: Person, now: datetime) -> dict[str, str]:
    """Seeds every manuscript; the articles' ids by the names of those."""
    texts = manuscripts.read()
    ids = _ids_by_headline()
    known = {text.name: ids[text.headline] for text in texts if text.headline in ids}
    for text in texts:
        if text.name not in known:
            known[text.name] = _create(text, known, editor, now).state.id
        _bring_forward(text, known[text.name], editor, now)
    return known


def pick(articles: dict[str, str], editor: Person, now: datetime) -> None:
    """What the editors have on the front, unless somebody has picked already."""
    version, _ = picking.read()
    if not version:
        picked = {"items": [{"article": articles[name]} for name in PICKED]}
        picking.replace(version, inputs.check(inputs.Picks, picked), editor, now)


def _table_made_at() -> str:
    """Which life of the database this is: moto begins a new one at every start."""
    answer = table.client().describe_table(TableName=settings.get().desk)
    return str(answer["Table"]["CreationDateTime"])


def _ids_by_headline() -> dict[str, str]:
    found: dict[str, str] = {}
    cursor: str | None = None
    while True:
        page = drafts.page("", "", "", cursor, 50)
        found |= {item["headline"]: item["id"] for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def _published_at(text: Manuscript, now: datetime) -> datetime:
    """Not all at the same minute of the hour."""
    return now - timedelta(hours=text.hours_ago or 0, minutes=crc32(text.name.encode()) % 50)


def _create(text: Manuscript, known: dict[str, str], editor: Person, now: datetime) -> View:
    fields: dict[str, Any] = {**text.given, "body": {"format": "markdown", "text": text.body}}
    if text.translation_of:
        fields["translation_of"] = known[text.translation_of]
    if text.old_slug:
        fields["slug"] = text.old_slug
    article = inputs.check(inputs.NewArticle, weekdays.moved(fields, now))
    return drafts.create(article, editor, at=_published_at(text, now) - WRITING)


def _bring_forward(text: Manuscript, article_id: str, editor: Person, now: datetime) -> None:
    """What is still missing of what the manuscript wants done."""
    state, _ = desk.load(article_id)
    published = _published_at(text, now)
    later = min(published + SECOND_THOUGHTS, now)
    if text.draft or state.status in {"scheduled", "withdrawn"}:
        return
    if text.publish_in_hours is not None:
        due = now + timedelta(hours=text.publish_in_hours)
        publishing.schedule(article_id, state.version, due, editor, at=now)
        return
    if state.status == "draft":
        state = publishing.publish(article_id, state.version, editor, at=published).state
    if text.old_slug and state.words == text.old_slug:
        state = drafts.save(article_id, state.version, {"slug": None}, editor, at=later).state
    if state.unpublished_changes:
        state = publishing.publish(article_id, state.version, editor, at=later).state
    for correction in text.corrections[len(state.corrections) :]:
        given = inputs.check(inputs.Correction, weekdays.moved(correction, now))
        state = publishing.correct(article_id, state.version, given, editor, at=later).state


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
