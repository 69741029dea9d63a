"""The CDN in front: what was withdrawn or put back is purged there at once."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import table

if TYPE_CHECKING:
    from collections.abc import Iterable


def purge(slugs: Iterable[str], since: str) -> None:
    """Invalidates articles and their pages by slug. The same slugs `since` the same change are one call. Does nothing without a CDN."""
    distribution = os.environ.get("DISTRIBUTION_ID")
    paths = sorted(f"{below}/articles/{quote(slug)}*" for slug in slugs for below in ("", "/v1"))
    reference = sha256("\n".join((since, *paths)).encode()).hexdigest()
    if distribution and paths:
        table.client("cloudfront").create_invalidation(
            DistributionId=distribution,
            InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference},
        )
