"""What readers' reads cost: a beacon through its handler, and the pass of every five minutes over quiet, busy and made-up reads.

`python -m bench.reads`, on the real engine; units by the size of items, as DynamoDB counts them. *Busy* is shaped like the
busiest five minutes of a big portal: 305 articles in 617 rows. *Made up* fills all that a pass takes in. The pass is
measured without the lists of single articles, which it chooses anew for at most 200.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench import stand
from local import http_events
from local.triggers import Route
from tests.meter import Meter

if TYPE_CHECKING:
    from local.template import Template
    from tests.meter import Call

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
chance = random.Random(5)  # noqa: S311  the same each time


async def main() -> None:
    async with stand.standing("ReadsFunction") as template:
        _measure(template)


def _measure(template: Template) -> None:
    from broadsheet import reads, table

    meter = Meter()
    meter.attach(table.client())
    print("reads, on the real engine:  python -m bench.reads")
    _beacons(template, meter)
    names = ["".join(chance.choices(ALPHABET, k=8)) for _ in range(2_000)]
    _cards(names)
    _pass("quiet: nobody reads", 1, [], meter)
    busy = [(name, names[:305], 4) for name in names[:305]]
    _pass("the same after a first pass", 2, [], meter)
    _pass("busy: 617 rows", 3, (busy * 3)[:617], meter)
    _pass("busy, once more", 4, (busy * 3)[:617], meter)
    made_up = reads.MOST_PAIRS // (reads.MOST_ROWS * reads.SHARDS) + 1
    flood = [(names[n % 2_000], names, made_up) for n in range(reads.MOST_ROWS * reads.SHARDS)]
    _pass("made up: 16,000 rows, 300,000 pairs", 5, flood, meter)


def _told(name: str, calls: list[Call], seconds: float) -> None:
    read, written = sum(call.read_units for call in calls), sum(call.write_units for call in calls)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  {name:36} {len(calls):5} calls {read:7} read {written:6} write units {seconds:7.3f} s, peak {peak} MB")


def _beacons(template: Template, meter: Meter) -> None:
    slugs = [_publish(n) for n in range(4)]
    handler = stand.handler(template, "ReadsFunction")
    body = json.dumps({"before": slugs[1:]}).encode()
    headers = [("host", "news.example"), ("content-type", "text/plain;charset=UTF-8")]
    for name in ("an instance's first beacon of a day", "its next one"):
        request = http_events.Request("POST", f"/v1/articles/{slugs[0]}/reads", "", headers, body, "203.0.113.9", 443)
        event = http_events.event(request, Route("POST", "/v1/articles/{slug}/reads"), {"slug": slugs[0]})
        with meter.measuring() as calls:
            began = time.process_time()
            answer = handler(event, None)
            taken = time.process_time() - began
        assert answer["statusCode"] == 204, answer
        _told(name, calls, taken)


def _pass(name: str, number: int, rows: list[tuple[str, list[str], int]], meter: Meter) -> None:
    """`rows`: an article, of which others its readers come, and from how many in one row."""
    from broadsheet import front, keys, popular, reads, settings, table
    from broadsheet.ranking import popularity

    began = BEGAN + number * popularity.SLOT
    for n, (key, others, many) in enumerate(rows):
        place = keys.read_entry(popularity.slot(began), n * reads.SHARDS // len(rows), key)
        pairs = {
            f"{keys.AFTER if m else keys.LATER}{other}": m + 1 for m, other in enumerate(chance.sample(others, many))
        }
        item = {**place, "entity": "reads", "v": 1, "section": "world", "expires_at": 1, "n": many, **pairs}
        table.write(table.put(settings.get().index, item))
    at = began + popularity.SLOT + timedelta(seconds=15)
    with meter.measuring() as calls:
        start = time.monotonic()
        popular.count(at)
        popular.prepare(at)
        front.refresh(at)
        taken = time.monotonic() - start
    _told(name, calls, taken)


def _cards(names: list[str]) -> None:
    from broadsheet import keys, settings, table

    for name in names:
        card = {
            "id": name,
            "slug": f"words-of-a-headline-as-long-as-they-are-{name}",
            "headline": "A headline of some sixty letters, as they are on a front page",
            "standfirst": "And below it a sentence of what it is about, which is about twice as long as the headline is.",
            "section": {"slug": "world", "name": "World"},
            "language": "en",
        }
        item = {**keys.card(name), "entity": "card", "v": 1, "json": json.dumps(card)}
        table.write(table.put(settings.get().site, item))


def _publish(number: int) -> str:
    from broadsheet import clock, drafts, inputs, publishing
    from broadsheet.roles import Person

    given = {
        "headline": f"What a read costs, part {number}",
        "section": "politics",
        "byline": [{"name": "Ada Quist"}],
        "body": {"format": "markdown", "text": "Measured, not guessed."},
    }
    editor = Person("01K0000000000000000000000A", "editor", "Bench")
    view = drafts.create(inputs.check(inputs.NewArticle, given), editor, clock.now())
    return publishing.publish(view.state.id, 1, editor, clock.now()).state.slug


if __name__ == "__main__":
    asyncio.run(main())
