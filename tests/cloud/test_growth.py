"""An instance that answers many turns keeps nothing of them: no objects, tasks or descriptors."""

import asyncio
import gc
import os
from collections import Counter
from collections.abc import AsyncIterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

import pytest

from brain.cloud.redis import entries
from local.engines import postgres
from tests.routes.resources_stage import Caller
from tests.routes.stage import deployed, token

WARM = 60  # turns after which everything that is kept on purpose is there
TURNS = 300
USERS = 20  # so that none of them is refused for too many texts
SHARE = 0.2  # of the turns: fewer new objects of a kind are caches with a bound, and no leak


token_of = cache(token)


@pytest.fixture
async def callers(tmp_path: Path) -> AsyncIterator[list[Caller]]:
    async with (
        postgres(tmp_path / "postgres") as engine,
        deployed(tmp_path / "deployment") as deployment,
        deployment.changed(DATABASE_URL=engine.url) as http,
    ):
        yield [Caller(id=f"user-{uuid4()}", http=http) for _ in range(USERS)]


async def talk(callers: list[Caller], turns: int) -> None:
    """Each caller has one token: verified tokens are kept, up to a bound."""
    for caller in islice(cycle(callers), turns):
        headers = {"Authorization": f"Bearer {token_of(caller.id)}"}
        answer = await caller.call("POST", "voiceToBrain", json={"text": "Hello"}, headers=headers)
        assert answer.status_code == 200, answer.text


def kept() -> Counter[str]:
    """The living objects of the brain, by class, and the process's tasks and descriptors.

    Without the entries of logs that are remembered: their number has a bound, but a high one.
    """
    entries.remembered.cache_clear()
    gc.collect()
    kinds = [type(thing) for thing in gc.get_objects()]
    names = [(str(getattr(kind, "__module__", "")), kind.__qualname__) for kind in kinds]
    found = Counter(f"{of}.{name}" for of, name in names if of.partition(".")[0] == "brain")
    found["tasks"] = len(asyncio.all_tasks())
    found["descriptors"] = len(os.listdir("/proc/self/fd"))
    return found


async def test_turns_leave_nothing_behind(callers: list[Caller]) -> None:
    await talk(callers, WARM)
    before = kept()
    await talk(callers, TURNS)
    grown = {kind: count - before[kind] for kind, count in kept().items()}
    assert {kind: more for kind, more in grown.items() if more > TURNS * SHARE} == {}
    assert grown["tasks"] <= 5
    assert grown["descriptors"] <= 5
