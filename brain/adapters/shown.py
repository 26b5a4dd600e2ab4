"""Facts and wishes whose every change shows: what the model is shown of them is made anew."""

from collections.abc import Sequence

from brain.domain.events import EventKind
from brain.domain.memory import Fact
from brain.domain.wishes import Preferences, Rule
from brain.ports import Memory, MemoryBlock, Wishes


class ShownMemory:
    """`Memory` in front of another.

    The block is dropped before a change and after it: a death in between leaves none that is
    older than the facts, and neither does a run that makes one meanwhile.
    """

    def __init__(self, memory: Memory, block: MemoryBlock) -> None:
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


class ShownWishes:
    """`Wishes` in front of others: the model is shown the user's time zone."""

    def __init__(self, wishes: Wishes, block: MemoryBlock) -> None:
        self._wishes = wishes
        self._block = block

    async def preferences(self, user_id: str) -> Preferences:
        return await self._wishes.preferences(user_id)

    async def save(self, user_id: str, preferences: Preferences) -> None:
        await self._block.drop_block(user_id)
        await self._wishes.save(user_id, preferences)
        await self._block.drop_block(user_id)

    async def add_rule(
        self,
        user_id: str,
        *,
        about: str,
        sender: str | None = None,
        words: Sequence[str] = (),
        kinds: Sequence[EventKind] = (),
        judge: bool = False,
        urgent: bool = False,
        key: str,
    ) -> Rule:
        return await self._wishes.add_rule(
            user_id,
            about=about,
            sender=sender,
            words=words,
            kinds=kinds,
            judge=judge,
            urgent=urgent,
            key=key,
        )

    async def rules(self, user_id: str) -> Sequence[Rule]:
        return await self._wishes.rules(user_id)

    async def remove_rule(self, user_id: str, rule_id: str) -> Rule | None:
        return await self._wishes.remove_rule(user_id, rule_id)
