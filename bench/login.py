"""Logging in: what it costs, what is loaded for it, and whether a known address can be told from an unknown one.

`python -m bench.login`: through the handler, on the real engine, argon2 as deployed, throttles on. Known and unknown
addresses alternate in one process; what is compared is processor time, which the machine's other work does not move, and
the calls, which do not vary at all.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import stand
from local import http_events
from local.triggers import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.template import Template

    Ask = Callable[[str, dict[str, str], int], tuple[float, list[str]]]

ROUNDS = 80
PASSWORD = "four small words are long"
LATE = ("argon2", "zxcvbn", "jinja2", "_argon2_cffi_bindings")
"""What `login` loads when a request needs it, and `send_mail` for mail."""
FULL_POWER = 1769
"""MB of memory for which Lambda gives one whole processor."""
MEMORY = """
import importlib.util, re, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from broadsheet import passwords, table
peak = lambda: print(re.search("VmHWM:.*?([0-9]+)", Path("/proc/self/status").read_text())[1])
table.client()
peak()
stored = passwords.hashed("four small words are long")
passwords.matches(stored, "four small words are long")
peak()
passwords.refusal("four small words are long", "a@news.example")
peak()
"""
LOADED = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
print(*(name for name in sys.argv[2:] if name in sys.modules))
"""
LOADS = """
import sys, time
before = time.process_time()
__import__(sys.argv[1])
print(time.process_time() - before)
"""


async def main() -> None:
    async with stand.standing("LoginFunction") as template:
        login = template.functions["LoginFunction"]
        os.environ["THROTTLES"] = "on"
        print("logging in:  python -m bench.login")
        _loading(template)
        _hashing(str(login.folder / "app.py"), login.memory)
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:  # functions log to standard output
            said, sys.stdout = sys.stdout, nowhere
            try:
                lines = list(_requests(template))
            finally:
                sys.stdout = said
        print(*lines, sep="\n")


# ---------------------------------------------------------------- start-up


def _loading(template: Template) -> None:
    for name in ("LoginFunction", "SendMailFunction"):
        app = str(template.functions[name].folder / "app.py")
        loaded = _said(LOADED, app, *LATE).split()
        print(f"  {name} at start has loaded of {', '.join(LATE[:3])}: {', '.join(loaded) or 'none'}")
    for name in LATE[:3]:
        took = statistics.median(float(_said(LOADS, name)) for _ in range(7))
        print(f"  {'import ' + name:32} {took * 1e3:6.1f} ms, at the first request that needs it")


def _said(code: str, *arguments: str) -> str:
    paths = {"PYTHONPATH": "layers/shared", **os.environ}
    asked = [sys.executable, "-c", code, *arguments]
    return subprocess.run(asked, env=paths, check=True, capture_output=True, text=True).stdout


# ---------------------------------------------------------------- argon2


def _hashing(app: str, memory: int) -> None:
    from broadsheet import passwords

    start, hashing, choosing = (int(size) / 1024 for size in _said(MEMORY, app).split())
    stored = passwords.hashed(PASSWORD)
    took = statistics.median(_timed(lambda: passwords.matches(stored, PASSWORD)) for _ in range(30))
    print(f"  argon2id, {passwords.MEMORY_KIB} KiB, {passwords.PASSES} passes: {took * 1e3:.1f} ms of processor time")
    print(
        f"  peak memory: {start:.0f} MB started, {hashing:.0f} MB after a password was checked, {choosing:.0f} MB after one was chosen"
    )
    for size in (256, 512, 1024, FULL_POWER):
        mark = "  <- template" if size == memory else ""
        print(
            f"  {f'the same with {size} MB of memory':32} {took * 1e3 * max(1, FULL_POWER / size):6.1f} ms, calculated{mark}"
        )


# ---------------------------------------------------------------- known and unknown addresses


def _requests(template: Template) -> Iterator[str]:
    from broadsheet import accounts, clock, table

    calls: list[str] = []
    table.client().meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    handler = stand.handler(template, "LoginFunction")
    for n in range(ROUNDS):
        accounts.create(_known(n), PASSWORD, "Somebody", "reader", clock.now())

    gc.collect()
    gc.freeze()
    ask = _asker(handler, calls)
    ask("/v1/login", {"email": _known(0), "password": PASSWORD}, 200)
    taken = [ask("/v1/login", {"email": _known(n), "password": PASSWORD}, 200) for n in range(1, 31)]
    spent = statistics.median(seconds for seconds, _ in taken)
    yield f"  {'a log-in':32} {spent * 1e3:6.1f} ms of processor time, {_kinds(taken[0][1])}"
    yield f"  known over unknown address, {ROUNDS} requests of each, alternating at random; median, p10 and p90 in ms:"
    new = {"display_name": "Somebody", "language": "en", "password": "four other words are long"}
    for path, status, rest in (
        ("/v1/register", 202, new),
        ("/v1/login", 401, {"password": "not the right password"}),
        ("/v1/password/forgot", 202, {}),
    ):
        yield _compared(path, partial(_asked, ask, path, rest, status))


def _asked(ask: Ask, path: str, rest: dict[str, str], status: int, email: str) -> tuple[float, list[str]]:
    return ask(path, {"email": email, **rest}, status)


def _compared(path: str, ask: Callable[[str], tuple[float, list[str]]]) -> str:
    """Each address once: the one after it would find a throttle to count up."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    calls: dict[str, set[str]] = {"known": set(), "unknown": set()}
    turns = [(kind, n) for kind in times for n in range(ROUNDS)]
    random.Random(path).shuffle(turns)  # noqa: S311
    for kind, n in turns:
        seconds, made = ask(_known(n) if kind == "known" else f"nobody-{n:04}@news.example")
        times[kind].append(seconds)
        calls[kind].add(_kinds(made))
    known, unknown = times["known"], times["unknown"]
    ratio = statistics.median(known) / statistics.median(unknown)
    same = "same calls" if calls["known"] == calls["unknown"] else f"CALLS DIFFER: {calls}"
    return f"  {path:22} {_spread(known)} over {_spread(unknown)}  x {ratio:5.3f}  {same}: {'; '.join(sorted(calls['known']))}"


def _spread(times: list[float]) -> str:
    tenths = statistics.quantiles(times, n=10)
    return f"{statistics.median(times) * 1e3:5.2f} ({tenths[0] * 1e3:5.2f}-{tenths[-1] * 1e3:5.2f})"


def _kinds(calls: list[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(Counter(calls).items()))


def _known(n: int) -> str:
    return f"person-{n:04}@news.example"


def _asker(handler: Callable[[Any, Any], Any], calls: list[str]) -> Ask:
    """A request from a network of its own each time, so that only the address is counted twice."""
    networks = iter(range(1, 65_000))

    def ask(path: str, send: dict[str, str], status: int) -> tuple[float, list[str]]:
        network = next(networks)
        headers = [("host", "news.example"), ("content-type", "application/json")]
        address = f"10.{network // 256}.{network % 256}.9"
        sent = json.dumps(send).encode()
        event = http_events.event(
            http_events.Request("POST", path, "", headers, sent, address, 443), Route("POST", path), {}
        )
        gc.collect()
        calls.clear()
        answer: dict[str, Any] = {}
        seconds = _timed(lambda: answer.update(handler(event, None)))
        assert answer["statusCode"] == status, answer
        return seconds, list(calls)

    return ask


def _timed(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


if __name__ == "__main__":
    asyncio.run(main())
