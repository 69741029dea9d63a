"""The pages a person sees under `/_local`: plain HTML, no script, nothing fetched from elsewhere."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .gateway import System
    from .template import Function

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1, h2 { line-height: 1.2 } h2 { margin-top: 2.2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line) }
code, pre { font: .9em/1.5 ui-monospace, monospace } pre { background: var(--soft); padding: .8rem; overflow-x: auto }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 6px } article h2 { margin: 0 } article { border-bottom: 1px solid var(--line); padding: 1rem 0 }
"""


def page(title: str, *parts: str, style: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>{STYLE}{style}</style></head>'
        f"<body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def overview(system: System) -> str:
    return page(
        "Broadsheet on this machine",
        f"<p>Data is kept in <code>{escape(str(system.data))}</code>; the database is {escape(system.engine)}.</p>",
        _links(),
        "<h2>Accounts</h2>",
        f"<p>Password of all of them: <code>{escape(system.password)}</code></p>" if system.password else "",
        _table(("address", "role"), ((escape(address), escape(role)) for address, role in system.accounts)),
        "<h2>Functions</h2>",
        _table(
            ("function", "woken by", "workers", "answers", "errors"),
            (
                (
                    escape(name),
                    _triggers(pool.function),
                    str(pool.running),
                    str(pool.counts["answers"]),
                    str(pool.counts["errors"]),
                )
                for name, pool in system.workers.pools.items()
            ),
        ),
        "<h2>Queues and events</h2>",
        _table(
            ("queue or rule", "waiting", "under way"),
            (
                (escape(name), str(length["waiting"]), str(length["under_way"]))
                for name, length in system.carriers.lengths().items()
            ),
        ),
        "<p>What waits in a queue that no function reads was given up; <code>/_local/events</code> shows it.</p>",
    )


def _links() -> str:
    links = {
        "/": "the newspaper, as its readers see it",
        "/docs": "the HTTP interface, documented",
        "/openapi.json": "the same for programs (OpenAPI 3.1)",
        "/v1/front": "the front as readers' clients get it",
        "/_local/mail": "mail that would have been sent",
        "/_local/events": "what streams, queues and events delivered, what was given up, invocations (JSON)",
    }
    items = (f'<li><a href="{path}"><code>{path}</code></a> {text}</li>' for path, text in links.items())
    return f"<ul>{''.join(items)}</ul>"


def _triggers(function: Function) -> str:
    lines = [
        *(route.key for route in function.routes),
        *(f"stream of {source.table}" for source in function.streams),
        *(schedule.expression for schedule in function.schedules),
        *(f"queue {source.queue}" for source in function.queues),
        *(f"events {source.name}" for source in function.rules),
    ]
    return "<br>".join(f"<code>{escape(line)}</code>" for line in lines)


def mailbox(items: Iterable[Mapping[str, Any]], origin: str, to: str | None) -> str:
    """The mails in the order given. `to` is whose they are, None for everybody's."""
    whose = f' to {escape(to)} (<a href="/_local/mail">to everybody</a>)' if to else ""
    mails = [_mail(mail, origin) for mail in items]
    return page(
        "Mail that would have been sent",
        f'<p>Newest first{whose}. Load this page again for what came since. <a href="/_local">What runs here</a></p>',
        *(mails or ["<p>None so far.</p>"]),
    )


def _mail(mail: Mapping[str, Any], origin: str) -> str:
    to, sent_at = escape(mail["to"]), escape(mail["sent_at"])
    return (
        f'<article><h2>{escape(mail["subject"])}</h2><p>to <a href="/_local/mail?to={quote(mail["to"])}">{to}</a>, '
        f'<time datetime="{sent_at}">{sent_at[:19].replace("T", " ")} UTC</time></p>'
        f"<pre>{_linked(mail['text'], origin)}</pre></article>"
    )


def _linked(text: str, origin: str) -> str:
    """The text as HTML, in which addresses of the site itself, and no others, can be followed."""
    ours = re.compile(rf"({re.escape(origin)}/[\w/#=&?%.-]*[\w/=-])", re.ASCII)
    parts = (escape(part) for part in ours.split(text))  # every second one is an address
    return "".join(f'<a href="{part}">{part}</a>' if n % 2 else part for n, part in enumerate(parts))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """`rows` are HTML already."""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{titles}</tr>{lines}</table>"
