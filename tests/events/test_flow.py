"""Incoming reports, with crashes and duplicates, in virtual time."""

from brain.events.model import Event
from tests.events.stage import listens, told
from tests.fakes.clock import EPOCH
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World


@in_virtual_time
async def test_two_users_hear_the_same_event_once_each() -> None:
    world = World()
    event = Event(id="e", kind="event", at=EPOCH, text="The house is on fire", urgent=True)
    for user in ("anna", "ben"):
        await listens(world, user)
    for user in ("anna", "ben", "anna"):
        await world.happen(event, user=user)
    assert await told(world) == await told(world, "ben") == ["The house is on fire."]
