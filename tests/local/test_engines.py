"""The real servers keep their state between runs and do not outlive their owner for long."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from local.children import FolderInUse
from local.engines import Postgres, Valkey, postgres, valkey
from local.upstash.resp import Connection, Reply

type Engine = Callable[[Path], AbstractAsyncContextManager[Valkey | Postgres]]

ENGINES = [pytest.param(valkey, id="valkey"), pytest.param(postgres, id="postgres")]

# Starts an engine, prints its pid, and runs until it is killed.
OWNER = """
import asyncio, sys, pathlib
from local import engines
async def own():
    async with getattr(engines, sys.argv[1])(pathlib.Path(sys.argv[2])) as engine:
        print(engine.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(own())
"""


@asynccontextmanager
async def connected(server: Postgres) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(server.url, autocommit=True) as connection:
        yield connection


async def ask(server: Valkey, *words: str) -> Reply:
    connection = await Connection.open(server.socket)
    try:
        return await connection.call([word.encode() for word in words])
    finally:
        connection.close()


async def count_up(server: Valkey | Postgres) -> int:
    """Record one more start in the server's own data."""
    if isinstance(server, Valkey):
        count = await ask(server, "INCR", "starts")
        assert isinstance(count, int)
        return count
    async with connected(server) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS starts (at timestamptz)")
        await connection.execute("INSERT INTO starts VALUES (now())")
        row = await (await connection.execute("SELECT count(*) FROM starts")).fetchone()
        assert row is not None
        return int(row[0])


def is_at_work(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def name_in_pid_file(folder: Path, pid: int) -> None:
    pid_file = next(folder.rglob("*.pid"))
    _, *rest = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(pid), *rest]))


def socket_dir(server: Valkey | Postgres) -> Path:
    if isinstance(server, Valkey):
        return server.socket.parent
    return Path(str(conninfo_to_dict(server.url)["host"]))


def exists(path: Path) -> bool:
    return path.exists()


@pytest.mark.parametrize("engine", ENGINES)
async def test_the_state_survives_a_restart_and_the_server_ends_with_its_block(
    engine: Engine, tmp_path: Path
) -> None:
    for expected in [1, 2]:
        async with engine(tmp_path) as server:
            assert await count_up(server) == expected
        assert not is_at_work(server.pid)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_killed_server_starts_again_with_what_was_written(
    engine: Engine, tmp_path: Path
) -> None:
    async with engine(tmp_path) as server:
        await count_up(server)
        os.kill(server.pid, signal.SIGKILL)

    async with engine(tmp_path) as server:
        assert await count_up(server) == 2


@pytest.mark.parametrize("engine", ["valkey", "postgres"])
async def test_an_orphan_is_ended_and_its_state_is_kept(engine: str, tmp_path: Path) -> None:
    start: Engine = valkey if engine == "valkey" else postgres
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, engine, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    orphan = int(await owner.stdout.readline())
    owner.kill()
    await owner.wait()
    assert is_at_work(orphan)

    async with start(tmp_path) as server:
        assert await count_up(server) == 1
        assert not is_at_work(orphan)
        assert is_at_work(server.pid)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_second_owner_gets_the_error_that_the_folder_is_in_use(
    engine: Engine, tmp_path: Path
) -> None:
    async with engine(tmp_path) as server:
        with pytest.raises(FolderInUse, match=str(tmp_path)):
            async with engine(tmp_path):
                pass
        assert is_at_work(server.pid)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_pid_file_with_an_unrelated_process_prevents_no_start_and_harms_no_process(
    engine: Engine, tmp_path: Path
) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    async with engine(tmp_path) as server:
        await count_up(server)
        name_in_pid_file(tmp_path, stranger.pid)
        os.kill(server.pid, signal.SIGKILL)

    async with engine(tmp_path) as server:
        assert await count_up(server) == 2
    assert is_at_work(stranger.pid)

    stranger.kill()
    await stranger.wait()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_folder_with_a_long_path_works_and_leaves_nothing_behind(
    engine: Engine, tmp_path: Path
) -> None:
    deep = tmp_path / ("deep, and with a space " * 5)

    async with engine(deep) as server:
        assert await count_up(server) == 1
        assert exists(socket_dir(server))

    assert not exists(socket_dir(server))


async def test_valkey_listens_only_on_its_socket(tmp_path: Path) -> None:
    async with valkey(tmp_path) as server:
        assert psutil.Process(server.pid).net_connections("tcp") == []
        assert server.socket.stat().st_mode & 0o077 == 0


async def test_postgres_folds_the_case_of_letters_in_every_language(tmp_path: Path) -> None:
    async with postgres(tmp_path) as server, connected(server) as connection:
        found = await connection.execute(
            "SELECT lower('ÄÉЖ'), to_tsvector('simple', 'ÜBER') @@ to_tsquery('simple', 'über')"
        )
        assert await found.fetchone() == ("äéж", True)


async def test_an_unfinished_cluster_is_created_again(tmp_path: Path) -> None:
    (tmp_path / "cluster.unfinished").mkdir()
    (tmp_path / "cluster.unfinished" / "PG_VERSION").write_text("18")

    async with postgres(tmp_path) as server:
        assert await count_up(server) == 1
