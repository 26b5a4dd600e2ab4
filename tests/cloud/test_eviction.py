"""Whether the store evicts keys: what health says, how often it asks, and when it says nothing."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from brain.cloud.redis.eviction import FRESH_S, EvictionCheck
from brain.cloud.redis.upstash import Upstash
from brain.errors import StoreRefused, StoreUnreachable
from local.engines import valkey
from local.upstash import upstash_app
from local.upstash.resp import Pool
from tests.fakes.clock import Clock
from tests.fakes.loop import in_virtual_time
from tests.local.serving import served

TURN_OFF = "the store evicts keys ({}): turn eviction off"


class Told:
    """A store that gives one answer to everything; an exception is raised."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Sequence[str]] = []

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        raise AssertionError("no script is needed")

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        assert limit_s <= 1
        self.asked.append(command)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_a_store_says_whether_it_evicts(tmp_path: Path) -> None:
    async with (
        valkey(tmp_path) as engine,
        served(upstash_app(engine.socket, token="t")) as url,
        aclosing(Upstash(url, "t")) as redis,
    ):
        inside = Pool(engine.socket)
        assert await EvictionCheck(redis, lambda: 0).complaint() == ""
        for policy in ("allkeys-lru", "volatile-ttl", "allkeys-random"):
            await inside.call_all([[b"CONFIG", b"SET", b"maxmemory-policy", policy.encode()]])
            assert await EvictionCheck(redis, lambda: 0).complaint() == TURN_OFF.format(policy)
        inside.close()


@pytest.mark.parametrize(
    "answer",
    [
        StoreUnreachable("away"), StoreRefused("ERR unknown command"), None, "", 7, ["x"],
        "# Memory\r\nused_memory:1\r\n", "maxmemory_policy:\r\n", "maxmemory_policy:<script>\r\n",
        "xmaxmemory_policy:allkeys-lru\r\n",
    ],
)  # fmt: skip
async def test_nothing_is_said_where_the_store_does_not_tell(answer: Any) -> None:
    assert await EvictionCheck(Told(answer), lambda: 0).complaint() == ""


async def test_the_vendors_own_policy_is_named() -> None:
    told = Told("# Memory\nmaxmemory:0\nmaxmemory_policy:optimistic-volatile\n")
    assert await EvictionCheck(told, lambda: 0).complaint() == TURN_OFF.format(
        "optimistic-volatile"
    )


@pytest.mark.parametrize("answer", ["maxmemory_policy:allkeys-lru", StoreUnreachable("away")])
@in_virtual_time
async def test_the_store_is_asked_once_a_minute_however_often_health_is_called(answer: Any) -> None:
    clock, told = Clock(), Told(answer)
    check = EvictionCheck(told, clock.now)
    for _ in range(3):
        await check.complaint()
    assert len(told.asked) == 1
    await clock.sleep(FRESH_S)
    await check.complaint()
    assert told.asked == [["INFO", "memory"]] * 2
