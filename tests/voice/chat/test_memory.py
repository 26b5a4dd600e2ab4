"""What an instance remembers of calls: it saves a round trip, and decides nothing by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from brain.cloud.redis.scripts import NO_BOUND, Redis
from brain.voice.chat.flow import place_request
from brain.voice.chat.model import ChatRequest, PlacedText, Said
from brain.voice.chat.redis import MOST_SEEN, RedisCallMemory
from tests.fakes.world import World


@dataclass
class Instance:
    """An instance of the function, and how often it has asked the store."""

    world: World
    trips: int = 0
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def _redis(self) -> Redis:
        return self.world.redis

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        self.trips += 1
        return await self._redis.evaluate(script, keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        self.trips += 1
        return await self._redis.execute(command, limit_s=limit_s)

    async def place(self, text: str, *, answers: int = 0, call: str = "c-1") -> PlacedText:
        memory = RedisCallMemory(self, log_bound=NO_BOUND, seen=self.seen)
        asked = ChatRequest(said=Said(text=text, answers=answers), call=call)
        placed, _ = await place_request(memory, self.world.clock, "anna", asked)
        return placed


async def test_a_call_that_stays_with_an_instance_costs_one_round_trip() -> None:
    instance = Instance(World([]))
    first = await instance.place("Book")
    second = await instance.place("Book a table")
    third = await instance.place("Thanks", answers=1)
    assert instance.trips == 3
    assert second.replaces == first.message_id
    assert (third.index, third.replaces) == (1, None)


async def test_what_another_instance_has_placed_counts() -> None:
    world = World([])
    one, other = Instance(world), Instance(world)
    first = await one.place("Book")
    second = await other.place("Book a table")
    third = await one.place("Book a table for two")
    assert (second.replaces, third.replaces) == (first.message_id, second.message_id)
    assert (one.trips, other.trips) == (3, 2)


async def test_an_instance_remembers_a_bounded_number_of_calls() -> None:
    instance = Instance(World([]))
    for number in range(MOST_SEEN + 2):
        await instance.place("Book", call=f"c-{number}")
    assert len(instance.seen) == MOST_SEEN
    assert (await instance.place("Book a table", call="c-0")).replaces
