"""Facts whose changes renew what the model is shown."""

from collections.abc import Sequence

from brain.memory.model import Fact
from brain.memory.ports import Facts, ShownBlock


class ShownFacts:
    """`Facts` that wraps another one and drops the block at each change.

    The block is dropped before and after the change. If the process crashes after the change, no
    old block is left. If a run stores a block during the change, the second drop removes it.
    """

    def __init__(self, memory: Facts, block: ShownBlock) -> None:
        self._memory = memory
        self._block = block

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        await self._block.drop_block(user_id)
        fact = await self._memory.remember(
            user_id, text=text, source=source, foreign=foreign, key=key
        )
        await self._block.drop_block(user_id)
        return fact

    async def recall(self, user_id: str, *, query: str, limit: int) -> Sequence[Fact]:
        return await self._memory.recall(user_id, query=query, limit=limit)

    async def facts(self, user_id: str, *, limit: int) -> Sequence[Fact]:
        return await self._memory.facts(user_id, limit=limit)

    async def fact(self, user_id: str, fact_id: str) -> Fact | None:
        return await self._memory.fact(user_id, fact_id)

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        await self._block.drop_block(user_id)
        fact = await self._memory.forget(user_id, fact_id)
        await self._block.drop_block(user_id)
        return fact
