"""The real services that the golden files are written on."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from local.engines import postgres, valkey
from local.upstash import upstash_app
from local.upstash.resp import Connection
from tests.golden.forms import Postgres, Upstash
from tests.golden.keeps import Real
from tests.local.serving import served


@asynccontextmanager
async def real_keep(folder: Path) -> AsyncIterator[Real]:
    """A Valkey over the folder, called over REST."""
    async with (
        valkey(folder) as engine,
        served(upstash_app(engine.socket, token="a-token")) as url,
        aclosing(Upstash(url, "a-token")) as redis,
    ):
        connection = await Connection.open(engine.socket)
        try:
            yield Real(redis, connection)
        finally:
            connection.close()


@asynccontextmanager
async def real_database(folder: Path) -> AsyncIterator[tuple[Postgres, str]]:
    """A Postgres over the folder, with the brain's tables; and its address."""
    async with postgres(folder) as engine:
        database = Postgres(engine.url)
        try:
            yield database, engine.url
        finally:
            await database.close()
