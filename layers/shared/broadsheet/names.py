"""Names nobody takes for themselves: the publication's own, and the words for who works there.

Compared as a reader sees them, so another case, accent, space or alphabet makes no other name. What holds such a word and
is longer ("Ed Editor") is a name like any other. Whoever works here is told apart by a badge that nobody can type.
"""

from __future__ import annotations

from . import folding, site

RESERVED = "This name is kept for the newsroom."


def reserved(name: str) -> bool:
    publication = site.get()
    kept = (*publication.name.values(), *publication.reserved_names)
    return folding.fold(name) in {folding.fold(each) for each in kept}
