"""From an article's ranked neighbours to the two lists a reader sees, each entry with the reason why it is there.

More about: its story, then what is near it in text and time, then its topic. You may also like: what its readers went on to
read, then what else is near it, diversified.
Editors' pins come first and their bans are last; nothing stands in both lists; nothing is the article itself or a translation
of it. Lists stay within the article's language unless the page would have too little on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from .index import Choice, Facts, Lists, Wishes
from .words import base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .near import Near

SAME_STORY = "same_story"
SAME_TOPIC = "same_topic"
WENT_ON = "readers_went_on"
SIMILAR = "similar"
POPULAR = "popular_now"
PICK = "editors_pick"

ROOM = 10
"""Entries in a list."""
STORY_SCORE, STORY_COSINE = 0.3, 0.2
"""Fitted on half of the labelled stories; the other half is in docs/ranking.md."""
APART_COSINE = 0.35
"""Of two that have a topic each, and not the same: editors have said that they are two stories. A small or local paper's
articles share its places and people, which are rare words anywhere else."""
STORY_DAYS = timedelta(days=30)
"""A topic that goes on chains its articles together; a story ends."""
BAND = 0.05
"""Scores this close are equal: among equals the newest development comes first."""
NEAR_SCORE = 0.1
"""Below it, another article of the topic, or one that many read, is the better offer."""
MOST_WENT_ON = 5
"""Of a list; the rest is for what its readers do not know yet."""
RELEVANCE = 0.7
"""The lambda of MMR: what relevance weighs against novelty."""
ENOUGH = 5
"""Entries that make a list. Only a shorter one takes in, up to this, what is not really near, and then other languages."""


@dataclass(frozen=True)
class Neighbour:
    facts: Facts
    score: float
    cosine: float
    near: Near = ()


@dataclass(frozen=True)
class Pool:
    """What there is to choose from, all of it live."""

    neighbours: Sequence[Neighbour] = ()
    """By score, best first."""
    topic: Sequence[Facts] = ()
    """Newest first."""
    went_on: Sequence[tuple[Facts, float]] = ()
    """What its readers went on to read, with positive scores, best first."""
    pinned: Mapping[str, Facts] = field(default_factory=dict)

    def only(self, fits: Callable[[Facts], bool]) -> Pool:
        return Pool(
            [neighbour for neighbour in self.neighbours if fits(neighbour.facts)],
            [facts for facts in self.topic if fits(facts)],
            [(facts, score) for facts, score in self.went_on if fits(facts)],
            {name: facts for name, facts in self.pinned.items() if fits(facts)},
        )


Offer = tuple[str, Facts]
"""Why, and what."""


def choose(this: Facts, pool: Pool, wishes: Wishes | None = None, room: int = ROOM) -> Lists:
    wishes = wishes or Wishes()
    pool = pool.only(lambda facts: not _same(facts, this) and facts.id not in wishes.never)
    own = pool.only(lambda facts: _tongue(facts) == _tongue(this))
    foreign = pool.only(lambda facts: _tongue(facts) != _tongue(this))
    elsewhere = set(wishes.you_may_also_like) - set(wishes.more_about)
    about, about_foreign = (_about(this, part.only(lambda facts: facts.id not in elsewhere)) for part in (own, foreign))
    seen: set[str] = set()
    more = list(islice(_new([*_pins(pool, wishes.more_about), *about], seen), room))
    own = own.only(lambda facts: not _names(facts) & seen)
    like = list(islice(_new([*_pins(pool, wishes.you_may_also_like), *_liked(own)], seen), room))
    like += islice(_new(_distant(own), seen), max(0, min(ENOUGH, room) - len(like)))
    more += islice(_new(about_foreign, seen), max(0, ENOUGH - len(more) - len(like)))
    foreign = foreign.only(lambda facts: not _names(facts) & seen)
    like += islice(_new(_liked(foreign), seen), max(0, ENOUGH - len(more) - len(like)))
    groups = frozenset(facts.group for _, facts in (*more, *like) if facts.group)
    return Lists(_choices(more), _choices(like), groups=groups)


def _same(one: Facts, other: Facts) -> bool:
    return one.id == other.id or (one.group is not None and one.group == other.group)


def _tongue(facts: Facts) -> str:
    return base(facts.language)


def _choices(offers: Iterable[Offer]) -> tuple[Choice, ...]:
    return tuple(Choice(facts.id, why) for why, facts in offers)


def _new(offers: Iterable[Offer], seen: set[str]) -> Iterator[Offer]:
    """Those that were not seen yet, seen from now on."""
    for why, facts in offers:
        if not _names(facts) & seen:
            seen |= _names(facts)
            yield why, facts


def _names(facts: Facts) -> set[str]:
    return {facts.id, facts.group or facts.id}


# ---------------------------------------------------------------- offers


def _pins(pool: Pool, wanted: Iterable[str]) -> list[Offer]:
    return [(PICK, pool.pinned[name]) for name in wanted if name in pool.pinned]


def _about(this: Facts, pool: Pool) -> Iterator[Offer]:
    """Its story; then what is near it in text and time, of its topic or not; then the newest of its topic."""
    story = [neighbour for neighbour in pool.neighbours if same_story(this, neighbour)]
    near = [neighbour for neighbour in pool.neighbours if _in_time(this, neighbour) and neighbour.score >= NEAR_SCORE]
    yield from ((SAME_STORY, facts) for facts in _newest_among_equals(story))
    for facts in _newest_among_equals(near):
        yield SAME_TOPIC if _same_topic(this, facts) else SIMILAR, facts
    yield from ((SAME_TOPIC, facts) for facts in pool.topic)


def _newest_among_equals(found: Iterable[Neighbour]) -> Iterator[Facts]:
    newest = sorted(found, key=lambda one: one.facts.place, reverse=True)
    return (one.facts for one in sorted(newest, key=lambda one: one.score // BAND, reverse=True))


def same_story(this: Facts, other: Neighbour) -> bool:
    least = APART_COSINE if _apart(this, other.facts) else STORY_COSINE
    return _in_time(this, other) and other.score >= STORY_SCORE and other.cosine >= least


def _same_topic(this: Facts, other: Facts) -> bool:
    return this.topic is not None and this.topic == other.topic


def _apart(this: Facts, other: Facts) -> bool:
    """Whether editors have put them under two topics."""
    return this.topic is not None and other.topic is not None and this.topic != other.topic


def _in_time(this: Facts, other: Neighbour) -> bool:
    return abs(this.published_at - other.facts.published_at) <= STORY_DAYS


def _liked(pool: Pool) -> Iterator[Offer]:
    cosines = {neighbour.facts.id: dict(neighbour.near) for neighbour in pool.neighbours}
    chosen: list[Facts] = []
    similar = [(neighbour.facts, neighbour.score) for neighbour in pool.neighbours if neighbour.score >= NEAR_SCORE]
    for why, offers, at_most in ((WENT_ON, pool.went_on, MOST_WENT_ON), (SIMILAR, similar, ROOM)):
        for facts in islice(diverse(offers, cosines, chosen), at_most):
            chosen.append(facts)
            yield why, facts


def _distant(pool: Pool) -> Iterator[Offer]:
    """What is not really near, best first: in one's own language it is still better than what one cannot read."""
    return ((SIMILAR, neighbour.facts) for neighbour in pool.neighbours if neighbour.score < NEAR_SCORE)


def diverse(
    offers: Sequence[tuple[Facts, float]], cosines: Mapping[str, Mapping[str, float]], chosen: Sequence[Facts]
) -> Iterator[Facts]:
    """Maximal marginal relevance (Carbonell and Goldstein, 1998): the next is who has the highest
    0.7 * score / best score - 0.3 * the highest cosine with one that is chosen. Unknown cosines are 0.
    """
    top = max((score for _, score in offers), default=1)
    left = {facts.id: (facts, score / top) for facts, score in offers}
    repeats = {name: max((_cosine(cosines, name, other.id) for other in chosen), default=0) for name in left}
    while left:
        best = min(left, key=lambda name: ((1 - RELEVANCE) * repeats[name] - RELEVANCE * left[name][1], name))
        yield left.pop(best)[0]
        for name in left:
            repeats[name] = max(repeats[name], _cosine(cosines, name, best))


def _cosine(cosines: Mapping[str, Mapping[str, float]], one: str, other: str) -> float:
    return cosines.get(one, {}).get(other) or cosines.get(other, {}).get(one) or 0.0
