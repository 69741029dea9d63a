"""Where a picture may lie: at an https address, or on the site itself, which then has a path for it.

A path is kept as it was given, so that a site may move to another host; `pages.urls.picture` makes it an address for those who
read it elsewhere.
"""

from __future__ import annotations

import re

ON_THE_SITE = re.compile(
    r"(?!/(?:v1|_local)(?:[/?]|$))(?:/(?!(?:\.|%2e){1,2}(?:[/?]|$))(?:[\w.~!$&'()*+,;=:@-]|%(?!0|1|7f|2f|5c)[0-9a-f]{2})+)+"
    r"(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%(?!0|1|7f)[0-9a-f]{2})*)?",
    re.ASCII | re.IGNORECASE,
)
"""A path of the site (RFC 3986), but none of its interface: no segment of it empty or a dot, so that it leads to no other host and not about in this one."""


def on_the_site(url: str) -> bool:
    return bool(ON_THE_SITE.fullmatch(url))
