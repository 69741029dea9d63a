"""The mail box of the local run: what would have been sent, as files in the data folder."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from . import durable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SERVICE = "/_local/ses"
"""Where the functions' own mail client finds what stands in for SES."""


def endpoint(origin: str) -> dict[str, str]:
    """What makes a function's mail client come here."""
    return {"AWS_ENDPOINT_URL_SESV2": f"{origin}{SERVICE}"}


def sent(data: Path, to: str | None = None) -> list[dict[str, Any]]:
    """Newest first: `to`, `subject`, `text`, `html`, `sent_at`."""
    found = [json.loads(path.read_text("utf-8")) for path in (data / "mail").glob("*.json")]
    mine = [mail for mail in found if to is None or mail["to"].casefold() == to.casefold()]
    return sorted(mine, key=lambda mail: str(mail["sent_at"]), reverse=True)


def receive(data: Path, request: Mapping[str, Any]) -> str:
    """Keeps what SES's SendEmail would send, a file for each reader; the message's id."""
    message_id = uuid.uuid4().hex
    content = request["Content"]["Simple"]
    for number, address in enumerate(request["Destination"]["ToAddresses"]):
        mail = {
            "to": address,
            "from": request["FromEmailAddress"],
            "subject": content["Subject"]["Data"],
            "text": content["Body"]["Text"]["Data"],
            "html": content["Body"]["Html"]["Data"],
            "sent_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        }
        durable.write(data / "mail" / f"{message_id}-{number}.json", mail)
    return message_id
