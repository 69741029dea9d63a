"""What a deployment decides: the environment a function was given. Read on first use, never at import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Settings:
    stage: str
    site_origin: str
    """Origin readers see, without a trailing slash. The only source of absolute URLs."""
    site: str
    desk: str
    accounts: str
    sessions: str
    index: str
    origin_secret_hashes: frozenset[str]
    """SHA-256 of what the CDN sends with each request; empty where there is no CDN."""
    mail_sender: str
    """What mail comes from: a name and an address that SES may use."""
    rebuild_queue: str
    """URL of the queue of pieces to rebuild; empty for functions that have nothing to do with it."""
    throttles: bool

    @property
    def cdn(self) -> bool:
        return bool(self.origin_secret_hashes)

    @property
    def local(self) -> bool:
        """Whether cookies must do without TLS. A plain origin alone, deployed by mistake, does not make them weaker."""
        return self.stage == "local" and self.site_origin.startswith("http://")


@cache
def get() -> Settings:
    return Settings(
        stage=_required("STAGE"),
        site_origin=_required("SITE_ORIGIN"),
        site=_required("SITE_TABLE"),
        desk=_required("DESK_TABLE"),
        accounts=_required("ACCOUNTS_TABLE"),
        sessions=_required("SESSIONS_TABLE"),
        index=_required("INDEX_TABLE"),
        origin_secret_hashes=frozenset(os.environ.get("ORIGIN_SECRET_HASHES", "").split(",")) - {""},
        mail_sender=_required("MAIL_SENDER"),
        rebuild_queue=os.environ.get("REBUILD_QUEUE", ""),
        throttles=os.environ.get("THROTTLES", "on") != "off",
    )


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"environment variable {name} is missing")
    return value
