"""A run that is on while its user is erased: its brain can write nothing more, in virtual time."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.cloud.redis.store import RedisStore
from brain.run.limits import Limits
from brain.run.moves import Commit, Committed, LeaseToken
from brain.run.store import Sight
from brain.tools.spec import Effect
from brain.user.flow import ErasingServices, erase_all, erase_conversation
from brain.user.redis import RedisTraces
from tests.fakes.loop import in_virtual_time
from tests.fakes.model import calls, words
from tests.fakes.tools import NoteTool
from tests.fakes.world import World

WORD = "xylophone"
LEASE_S = 30.0
NOTING = calls(("note", f'{{"text":"{WORD}"}}'))
ERASE = {"all": erase_all, "conversation": erase_conversation}


class Freezing(RedisStore):
    """A store as a process sees it that is frozen: its calls get through once it has thawed."""

    def __init__(self, world: World) -> None:
        super().__init__(world.redis, world.limits)
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def commit(self, token: LeaseToken, step: Commit) -> Committed:
        await self.thawed.wait()
        return await super().commit(token, step)

    async def renew(self, token: LeaseToken) -> None:
        await self.thawed.wait()
        await super().renew(token)

    async def look(self, token: LeaseToken) -> Sight:
        await self.thawed.wait()
        return await super().look(token)


def erasing(world: World) -> ErasingServices:
    async def nothing(user_id: str) -> Sequence[str]:
        return ()

    async def done(user_id: str) -> None: ...

    return ErasingServices(
        traces=RedisTraces(world.redis, world.limits),
        rows=None,
        calls=None,
        channel=world.channel,
        clock=world.clock,
        limits=world.limits,
        stand_ins=nothing,
        erasing=nothing,
        erased=done,
        stop=done,
    )


async def held(world: World) -> dict[str, Any]:
    """The user's keys with what they hold."""
    pattern = Keys.of("anna").key("*")
    _, keys = await world.redis.execute(["SCAN", "0", "MATCH", pattern], limit_s=1)
    return {key.partition("}:")[2]: world.redis.dump(key) for key in keys}


def at_work(delay_s: float) -> World:
    """A world whose brain notes something, and then thinks for so long."""
    sayings = [NOTING, words(f"The {WORD} is here.", delay_s=delay_s), words("Hello.")]
    return World(sayings, tools=[NoteTool(Effect.READS)], limits=Limits(lease_s=LEASE_S))


@in_virtual_time
async def test_a_brain_at_work_stops_at_once_and_its_fence_is_all_that_stays() -> None:
    world = at_work(delay_s=100)
    asking = world.spawn(world.ask(f"Where is the {WORD}?"))
    await asyncio.sleep(3)
    began = world.clock.now()
    counts = await erase_all(erasing(world), "anna")
    assert counts["messages"] == 1
    await asking
    assert world.clock.now() - began < 5  # of 100
    left = await held(world)
    assert {*left} == {"run"}
    assert {*left["run"]} == {"state", "id", "fence", "reason"}
    await world.settle()
    await asyncio.sleep(LEASE_S)
    assert await held(world) == {}
    assert world.failures == []


@pytest.mark.parametrize("scope", ["all", "conversation"])
@pytest.mark.parametrize("thaws_s", [0, 3 * LEASE_S])
@in_virtual_time
async def test_a_frozen_brain_writes_nothing_when_it_thaws(thaws_s: float, scope: str) -> None:
    world = at_work(delay_s=3)
    frozen = Freezing(world)
    world.ports = replace(world.ports, store=frozen)
    asking = world.spawn(world.ask(f"Where is the {WORD}?"))
    await asyncio.sleep(2)
    frozen.thawed.clear()
    await ERASE[scope](erasing(world), "anna")
    await asyncio.sleep(5 + thaws_s)  # it has got its answer, and does not know more
    frozen.thawed.set()
    await asking
    await world.settle()
    assert WORD not in str(await held(world))
    assert await world.log() == ()
    assert world.failures == []


@in_virtual_time
async def test_a_frozen_brain_leaves_the_users_new_log_alone() -> None:
    world = at_work(delay_s=3)
    frozen = Freezing(world)
    world.ports = replace(world.ports, store=frozen)
    asking = world.spawn(world.ask(f"Where is the {WORD}?"))
    await asyncio.sleep(2)
    frozen.thawed.clear()
    await erase_all(erasing(world), "anna")
    await asyncio.sleep(5)
    world.ports = replace(world.ports, store=RedisStore(world.redis, world.limits))
    await world.ask("Hello?")
    frozen.thawed.set()
    await asking
    await world.settle()
    assert [(entry.seq, entry.text) for entry in await world.log()] == [
        (1, "Hello?"),
        (2, "Hello."),
    ]
    assert WORD not in str(await held(world))


@in_virtual_time
async def test_what_was_just_being_written_after_a_run_goes_too() -> None:
    world = World([words("Hello.")])
    await world.ask("Hello?")
    await world.settle()

    async def write_late() -> None:
        await asyncio.sleep(world.limits.look_s / 2)
        await world.redis.execute(["HSET", Keys.of("anna").key("late"), "a", WORD], limit_s=1)

    late = world.spawn(write_late())
    await erase_all(erasing(world), "anna")
    assert late.done()
    assert late.exception() is None
    assert await held(world) == {}
