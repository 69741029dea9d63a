"""Discussions: who may comment on an article until when, and how many comments it has.

One small item beside each article, so that a comment's request and a reader's poll never touch the article itself.
Publishing writes what it decides, `tally` the two numbers; neither writes the other's attributes, and comments none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from . import clock, keys, settings, site, slugs, table
from .errors import NothingPublished, Withdrawn

if TYPE_CHECKING:
    from datetime import datetime

    from .table import Item

Mode = Literal["open", "members", "first_held", "all_held", "closed"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Discussion:
    key: str
    article: str
    slug: str
    headline: str
    section: str
    published_at: str
    mode: Mode | None
    """The article's own; None is its section's or the site's."""
    close_after_days: int | None
    names: list[str]
    """Of the byline, folded: no guest may use them."""
    withdrawn: bool
    comments: int
    """Published ones, as far as `tally` has come."""
    revision: int
    """Moves with everything that readers see of the thread."""

    def mode_at(self, at: datetime) -> Mode:
        """Who may comment now."""
        rules = site.get().comments.of(self.section)
        days = rules.close_after_days if self.close_after_days is None else self.close_after_days
        if days is not None and at >= clock.parse(self.published_at) + timedelta(days=days):
            return "closed"
        return self.mode or rules.mode


def load(slug: str, *, consistent: bool = False) -> Discussion:
    """The discussion of the article that a slug's key finds. Raises NothingPublished, Withdrawn."""
    key = slugs.key_of(slug)
    item = (
        table.get(settings.get().site, keys.public_item(key, keys.DISCUSSION), consistent=consistent) if key else None
    )
    return open_of(item)


def open_of(item: Item | None) -> Discussion:
    """Raises NothingPublished, Withdrawn."""
    if item is None:
        raise NothingPublished
    found = discussion_of(item)
    if found.withdrawn:
        raise Withdrawn
    return found


def discussion_of(item: Item) -> Discussion:
    fields = {name: value for name, value in item.items() if name in Discussion.__dataclass_fields__}
    return Discussion(**fields, key=keys.id_of(item["pk"]))
