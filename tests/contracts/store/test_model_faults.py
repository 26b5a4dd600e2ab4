"""Why models failed lately, as one instance writes it and another reads it. On both Redis."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from brain.cloud.redis.model_faults import AGAIN_S, FRESH_S, KEEP_S, KEY, LIMIT_S, ModelFaults
from brain.cloud.redis.scripts import Redis
from brain.errors import FaultClass, StoreUnreachable
from tests.contracts.store.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")

MODELS = ("m", "other")


class Seconds:
    """A clock that begins at the store's time."""

    def __init__(self, start: float) -> None:
        self.value = start

    def __call__(self) -> float:
        return self.value


@pytest_asyncio.fixture(loop_scope="package")
async def seconds(stage: Stage) -> AsyncIterator[Seconds]:
    told = await stage.redis.evaluate(
        "#!lua flags=allow-key-locking\nreturn redis.call('TIME')", [], [], limit_s=4
    )
    await stage.redis.execute(["DEL", KEY], limit_s=4)
    yield Seconds(float(told[0]))


class Counted:
    """Passes everything on to a Redis, when the gate is open, and counts it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.gate = asyncio.Event()
        self.gate.set()
        self.sent = 0

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        await self._pass()
        return await self._redis.evaluate(script, keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        await self._pass()
        return await self._redis.execute(command, limit_s=limit_s)

    async def _pass(self) -> None:
        self.sent += 1
        await self.gate.wait()


async def kept(stage: Stage, seconds: Seconds, models: Sequence[str] = MODELS) -> dict[str, str]:
    """What another instance reads."""
    return await ModelFaults(stage.redis, seconds).read(models)


async def test_another_instance_reads_the_last_fault_of_each_model(
    stage: Stage, seconds: Seconds
) -> None:
    faults = ModelFaults(stage.redis, seconds)
    assert await kept(stage, seconds) == {}
    faults.note("m", FaultClass.MOMENT)
    faults.note("m", FaultClass.NO_TOOLS)
    faults.note("other", FaultClass.BUSY)
    await faults.settle()
    assert await kept(stage, seconds) == {"m": "no tools", "other": "busy"}
    assert await kept(stage, seconds, ["other", "new"]) == {"other": "busy"}
    left = int(await stage.redis.execute(["PTTL", KEY], limit_s=4))
    assert 0 < left <= KEEP_S * 1000


@pytest.mark.parametrize("is_same", [True, False])
async def test_a_model_that_answers_has_no_fault(
    stage: Stage, seconds: Seconds, *, is_same: bool
) -> None:
    one, other = (ModelFaults(stage.redis, seconds) for _ in range(2))
    one.note("m", FaultClass.NO_ACCESS)
    await one.settle()
    last = one if is_same else other
    last.note("m", None)
    await last.settle()
    assert await kept(stage, seconds) == {}


async def test_the_same_state_is_written_once_a_minute(stage: Stage, seconds: Seconds) -> None:
    redis = Counted(stage.redis)
    faults = ModelFaults(redis, seconds)
    for fault in (FaultClass.BUSY, FaultClass.BUSY, None, None, FaultClass.BUSY):
        faults.note("m", fault)
        await faults.settle()
    assert redis.sent == 3
    seconds.value += AGAIN_S
    faults.note("m", FaultClass.BUSY)
    await faults.settle()
    assert redis.sent == 4


async def test_of_what_is_noted_during_a_write_the_newest_is_written(
    stage: Stage, seconds: Seconds
) -> None:
    redis = Counted(stage.redis)
    faults = ModelFaults(redis, seconds)
    redis.gate.clear()
    for fault in (FaultClass.MOMENT, None) * 20:
        faults.note("m", fault)
        await asyncio.sleep(0)
    faults.note("m", FaultClass.BUSY)
    redis.gate.set()
    await faults.settle()
    assert redis.sent == 2
    assert await kept(stage, seconds) == {"m": "busy"}


async def test_a_fault_is_forgotten_after_a_day(stage: Stage, seconds: Seconds) -> None:
    faults = ModelFaults(stage.redis, seconds)
    faults.note("m", FaultClass.BUSY)
    await faults.settle()
    seconds.value += KEEP_S + 1
    assert await kept(stage, seconds) == {}


async def test_a_record_that_is_not_ours_is_no_fault(stage: Stage, seconds: Seconds) -> None:
    await stage.redis.execute(["HSET", KEY, "m", "a secret 1", "other", "busy"], limit_s=4)
    assert await kept(stage, seconds) == {}


async def test_models_that_are_not_set_up_any_more_do_not_stay(
    stage: Stage, seconds: Seconds
) -> None:
    faults = ModelFaults(stage.redis, seconds)
    for number in range(40):
        faults.note(f"m{number}", FaultClass.BUSY)
    await faults.settle()
    assert int(await stage.redis.execute(["HLEN", KEY], limit_s=4)) <= 32
    assert await kept(stage, seconds, ["m39"]) == {"m39": "busy"}


async def test_the_record_is_read_again_after_a_second(stage: Stage, seconds: Seconds) -> None:
    redis = Counted(stage.redis)
    faults = ModelFaults(redis, seconds)
    assert not any(await asyncio.gather(faults.read(MODELS), faults.read(MODELS)))
    assert redis.sent == 1
    seconds.value += FRESH_S
    await faults.read(MODELS)
    assert redis.sent == 2


class Refusing:
    """A store that cannot be reached."""

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        assert limit_s == LIMIT_S
        raise StoreUnreachable("away")

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        assert limit_s == LIMIT_S
        raise StoreUnreachable("away")


async def test_without_a_store_nothing_is_known_and_nothing_fails() -> None:
    faults = ModelFaults(Refusing(), Seconds(1e9))
    for fault in (FaultClass.BUSY, None):
        faults.note("m", fault)
        await faults.settle()
    assert await faults.read(MODELS) == {}


async def test_a_write_that_hangs_is_given_up_when_the_instance_ends(stage: Stage) -> None:
    redis = Counted(stage.redis)
    redis.gate.clear()
    faults = ModelFaults(redis, Seconds(1e9))
    faults.note("m", FaultClass.BUSY)
    await asyncio.sleep(0)
    await faults.aclose()
    assert redis.sent == 1
