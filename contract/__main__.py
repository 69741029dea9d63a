"""`python -m contract`: writes the documents that are made from the code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from broadsheet import keys

from local.template import ROOT, Template

from .document import document

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
TABLE_HEAD = "<!-- Made by `make docs` from layers/shared/broadsheet/keys.py: edit it there. -->\n\n# The tables\n\n"


def made() -> dict[Path, str]:
    """What each document must be."""
    openapi = json.dumps(document(Template.load()), ensure_ascii=False, indent=1) + "\n"
    return {DOCS / "openapi.json": openapi, DOCS / "table.md": f"{TABLE_HEAD}{(keys.__doc__ or '').strip()}\n"}


if __name__ == "__main__":
    for path, text in made().items():
        path.write_text(text, "utf-8")
