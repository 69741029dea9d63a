"""Why an article stands in a list, in words, in the language of the article it stands under."""

from __future__ import annotations

import json
from pathlib import Path

from .languages import parents

LISTS = ("more_about", "you_may_also_like")
REASONS = ("same_story", "same_topic", "readers_went_on", "similar", "popular_now", "editors_pick")
ABOUT = frozenset({"same_story", "same_topic", "editors_pick"})
"""Those that say that it is about the same, not only like it."""
WORDS: dict[str, dict[str, str]] = {
    language: dict(zip(REASONS, said, strict=True))
    for language, said in json.loads(Path(__file__).with_suffix(".json").read_text("utf-8")).items()
}
"""By language."""


def with_reason(card: str, why: str, language: str) -> str:
    """A card's JSON with why it stands where it stands, in data and in words."""
    said = json.dumps(words(why, language), ensure_ascii=False)
    return f'{card[:-1]},"why":"{why}","why_text":{said}}}'


def words(why: str, language: str) -> str:
    """In the language, a parent, or English."""
    return next(WORDS[tag] for tag in (*parents(language), "en") if tag in WORDS)[why]
