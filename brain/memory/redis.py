"""The memory block on a Redis script."""

from typing import Any

from brain.cloud.redis.scripts import BRAIN_LIMIT_S, KEEP_MS, Keys, Redis, script
from brain.memory.model import Summary


class RedisShownBlock:
    """MemoryBlock on a Redis script."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def summary(self, user_id: str) -> Summary:
        _, text, upto = await self._run(user_id, "read")
        return Summary(text=text or "", upto_seq=int(upto or 0))

    async def keep_summary(self, user_id: str, summary: Summary, *, instead_of: Summary) -> None:
        upto, before = str(summary.upto_seq), str(instead_of.upto_seq)
        await self._run(user_id, "summary", summary.text, upto, before)

    async def keep_block(self, user_id: str, block: str) -> None:
        await self._run(user_id, "block", block)

    async def drop_block(self, user_id: str) -> None:
        await self._run(user_id, "stale")

    async def _run(
        self, user_id: str, what: str, value: str = "", upto: str = "0", before: str = "0"
    ) -> Any:
        keys = Keys.of(user_id)
        return await self._redis.evaluate(
            script("memory"),
            [*keys.all(), keys.key("memory")],
            [what, value, upto, str(KEEP_MS), before],
            limit_s=BRAIN_LIMIT_S,
        )
