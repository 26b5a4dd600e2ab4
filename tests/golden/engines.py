"""The real services that the golden files are written on."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from local.engines import valkey
from local.upstash import upstash_app
from local.upstash.resp import Connection
from tests.golden.forms import Upstash
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
