"""What is read most, what rises, what is discussed most, and what editors pick: lists for everybody, prepared.

A pass comes every five minutes. It counts the reads of the five minutes that ended since the last one, chooses the lists,
and stores those that changed with their cards, for the site, each section and each language: a reader's request is one
GetItem. A pass may come twice, late, or die anywhere: the next one does what it left.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from . import coreading, discussed, front, keys, prepared, reads, settings, site, spans, table
from .errors import Unavailable
from .prepared import LISTED, Card, Listed
from .ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

SPANS: tuple[discussed.Span, ...] = get_args(discussed.Span)
RANKED = 200
"""Articles that are ranked for a list: more than it shows, so that each section finds its own among them."""
SETTLED = timedelta(seconds=10)
"""After the end of five minutes: whatever began in them has been written by then."""
COUNTING = 10.0
"""Seconds after which a pass begins no further slot: lists are chosen even when there is more to count than it can."""
AT_ONCE = 100


# ---------------------------------------------------------------- counting


def count(at: datetime) -> None:
    """Counts what was read since the last pass."""
    began = time.monotonic()
    for until in _ended(at):
        count_slot(until, at)
        if time.monotonic() - began > COUNTING:
            return


def count_slot(until: datetime, at: datetime) -> None:
    """Counts the five minutes that end at `until`: once, however often it is done, and done when the last line is."""
    name = popularity.slot(until - popularity.SLOT)
    slot = reads.of(name)
    coreading.count(slot, until)
    spans.sum_up(name, slot, at)
    coreading.move_on(slot, until)


def lately() -> list[str]:
    """The articles read, or left for another, in the last ten minutes that were counted, most first.

    Ten and not five, so that those of a pass that died are among them.
    """
    until = coreading.counted_until()
    if until is None:
        return []
    return popularity.most(spans.touched([until - popularity.SLOT, until - 2 * popularity.SLOT]), RANKED)


def minutes_behind(at: datetime) -> int:
    """How long ago the last five minutes ended that are counted; 0 before there were any."""
    until = coreading.counted_until()
    return int((at - until).total_seconds() // 60) if until else 0


def _ended(at: datetime) -> list[datetime]:
    """The ends of the five minutes that are over and not counted yet, oldest first. Whatever is a day old is gone.

    Before anything was counted: the last two, for the first tick may come that long after the first reader.
    """
    settled = at - SETTLED
    last = settled.replace(minute=settled.minute // 5 * 5, second=0, microsecond=0)
    counted = coreading.counted_until()
    first = max(counted + popularity.SLOT, last - reads.KEPT) if counted else last - popularity.SLOT
    return [first + n * popularity.SLOT for n in range((last - first) // popularity.SLOT + 1)]


# ---------------------------------------------------------------- choosing


def prepare(at: datetime) -> None:
    """Chooses the lists anew, and stores those that are not what they were.

    Where another builder was faster, or an article was withdrawn while its card was being written, it looks again.
    """
    for _ in table.tries():
        lists, cards = _chosen(at)
        stored = _stored({one: [cards[key] for key in found] for one, found in lists.items()}, at)
        if stored is not None and _still_there({key for one in stored for key in lists[one]}):
            return
    raise Unavailable


def _still_there(members: set[str]) -> bool:
    """Whoever withdraws an article after this look finds it in the lists, and takes it out."""
    return _cards(members).keys() == members


def _chosen(at: datetime) -> tuple[dict[Listed, list[str]], dict[str, Card]]:
    """The articles of every list, best first, and their cards."""
    ranked = dict(_ranked(at))
    cards = _cards(key for found in ranked.values() for key in found)
    facts = {key: json.loads(card.json) for key, card in cards.items()}
    lists = {}
    for one, found in ranked.items():
        live = [key for key in found if key in cards]
        lists[one] = live[:LISTED]
        for section in site.get().sections:
            fits = [key for key in live if facts[key]["section"]["slug"] == section]
            lists[one._replace(section=section)] = fits[:LISTED]
        for language in site.get().languages:
            fits = [key for key in live if site.get().edition(facts[key]["language"]) == language]
            lists[one._replace(language=language)] = fits[:LISTED]
    return lists, cards


def _stored(lists: Mapping[Listed, list[Card]], at: datetime) -> list[Listed] | None:
    """Stores the lists that do not stand as they are, and names them; None where another builder was in the way."""
    stand = _read([one.key for one in lists])
    standing = {one: stand.get((one.key["pk"], one.key["sk"])) for one in lists}
    changed = [one for one, cards in lists.items() if prepared.differs(cards, standing[one])]
    kept = [prepared.keep(one, lists[one], standing[one], at) for one in changed]
    return changed if all(kept) else None


def _ranked(at: datetime) -> Iterator[tuple[Listed, list[str]]]:
    """Each list's articles for the whole site, best first."""
    until = coreading.counted_until() or at
    read = {window: spans.of(window, until) for window in popularity.WINDOWS}
    total = {window: popularity.summed((counts, 1) for counts in read[window].values()) for window in read}
    for window, by_section in read.items():
        # Each section finds its own among these, each language most probably.
        first = {key for counts in by_section.values() for key in popularity.most(counts, 2 * LISTED)}
        first |= set(popularity.most(total[window], RANKED))
        yield Listed("most-read", window), sorted(first, key=lambda key: (-total[window][key], key))
    yield Listed("trending"), popularity.trending(total["1h"], total["24h"], RANKED)
    for span in SPANS:
        yield Listed("most-discussed", span), popularity.most(discussed.most(span, at), RANKED)
    yield Listed("picks"), front.picked(at)


def _cards(wanted: Iterable[str]) -> dict[str, Card]:
    """Their cards; what was withdrawn has none."""
    found = _read([keys.card(key) for key in sorted(set(wanted))])
    return {keys.id_of(pk): Card(item["json"], item.get("group")) for (pk, _), item in found.items()}


def _read(wanted: Sequence[keys.Key]) -> dict[tuple[str, str], table.Item]:
    found: dict[tuple[str, str], table.Item] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found |= table.batch_get(settings.get().site, wanted[start : start + AT_ONCE], consistent=True)
    return found
