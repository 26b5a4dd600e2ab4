"""The ids of the queue's messages, on the real Redis."""

import time
from collections.abc import Iterator
from itertools import count
from zlib import crc32

import pytest

from brain.cloud.meter import meter, new_meter
from brain.cloud.redis.queued import LATE_MS, MOST, PRUNING, QueuedMessages
from brain.cloud.redis.scripts import KEEP_MS, BatchRedis, Keys
from brain.errors import StoreUnreachable
from tests.fakes.redis import MemoryRedis

pytestmark = pytest.mark.asyncio(loop_scope="package")


def ids(*, prune: bool) -> Iterator[str]:
    """Ids whose notes remove what is too old, or do not."""
    made = (f"msg_{number}" for number in count())
    return (id for id in made if (crc32(id.encode()) % PRUNING == 0) is prune)


async def noted(redis: BatchRedis, key: str) -> list[str]:
    found: list[str] = await redis.execute(["ZRANGE", key, "0", "-1"], limit_s=4)
    return found


async def test_a_note_takes_two_commands_and_is_kept(real: BatchRedis) -> None:
    key, id = Keys.of("queued-1").key("queued"), next(ids(prune=False))
    new_meter()
    for _ in range(2):
        await QueuedMessages(real).note("queued-1", id, 30)
    running = meter()
    assert running is not None
    assert running.counts.commands == 2 * 2
    assert await noted(real, key) == [id]
    until = float(await real.execute(["ZSCORE", key, id], limit_s=4)) / 1000
    assert time.time() < until - LATE_MS / 1000 <= time.time() + 30
    assert 0 < int(await real.execute(["PTTL", key], limit_s=4)) <= KEEP_MS


async def test_what_cannot_come_any_more_is_removed_now_and_then(real: BatchRedis) -> None:
    key = Keys.of("queued-2").key("queued")
    await real.execute(["ZADD", key, "1", "old"], limit_s=4)
    plain = next(ids(prune=False))
    await QueuedMessages(real).note("queued-2", plain, 0)
    assert await noted(real, key) == ["old", plain]
    pruning = next(ids(prune=True))
    await QueuedMessages(real).note("queued-2", pruning, 60)
    assert await noted(real, key) == [plain, pruning]


async def test_of_too_many_the_first_are_forgotten(real: BatchRedis) -> None:
    key, later = Keys.of("queued-3").key("queued"), time.time() * 1000 + 1_000_000
    many = [word for n in range(MOST + 5) for word in (str(later + n), f"many-{n}")]
    await real.execute(["ZADD", key, *many], limit_s=4)
    await QueuedMessages(real).note("queued-3", next(ids(prune=True)), 10_000)
    found = await noted(real, key)
    assert len(found) == MOST
    assert "many-5" not in found
    assert "many-6" in found


async def test_a_message_without_an_id_is_not_noted_and_a_lost_note_harms_nothing() -> None:
    redis = MemoryRedis(lambda: 0)
    redis.refusing = True
    with pytest.raises(StoreUnreachable):
        await redis.execute(["GET", "k"], limit_s=1)
    await QueuedMessages(redis).note("anna", "", 1)
    await QueuedMessages(redis).note("anna", "msg", 1)
    assert redis.calls == 0
