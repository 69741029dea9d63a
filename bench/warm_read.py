"""A warm read: processor time of `GET /v1/articles/{slug}` through its handler, over the bare Query that it makes.

`python -m bench.warm_read`: 1,000 words, 5 FAQ, two lists of 20 cards, on the real engine; both in this process, so that
the Query's own cost is in both. Also what gzip in the function adds, which a deployment without a CDN pays, and an
article large enough to be stored compressed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench import stand
from local import http_events
from local.triggers import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.template import Template

ROUNDS, CALLS = 30, 40


async def main() -> None:
    async with stand.standing("ArticlesFunction") as template:
        _measure(template)


def _measure(template: Template) -> None:
    from broadsheet import articles, table

    handler = stand.handler(template, "ArticlesFunction")
    print(
        f"warm read, processor time, median of {ROUNDS} rounds of {CALLS} calls, alternating:  python -m bench.warm_read"
    )
    for words, gzip, note in ((1_000, False, "aim <= 1.25"), (1_000, True, ""), (6_000, False, "stored compressed")):
        slug = _publish(words)
        event = _event(slug, gzip=gzip)

        def read(event: Any = event) -> Any:
            articles.forget()
            return handler(event, None)

        def query(slug: str = slug) -> None:
            table.client().query(
                TableName=template.tables["SiteTable"].physical_name,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"ARTICLE#{slug.rpartition('-')[2]}"}},
            )

        answer = read()
        assert answer["statusCode"] == 200, answer
        bare, whole = _compared(query, read)
        name = f"{words} words{', gzip in the function' if gzip else ''}"
        print(f"  {name:32} {bare * 1e3:5.2f} ms Query, {whole * 1e3:5.2f} ms answer  x {whole / bare:4.2f}  {note}")


def _compared(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[float, float]:
    times: dict[str, list[float]] = {"one": [], "other": []}
    for _ in range(ROUNDS):
        for name, call in (("one", one), ("other", other)):
            gc.collect()
            began = time.process_time()
            for _ in range(CALLS):
                call()
            times[name].append((time.process_time() - began) / CALLS)
    return statistics.median(times["one"]), statistics.median(times["other"])


def _publish(words: int) -> str:
    """An article as publishing stores it, with two lists beside it as another function will store them."""
    import zlib

    from broadsheet import clock, drafts, inputs, keys, listings, publishing, settings, table
    from broadsheet.roles import Person

    rng = random.Random(words)  # noqa: S311
    text = " ".join("".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(words))
    given = {
        "headline": "What one thousand words cost to read",
        "standfirst": "Measured, not guessed, with the command beside the number.",
        "section": "politics",
        "topic": "Costs",
        "byline": [{"name": "Ada Quist", "slug": "ada-quist"}],
        "body": {"format": "markdown", "text": "\n\n".join(text[i : i + 500] for i in range(0, len(text), 500))},
        "faq": [{"question": f"Question {n}?", "answer": text[n * 50 : n * 50 + 250]} for n in range(1, 6)],
    }
    editor = Person("01K0000000000000000000000A", "editor", "Bench")
    view = drafts.create(inputs.check(inputs.NewArticle, given), editor, clock.now())
    view = publishing.publish(view.state.id, 1, editor, clock.now())
    card = json.loads(listings.page(keys.listing(), None, 1))["items"][0]
    lists = json.dumps({"more_about": [card] * 20, "you_may_also_like": [card] * 20})
    item = {
        **keys.public_item(view.state.key, keys.LISTS),
        "entity": "lists",
        "v": 1,
        "json": zlib.compress(lists.encode()),
    }
    table.write(table.put(settings.get().site, item))
    return view.state.slug


def _event(slug: str, *, gzip: bool) -> dict[str, Any]:
    headers = [("host", "news.example"), *([("accept-encoding", "gzip")] if gzip else [])]
    request = http_events.Request("GET", f"/v1/articles/{slug}", "", headers, b"", "203.0.113.9", 443)
    return http_events.event(request, Route("GET", "/v1/articles/{slug}"), {"slug": slug})


if __name__ == "__main__":
    asyncio.run(main())
