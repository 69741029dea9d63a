"""The CDN in front: what was withdrawn or put back is purged there at once.

It is help and not a promise: what a CDN keeps of an article ends by itself after two minutes. So a purge that is refused is
counted and logged, and holds up nothing.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import table
from .observability import bug, count

if TYPE_CHECKING:
    from collections.abc import Iterable


FEW = 5
"""Articles that are purged one by one. CloudFront works off 15 patterns at a time, and each article is two."""


def purge(slugs: Iterable[str], since: str) -> None:
    """Invalidates articles and their pages by slug. The same slugs `since` the same change are one call. Does nothing without a CDN."""
    distribution = os.environ.get("DISTRIBUTION_ID")
    named = sorted(quote(slug) for slug in slugs)
    paths = sorted(
        f"{below}/articles/{one}*" for one in (named if len(named) <= FEW else [""]) for below in ("", "/v1")
    )
    reference = sha256("\n".join((since, *named)).encode()).hexdigest()
    if not distribution or not named:
        return
    try:
        table.client("cloudfront").create_invalidation(
            DistributionId=distribution,
            InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference},
        )
    except Exception as error:  # whatever CloudFront has against it
        bug("purge refused", error, articles=str(len(named)))
        count("PurgesRefused")
