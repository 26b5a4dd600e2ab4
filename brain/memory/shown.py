"""Facts and wishes whose every change shows: what the model is shown of them is made anew."""

from collections.abc import Sequence

from brain.memory.model import Fact
from brain.memory.ports import Facts, ShownBlock


class ShownFacts:
    """`Memory` in front of another.

    The block is dropped before a change and after it: a death in between leaves none that is
    older than the facts, and neither does a run that makes one meanwhile.
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
