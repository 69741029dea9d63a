"""The colours that a browser wants to know outside the page, read from `theme.css`, where they are written once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from . import assets

PAPER = re.compile(r"--paper:\s*(#[0-9a-fA-F]{3,8})\s*;")


@dataclass(frozen=True)
class Theme:
    light: str
    dark: str


@cache
def get() -> Theme:
    """The paper of the light scheme, which stands first, and of the dark one, which is the same where there is none."""
    css = assets.load("theme.css").text
    papers = [str(colour) for colour in PAPER.findall(css)] or ["#ffffff"]
    return Theme(papers[0], papers[-1])
