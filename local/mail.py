"""The mail box of the local run: what would have been sent, as files in the data folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def sent(data: Path, to: str | None = None) -> list[dict[str, Any]]:
    """Newest first: `to`, `subject`, `text`, `html`, `sent_at`."""
    found = [json.loads(path.read_text("utf-8")) for path in (data / "mail").glob("*.json")]
    mine = [mail for mail in found if to is None or mail["to"].casefold() == to.casefold()]
    return sorted(mine, key=lambda mail: str(mail["sent_at"]), reverse=True)
