"""A running newspaper of the tests' own: `python -m local` with an empty folder, and what its newsroom does by HTTP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from local import engine
from local.accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@dataclass
class Paper:
    origin: str
    said: list[str] = field(default_factory=list)
    """Lines of the run's output, logs of all functions among them."""

    # ------------------------------------------------------------ by HTTP

    def call(self, method: str, path: str, body: Any = None, *, email: str = "", **headers: str) -> Any:
        """The answer's JSON. With an address, as whoever has it."""
        given = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if email:
            given["Authorization"] = f"Bearer {self.token(email)}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, given, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{method} {path}: {refused.code} {refused.read().decode()[:500]}") from None

    def token(self, email: str) -> str:
        if email not in self._tokens:
            given = {"email": email, "password": PASSWORD}
            self._tokens[email] = self.call("POST", "/v1/login", given)["token"]
        return self._tokens[email]

    @cached_property
    def _tokens(self) -> dict[str, str]:
        return {}

    # ------------------------------------------------------------ what its people do

    def publish(self, headline: str, **fields: Any) -> dict[str, Any]:
        """A published article as readers get it."""
        given = {
            "headline": headline,
            "section": "world",
            "byline": [{"name": "Mara Quill", "slug": "mara-quill"}],
            "body": {"format": "markdown", "text": "It was said **on Sunday**.\n\nMore is to follow."},
            **fields,
        }
        draft = self.newsroom("POST", "", given)
        told = self.newsroom("POST", f"/{draft['id']}/publish", {}, If_Match='"1"')
        found: dict[str, Any] = self.call("GET", f"/v1/articles/{told['slug']}")
        return found

    def newsroom(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.call(method, f"/v1/newsroom/articles{path}", body, email="editor@broadsheet.example", **headers)

    def settle(self) -> None:
        """Waits until all lists and numbers have followed what was written."""
        self.call("POST", "/_local/events/settle")

    def comment(self, slug: str, text: str, name: str = "Passer-by", **fields: Any) -> dict[str, Any]:
        """A guest's."""
        given = {"text": text, "guest": {"name": name}, **fields}
        made: dict[str, Any] = self.call("POST", f"/v1/articles/{slug}/comments", given)
        return made

    def member(self, name: str, language: str = "en") -> str:
        """A new member's address; the password is that of all local accounts."""
        email = f"{re.sub(r'[^a-z]+', '-', name.lower())}@readers.example"
        given = {"email": email, "password": PASSWORD, "display_name": name, "language": language}
        self.call("POST", "/v1/register", given)
        self.call("POST", "/v1/verify", {"token": self.link(email, "verify").partition("#token=")[2]})
        return email

    def link(self, to: str, page: str) -> str:
        """The address in the newest mail to somebody that leads to a page."""

        def found() -> str:
            for mail in self.call("GET", f"/_local/mail?to={quote(to)}")["items"]:
                if match := re.search(rf"{re.escape(self.origin)}/{page}#token=[\w-]+", mail["text"]):
                    return match[0]
            return ""

        return eventually(found)

    @property
    def bugs(self) -> list[str]:
        """What functions said that rings an alarm in the cloud."""
        return [line for line in self.said if '"level":"ERROR"' in line or "Traceback" in line]


def eventually(condition: Callable[[], Any]) -> Any:
    """What the condition answers as soon as that is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return found


@contextmanager
def running(seed: str = "none") -> Iterator[Paper]:
    """The whole system, from nothing to ready and down again."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as data:
        port = engine.free_port()
        knobs = {"PORT": str(port), "DATA": data, "SEED": seed, "THROTTLES": "off"}
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT / "layers" / "shared"), **knobs},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        paper = Paper(f"http://127.0.0.1:{port}")
        assert process.stdout is not None
        reader = threading.Thread(target=paper.said.extend, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            eventually(lambda: process.poll() is not None or any("ready on" in line for line in paper.said))
            assert process.poll() is None, "\n".join(paper.said)
            yield paper
        finally:
            process.terminate()
            process.wait(PATIENCE)
            reader.join(PATIENCE)
            process.stdout.close()
