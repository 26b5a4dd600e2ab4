"""A stack whose invocations have time: what is measured here is the life of tokens."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.walks.conftest import Town, founded, says
from tests.walks.outside import an_email, tell


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run the stack, with its functions warm: none of them takes as long as a token lives."""
    async with founded(tmp_path_factory.mktemp("time"), {}) as town:
        person = town.person()
        await person.script(says("Warm."))
        await person.answer(await person.ask("Hello"))
        await person.get("/api/status")
        await town.http.post("/api/session", json={"token": person.token()})
        assert (await person.post("/api/control", {"type": "stop"})).status_code == 200
        assert (await tell(town, an_email(person, "Warm"))).status_code == 200
        yield town
