"""The database of the local run: which one, started, and gone when the run is gone.

In this order: what DYNAMODB_ENDPOINT names; dynoxide, on PATH or as `npm ci` puts it; moto, which keeps nothing. The lock
on the data folder is held by the engine too, so it is free only when no process has the database open any more.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from . import tether
from .cloudformation import REGION
from .knobs import CannotRun
from .template import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

NPM_DYNOXIDE = ROOT / "node_modules" / "@dynoxide" / "linux-x64" / "dynoxide"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
PATIENCE = 15.0
LOCK_PATIENCE = 2.0
DATABASE = "broadsheet.db"


@dataclass(frozen=True)
class Clients:
    """Botocore clients of an endpoint; both may be used by several threads."""

    database: Any
    streams: Any

    @classmethod
    def of(cls, endpoint: str) -> Clients:
        session = botocore.session.Session()
        session.set_credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
        config = Config(
            account_id_endpoint_mode="disabled",  # moto knows no endpoints with an account in them
            retries={"mode": "standard", "total_max_attempts": 3},
            connect_timeout=2,
            read_timeout=20,
            parameter_validation=False,  # dynoxide's sequence numbers are shorter than AWS's
        )
        made = (
            session.create_client(service, region_name=REGION, endpoint_url=endpoint, config=config)
            for service in ("dynamodb", "dynamodbstreams")
        )
        return cls(*made)

    def close(self) -> None:
        self.database.close()
        self.streams.close()


@dataclass
class Engine:
    name: str
    endpoint: str
    keeps: bool
    """Whether data survives a restart of the engine."""
    process: asyncio.subprocess.Process | None = None

    def environment(self) -> dict[str, str]:
        """What lets a process reach this engine, and nothing of AWS itself."""
        return {
            **CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint,
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": self.endpoint,
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    async def ended(self) -> None:
        """Returns when the engine is gone; never for one that was not started here."""
        if self.process is None:
            await asyncio.Event().wait()
        else:
            await self.process.wait()

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


@asynccontextmanager
async def lock(data: Path) -> AsyncIterator[int]:
    """Holds the folder; gives the descriptor that does, for the engine to hold too. Waits a moment for an engine that is about to end with its killed parent."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotRun(f"DATA={data} cannot be written to ({error.strerror}); give another folder") from None
    deadline = asyncio.get_running_loop().time() + LOCK_PATIENCE
    while not _locked(descriptor):
        if asyncio.get_running_loop().time() > deadline:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            os.close(descriptor)
            raise CannotRun(
                f"{data} is in use by another run (process {holder}); give this one another folder: DATA=..."
            )
        await asyncio.sleep(0.05)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def start(data: Path, held: int, environment: Mapping[str, str] | None = None, host: str = "127.0.0.1") -> Engine:
    """A running engine that answers. `held` is the lock's descriptor. Raises CannotRun."""
    environment = os.environ if environment is None else environment
    if endpoint := environment.get("DYNAMODB_ENDPOINT", ""):
        return await _answering(_given(endpoint), data)
    port = free_port(host)
    binary = _dynoxide(environment.get("PATH", os.defpath))
    if binary:
        engine = Engine("dynoxide", f"http://{host}:{port}", keeps=True)
        argv = [binary, "--host", host, "--port", str(port), "--db-path", str(data / DATABASE)]
    else:
        engine = Engine("moto", f"http://{host}:{port}", keeps=False)
        argv = [sys.executable, "-m", "local.moto_engine", host, str(port)]
    with (data / "engine.log").open("wb") as log:
        engine.process = await asyncio.create_subprocess_exec(
            *tether.command(*argv),
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            pass_fds=(held,),
            start_new_session=True,
        )
    answering = await _answering(engine, data)
    if binary:
        await asyncio.to_thread(_index_streams, data / DATABASE)
    return answering


def _index_streams(database: Path) -> None:
    """dynoxide looks for the last record of a stream through all of them, at each write, and never drops one: after 6,000
    writes another takes twenty times as long as the first, and without end. An index keeps it level. A version that
    stores streams in another way goes without."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE INDEX IF NOT EXISTS broadsheet_stream_order"
            " ON _stream_records (table_name, CAST(sequence_number AS INTEGER))"
        )


def _given(endpoint: str) -> Engine:
    host = urlsplit(endpoint).hostname
    if not host:
        raise CannotRun(f"DYNAMODB_ENDPOINT={endpoint} is no address; something like http://127.0.0.1:8001 is.")
    if host.endswith(("amazonaws.com", "amazonaws.com.cn", ".aws")):
        raise CannotRun("DYNAMODB_ENDPOINT names AWS; the local run has accounts with a known password and stays away.")
    return Engine(f"the engine at {endpoint}", endpoint, keeps=True)


def _dynoxide(path: str) -> str | None:
    """A dynoxide that runs on this machine."""
    here = platform.system() == "Linux" and platform.machine() == "x86_64" and NPM_DYNOXIDE.exists()
    for binary in (shutil.which("dynoxide", path=path), str(NPM_DYNOXIDE) if here else None):
        if binary and _runs(binary):
            return binary
    return None


def _runs(binary: str) -> bool:
    try:
        return subprocess.run([binary, "--version"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


async def _answering(engine: Engine, data: Path) -> Engine:
    client = Clients.of(engine.endpoint).database
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            await asyncio.to_thread(client.list_tables, Limit=1)
        except (BotoCoreError, ClientError, OSError) as error:
            ended = engine.process is not None and engine.process.returncode is not None
            if ended or asyncio.get_running_loop().time() > deadline:
                await engine.stop()
                raise CannotRun(f"{engine.name} does not answer ({error}); see {data / 'engine.log'}") from None
            await asyncio.sleep(0.05)
        else:
            return engine


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
