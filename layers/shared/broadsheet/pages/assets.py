"""Style sheets, scripts and drawings under addresses that change with what is in them, so that a browser keeps them for good.

`static/css/site.css` is `/static/site.<hash>.css`. What one refers to by `./name` is brought under its own hashed address, and
the hash is that of the result: a changed module changes everything that imports it. Names are unique across folders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

from broadsheet.errors import NothingPublished

FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/vnd.microsoft.icon",
}
TEXT = {".css", ".js", ".svg"}
FOREVER = "public, max-age=31536000, immutable"
REFERENCE = re.compile(r"""(["'(])\./([\w-]+\.[a-z]+)(["')])""")
"""`"./name.js"` of an import, `url(./name.svg)` of a style sheet."""
IMPORT = re.compile(r"""from "\./([\w-]+\.js)";""")
"""What a module cannot begin without."""
NAMED = re.compile(r"([\w-]+)\.([0-9a-f]{10})(\.[a-z]+)")


@dataclass(frozen=True)
class Asset:
    name: str
    """`site.css`"""
    content: str | bytes
    hash: str

    @property
    def text(self) -> str:
        """Of a style sheet, script or drawing."""
        assert isinstance(self.content, str)
        return self.content

    @property
    def kind(self) -> str:
        return KINDS[Path(self.name).suffix]

    @property
    def path(self) -> str:
        stem, _, suffix = self.name.rpartition(".")
        return f"/static/{stem}.{self.hash}.{suffix}"


def path(name: str) -> str:
    """The address of a file, by its name."""
    return load(name).path


@cache
def modules(*names: str) -> tuple[str, ...]:
    """The addresses of modules and of all that they import, so that a page can ask for them together rather than in turn."""
    wanted = list(names)
    for name in wanted:  # grows meanwhile
        wanted += [other for other in IMPORT.findall(_files()[name].read_text("utf-8")) if other not in wanted]
    return tuple(path(name) for name in wanted)


def find(file: str) -> tuple[Asset, bool]:
    """What an address names, and whether it is exactly that. Raises NothingPublished.

    A page may be a minute older than what is deployed: it gets what there is now under the old address.
    """
    match = NAMED.fullmatch(file)
    if match is None or f"{match[1]}{match[3]}" not in _files():
        raise NothingPublished
    asset = load(f"{match[1]}{match[3]}")
    return asset, asset.hash == match[2]


@cache
def load(name: str) -> Asset:
    """Raises KeyError for a file that is not there, RecursionError where two refer to each other."""
    content = _files()[name].read_bytes()
    if _files()[name].suffix not in TEXT:
        return Asset(name, content, blake2b(content, digest_size=5).hexdigest())
    text = REFERENCE.sub(lambda found: f"{found[1]}{path(found[2])}{found[3]}", content.decode())
    return Asset(name, text, blake2b(text.encode(), digest_size=5).hexdigest())


@cache
def _files() -> dict[str, Path]:
    return {path.name: path for path in sorted(FOLDER.rglob("*")) if path.suffix in KINDS}
