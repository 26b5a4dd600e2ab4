"""What the tests of words from outside share."""

from collections.abc import Callable, Coroutine
from typing import Any

from brain.cloud.redis.scripts import Keys
from brain.notices.flow import Notices
from brain.run.messages import Kind, Message
from tests.fakes.loop import run_virtual
from tests.fakes.world import World

LIVES = 40  # more steps than any story here has


async def listens(world: World, user: str = "anna") -> None:
    """Keep a page open."""
    at_ms = round(world.clock.utc().timestamp() * 1000) - 60_000
    await world.ports.store.note_presence(Keys.of(user).user, is_occupied=True, at_ms=at_ms)


async def told(world: World, user: str = "anna") -> list[str]:
    assert isinstance(world.ports.announcer, Notices)  # without notices nothing is told
    return [message.text for message in await notifications(world, user)]


async def notifications(world: World, user: str = "anna") -> list[Message]:
    return [message for message in await world.said(user) if message.kind is Kind.NOTIFICATION]


def wherever_it_dies(story: Callable[[int], Coroutine[Any, Any, World]]) -> None:
    """Play the story with a process that crashes after more and more steps, until it survives."""
    for steps in range(LIVES):
        world = run_virtual(story(steps))
        survived = all(gate.is_open for gate, _ in world.alive)
        assert survived or steps < LIVES - 1
        assert not survived or steps > 0
