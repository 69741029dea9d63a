"""`python -m local` itself, as a process: the real template, functions and database."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local import accounts, engine
from local.demo import manuscripts
from local.template import ROOT

from .throwaway import PATIENCE, Site, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALLEST_PIPE = 4096
"""Bytes: some twenty requests fill it."""
KEEPS = engine._dynoxide(os.environ["PATH"]) is not None


class Run:
    """One start of the local run."""

    def __init__(self, data: Path, **knobs: str) -> None:
        self.port = int(knobs.get("PORT") or engine.free_port())
        self.log = data.parent / f"{data.name}.log"
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"PORT": str(self.port), "DATA": str(data), "SEED": "none", **knobs}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.ask = Site(self.port)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def ready(self) -> Run:
        wait_until(lambda: "ready on" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said
        return self

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def children(self) -> list[int]:
        """Processes started by this one, whoever their parent is by now."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = path.read_text("utf-8").rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid:
                    found.append(int(path.parent.name))
        return found

    def login(self, role: str = "editor") -> str:
        body = {"email": accounts.address(role), "password": accounts.PASSWORD}
        answer = self.ask("POST", "/v1/login", json.dumps(body).encode(), [("Content-Type", "application/json")])
        assert answer.status == 200, answer.body
        return str(answer.json["token"])


def alive(process: int) -> bool:
    """Running, and not just waiting for its parent to take note of its end."""
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def staff(run: Run, method: str, path: str, token: str, body: Any = None, **headers: str) -> Any:
    given = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
    given += [(name.replace("_", "-"), value) for name, value in headers.items()]
    answer = run.ask(method, path, json.dumps(body or {}).encode(), given)
    assert answer.status < 300, answer.body
    return answer.json


def publish(run: Run, token: str, headline: str) -> str:
    """Writes and publishes an article; its slug."""
    article = {
        "headline": headline,
        "section": "world",
        "byline": [{"name": "A. Writer"}],
        "body": {"format": "markdown", "text": "Words."},
    }
    made = staff(run, "POST", "/v1/newsroom/articles", token, article)
    path = f"/v1/newsroom/articles/{made['id']}/publish"
    return str(staff(run, "POST", path, token, If_Match=f'"{made["version"]}"')["slug"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = Run(tmp_path_factory.mktemp("run") / "data").ready()
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)


def test_it_says_where_to_look_and_who_may_log_in(running: Run) -> None:
    assert running.said.splitlines()[-1] == f"ready on http://127.0.0.1:{running.port}"
    for role in accounts.PEOPLE:
        assert accounts.address(role) in running.said
    assert accounts.PASSWORD in running.said


@pytest.mark.parametrize("role", accounts.PEOPLE)
def test_the_local_people_can_log_in_with_either_seed(running: Run, role: str) -> None:
    assert running.login(role)


def test_an_article_goes_from_the_newsroom_to_the_front(running: Run) -> None:
    slug = publish(running, running.login(), "Seen by all")
    running.ask("POST", "/_local/events/settle")
    assert running.ask("GET", f"/v1/articles/{slug}").json["headline"] == "Seen by all"
    assert "Seen by all" in running.ask("GET", "/v1/front").body.decode()


def test_a_schedule_of_the_real_template_runs(running: Run) -> None:
    assert running.ask("POST", "/_local/clock/tick?function=PublishDueFunction").status == 200


def test_a_taken_port_is_one_sentence(running: Run, tmp_path: Path) -> None:
    second = Run(tmp_path / "other", PORT=str(running.port))
    assert second.process.wait(PATIENCE) == 1
    assert second.said.startswith(f"broadsheet: port {running.port} is taken by another program")
    assert second.said.count("\n") == 1


def test_a_folder_in_use_is_one_sentence(running: Run) -> None:
    data = running.log.with_suffix("")
    second = subprocess.run(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORT": str(engine.free_port()), "DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stdout.startswith(f"broadsheet: {data} is in use by another run (process {running.process.pid})")


def test_a_senseless_knob_is_one_sentence(tmp_path: Path) -> None:
    run = Run(tmp_path / "data", SEED="large")
    assert run.process.wait(PATIENCE) == 1
    assert run.said == "broadsheet: SEED=large is not known; demo or none is.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_it_started(tmp_path: Path, number: signal.Signals) -> None:
    run = Run(tmp_path / "data").ready()
    children = run.children()
    assert len(children) >= 5
    assert run.end(number) == 0
    assert not [child for child in children if alive(child)]
    assert run.said.endswith("stopping\n")
    assert "Traceback" not in run.said


def test_stopped_while_it_starts_it_leaves_nothing_behind(tmp_path: Path) -> None:
    run = Run(tmp_path / "data")
    wait_until(lambda: "Broadsheet" in run.said)
    children = run.children()
    assert run.end(signal.SIGINT) == 0
    assert not [child for child in children if alive(child)]
    assert "Traceback" not in run.said


@pytest.mark.skipif(not KEEPS, reason="no dynoxide here, and moto keeps nothing")
def test_killed_it_leaves_no_orphan_and_started_again_it_has_every_acknowledged_write(tmp_path: Path) -> None:
    run = Run(tmp_path / "data").ready()
    token = run.login()
    slugs = [publish(run, token, f"Number {number}") for number in range(5)]
    children = run.children()
    run.process.kill()
    run.process.wait()
    wait_until(lambda: not [child for child in children if alive(child)])

    again = Run(tmp_path / "data").ready()
    again.ask("POST", "/_local/events/settle")
    assert [again.ask("GET", f"/v1/articles/{slug}").status for slug in slugs] == [200] * 5
    front = again.ask("GET", "/v1/front").body.decode()
    assert all(f"Number {number}" in front for number in range(5))
    assert again.end(signal.SIGTERM) == 0


def headlines(run: Run) -> list[str]:
    """Of everything in the newsroom."""
    token, found, cursor = run.login(), [], ""
    while cursor is not None:
        page = staff(run, "GET", f"/v1/newsroom/articles?limit=50{cursor and f'&cursor={cursor}'}", token)
        found += [item["headline"] for item in page["items"]]
        cursor = page["next_cursor"]
    return found


@pytest.mark.skipif(not KEEPS, reason="no dynoxide here, and moto keeps nothing")
def test_a_demo_killed_while_it_is_seeded_is_whole_after_the_next_start_and_seeded_once(tmp_path: Path) -> None:
    run = Run(tmp_path / "data", SEED="demo")
    seeding = wait_until(lambda: [child for child in run.children() if "demo.seed" in command(child)])
    run.process.kill()
    run.process.wait()
    wait_until(lambda: not alive(seeding[0]))

    run = Run(tmp_path / "data", SEED="demo").ready()
    assert sorted(headlines(run)) == sorted(text.headline for text in manuscripts.read())
    run.ask("POST", "/_local/events/settle")
    assert run.ask("GET", "/v1/front").json["latest"]
    run.end(signal.SIGTERM)

    run = Run(tmp_path / "data", SEED="demo").ready()
    assert len(headlines(run)) == len(manuscripts.read())
    assert "seed |" not in run.said
    run.end(signal.SIGTERM)


@pytest.mark.skipif(not KEEPS, reason="no dynoxide here")
def test_a_database_that_ends_by_itself_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    run = Run(tmp_path / "data").ready()
    (database,) = [child for child in run.children() if "dynoxide" in command(child)]
    os.kill(database, signal.SIGKILL)
    assert run.process.wait(PATIENCE) == 1
    assert "the database has ended by itself" in run.said


def test_a_console_that_nobody_reads_holds_nothing_up(tmp_path: Path) -> None:
    """What functions print goes through a pipe that fills up; requests are answered all the same."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
    port = engine.free_port()
    environment = {"PATH": os.environ["PATH"], "PORT": str(port), "DATA": str(tmp_path / "data"), "SEED": "none"}
    process = subprocess.Popen([sys.executable, "-m", "local"], cwd=ROOT, env=environment, stdout=write, stderr=write)
    os.close(write)
    try:
        ask = Site(port)
        wait_until(lambda: _answers(port))
        for _ in range(50):
            assert ask("GET", "/v1/articles/not-there-abcd2345").status == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(read)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_answers_only_on_the_loopback(running: Run) -> None:
    """Every machine has further addresses, also one without a network: whoever listens on all of them answers here."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", running.port), timeout=5).close()
