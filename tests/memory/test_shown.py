"""The block is rebuilt after every change, even if a run stores one during the change."""

from collections.abc import Awaitable, Callable

import pytest

from brain.cloud.redis.scripts import Keys
from brain.memory.model import Fact
from brain.memory.redis import RedisShownBlock
from brain.memory.shown import ShownFacts
from brain.preferences.model import Preferences
from brain.preferences.watched import WatchedPreferences
from tests.fakes.memory import FakeFacts
from tests.fakes.preferences import FakePreferences
from tests.fakes.redis import MemoryRedis

OLD = "What a run has made of how things were before."


class Meanwhile(FakeFacts):
    """While it is changed, a run makes the block of what it has read before the change."""

    def __init__(self, block: RedisShownBlock) -> None:
        super().__init__()
        self._block = block

    async def remember(
        self, user_id: str, *, text: str, source: str, foreign: bool, key: str
    ) -> Fact:
        fact = await super().remember(user_id, text=text, source=source, foreign=foreign, key=key)
        await self._block.keep_block(user_id, OLD)
        return fact

    async def forget(self, user_id: str, fact_id: str) -> Fact | None:
        gone = await super().forget(user_id, fact_id)
        await self._block.keep_block(user_id, OLD)
        return gone


class WishesMeanwhile(FakePreferences):
    def __init__(self, block: RedisShownBlock) -> None:
        super().__init__()
        self._block = block

    async def save(self, user_id: str, preferences: Preferences) -> None:
        await super().save(user_id, preferences)
        await self._block.keep_block(user_id, OLD)


type Change = Callable[[RedisShownBlock], Awaitable[object]]


async def remember(block: RedisShownBlock) -> object:
    memory = ShownFacts(Meanwhile(block), block)
    return await memory.remember("anna", text="Tea.", source="", foreign=False, key="1")


async def forget(block: RedisShownBlock) -> object:
    return await ShownFacts(Meanwhile(block), block).forget("anna", "fact1")


async def save(block: RedisShownBlock) -> None:
    await WatchedPreferences(WishesMeanwhile(block), [block.drop_block]).save("anna", Preferences())


@pytest.mark.parametrize("change", [remember, forget, save])
async def test_no_block_is_older_than_the_last_change(change: Change) -> None:
    redis = MemoryRedis(lambda: 0)
    block = RedisShownBlock(redis)
    await block.keep_block("anna", OLD)
    await change(block)
    assert "block" not in dict(redis.dump(Keys.of("anna").key("memory")) or {})


async def test_calls_that_change_nothing_are_passed_on() -> None:
    block = RedisShownBlock(MemoryRedis(lambda: 0))
    memory, wishes = (
        ShownFacts(FakeFacts(), block),
        WatchedPreferences(FakePreferences(), [block.drop_block]),
    )
    fact = await memory.remember("anna", text="Tea.", source="", foreign=False, key="1")
    assert await memory.facts("anna", limit=10) == [fact]
    assert await memory.fact("anna", fact.id) == fact
    assert await memory.recall("anna", query="tea", limit=10) == [fact]
    await wishes.save("anna", Preferences(zone="Europe/Berlin"))
    assert (await wishes.preferences("anna")).zone == "Europe/Berlin"
