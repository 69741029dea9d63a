"""Mail: what stands in the outbox is rendered and sent, at least once; twice only when a crash falls between sending and
noting it.

Whoever delivers leases the mail first, so two deliveries of one record do not both send. The token is minted here, at the
last moment: only its hash is stored, and the token itself is nowhere but in the mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import clock, keys, languages, settings, site, table, tokens
from .pages import urls

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Environment

    from .table import Item

TEMPLATES = Path(__file__).parent / "mails"
LINKS = {"verify": "verify", "confirm_email": "verify", "reset": "reset"}
"""The page that a mail's link opens. The token stands behind the #: it is in no server's log, and no scanner spends it."""
LEASE = 15
"""Seconds in which one delivery is expected to be done."""


class Leased(Exception):  # noqa: N818
    """Somebody else is sending this mail just now."""


class NotSent(Exception):  # noqa: N818
    """The mail service did not take it. Says why in its code only: its own words name the address."""


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


def deliver(mail_id: str, at: datetime) -> None:
    """Sends a waiting mail; one that is sent, or gone, is nothing to do. Raises Leased, NotSent."""
    store, key = settings.get().accounts, keys.mail(mail_id)
    mail = table.get(store, key, consistent=True)
    if mail is None or mail["state"] != "waiting":
        return
    if mail["kind"] == "nothing":
        table.write(table.delete(store, key))
        return
    _lease(key, at)
    try:
        _send(mail["to"], rendered(mail, _link(mail, at)))
    except Exception:  # raised again: only the lease is given back, so that the next try need not wait for its end
        table.write(table.update(store, key, "REMOVE #leased_until"))
        raise
    sent = "SET #state = :sent, #sent_at = :at REMOVE #to"
    table.write(table.update(store, key, sent, sent="sent", at=clock.stamp(at)))


def _lease(key: keys.Key, at: datetime) -> None:
    now = clock.epoch(at)
    free = "#state = :waiting AND (attribute_not_exists(#leased_until) OR #leased_until <= :now)"
    until = table.update(
        settings.get().accounts, key, "SET #leased_until = :until", free, until=now + LEASE, now=now, waiting="waiting"
    )
    try:
        table.write(until)
    except table.Refused:
        raise Leased from None


def _link(mail: Item, at: datetime) -> str:
    page = LINKS.get(mail["kind"])
    if page is None:
        return ""
    token = tokens.mint(mail, at)
    return f"{settings.get().site_origin}/{page}#token={token}"


def rendered(mail: Item, link: str) -> Rendered:
    """The mail in the reader's language, or the site's where there is none."""
    language = _language(mail["language"])
    given = {
        "site": site.get().text(site.get().name, language),
        "origin": settings.get().site_origin,
        "pages": urls.absolute(urls.Links(site.get().nearest(language)).prefix),
        "link": link,
        "language": language,
    }
    whole = _templates().get_template(f"{language}/{mail['kind']}.txt").render(given)
    subject, _, text = whole.partition("\n\n")
    paragraphs = text.strip().split("\n\n")
    html = _templates().get_template("layout.html").render(given, subject=subject, paragraphs=paragraphs)
    return Rendered(subject, f"{text.strip()}\n", html)


def _language(tag: str) -> str:
    for wanted in (*languages.parents(tag), site.get().language):
        if (TEMPLATES / wanted).is_dir() and wanted.isalpha():
            return wanted
    return "en"


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _send(to: str, mail: Rendered) -> None:
    body: dict[str, Any] = {
        "Text": {"Data": mail.text, "Charset": "UTF-8"},
        "Html": {"Data": mail.html, "Charset": "UTF-8"},
    }
    try:
        table.client("sesv2").send_email(
            FromEmailAddress=settings.get().mail_sender,
            Destination={"ToAddresses": [to]},
            Content={"Simple": {"Subject": {"Data": mail.subject, "Charset": "UTF-8"}, "Body": body}},
        )
    except Exception as error:  # its words name the address, whatever went wrong; its code does not
        refused = getattr(error, "response", {}).get("Error", {}).get("Code")
        raise NotSent(refused or type(error).__name__) from None
