"""What is read most, what rises, what is discussed most, and what editors pick: lists for everybody, prepared.

A pass comes every five minutes. It counts the reads of the five minutes that ended since the last one, chooses the lists,
and stores those that changed with their cards, for the site and for each section: a reader's request is one GetItem.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from . import coreading, discussed, front, keys, prepared, reads, settings, site, spans, table
from .prepared import LISTED, Listed
from .ranking import popularity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

SPANS: tuple[discussed.Span, ...] = get_args(discussed.Span)
RANKED = 200
"""Articles that are ranked for a list: more than it shows, so that each section finds its own among them."""
SETTLED = timedelta(seconds=10)
"""After the end of five minutes: whatever began in them has been written by then."""
CAUGHT_UP = 24
"""Slots that one pass counts at most, when others were missed."""
AT_ONCE = 100


# ---------------------------------------------------------------- counting


def count(at: datetime) -> list[str]:
    """Counts what was read since the last pass. Returns the articles read in the last five minutes, most first."""
    read: spans.Reads = {}
    for until in _ended(at):
        name = popularity.slot(until - popularity.SLOT)
        slot = reads.of(name)
        coreading.count(slot, until)
        spans.sum_up(name, slot.reads, at)
        coreading.move_on(slot, until)
        read = slot.reads
    return popularity.most(popularity.summed((counts, 1) for counts in read.values()), RANKED)


def _ended(at: datetime) -> list[datetime]:
    """The ends of the five minutes that are over and not counted yet, oldest first. What is a day old is gone."""
    settled = at - SETTLED
    last = settled.replace(minute=settled.minute // 5 * 5, second=0, microsecond=0)
    counted = coreading.counted_until()
    first = max(counted + popularity.SLOT, last - reads.KEPT) if counted else last
    waiting = min((last - first) // popularity.SLOT + 1, CAUGHT_UP)
    return [first + n * popularity.SLOT for n in range(waiting)]


# ---------------------------------------------------------------- choosing


def prepare(at: datetime) -> bool:
    """Chooses the lists anew, and stores those that are not what they were; whether there were any."""
    ranked = dict(_ranked(at))
    cards = _cards({key for found in ranked.values() for key in found})
    sections = {key: json.loads(card)["section"]["slug"] for key, card in cards.items()}
    lists = {}
    for one, found in ranked.items():
        live = [key for key in found if key in cards]
        lists[one] = live[:LISTED]
        for section in site.get().sections:
            lists[one._replace(section=section)] = [key for key in live if sections[key] == section][:LISTED]
    return _keep({one: [cards[key] for key in found] for one, found in lists.items()}, at)


def _keep(lists: Mapping[Listed, list[str]], at: datetime) -> bool:
    """Stores the lists that do not stand as they are; whether there were any."""
    stand = _read([one.key for one in lists])
    standing = {one: stand.get((one.key["pk"], one.key["sk"])) for one in lists}
    changed = [one for one, cards in lists.items() if prepared.differs(cards, standing[one])]
    for one in changed:
        prepared.keep(one, lists[one], standing[one], at)
    return bool(changed)


def _ranked(at: datetime) -> Iterator[tuple[Listed, list[str]]]:
    """Each list's articles for the whole site, best first."""
    until = coreading.counted_until() or at
    read = {window: spans.of(window, until) for window in popularity.WINDOWS}
    total = {window: popularity.summed((counts, 1) for counts in read[window].values()) for window in read}
    for window, by_section in read.items():
        # Whoever is among the first of the site is among the first of a section.
        first = {key for counts in by_section.values() for key in popularity.most(counts, 2 * LISTED)}
        yield Listed("most-read", window), sorted(first, key=lambda key: (-total[window][key], key))
    yield Listed("trending"), popularity.trending(total["1h"], total["24h"], RANKED)
    for span in SPANS:
        yield Listed("most-discussed", span), popularity.most(discussed.most(span, at), RANKED)
    yield Listed("picks"), front.picked(at)


def _cards(wanted: Iterable[str]) -> dict[str, str]:
    """Their cards as JSON; what was withdrawn has none."""
    found = _read([keys.card(key) for key in sorted(wanted)])
    return {keys.id_of(pk): item["json"] for (pk, _), item in found.items()}


def _read(wanted: Sequence[keys.Key]) -> dict[tuple[str, str], table.Item]:
    found: dict[tuple[str, str], table.Item] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found |= table.batch_get(settings.get().site, wanted[start : start + AT_ONCE], consistent=True)
    return found
