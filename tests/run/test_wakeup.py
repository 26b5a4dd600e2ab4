"""Wake-ups that continue a run after a crash, in virtual time."""

import asyncio

import pytest

from brain.run.moves import WakeCall
from brain.run.wakeup import MARGIN_S, RETRY_S, WakeUp, publish_wakeup
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World


def wake_up(world: World) -> WakeUp:
    return WakeUp(world.queue, world.clock, user_id="anna", run_id="r1", wake=3, lease_s=30)


@pytest.mark.parametrize(("left_s", "delay_s"), [(30, 30 + MARGIN_S), (-5, MARGIN_S)])
@in_virtual_time
async def test_a_wake_up_comes_shortly_after_the_end_of_the_lease(
    left_s: float, delay_s: float
) -> None:
    world = World()
    await publish_wakeup(world.queue, user_id="anna", run_id="r1", wake=3, lease_left_s=left_s)
    [(wake_call, delay, dedup_id)] = world.queue.published
    assert wake_call == WakeCall(user_id="anna", run_id="r1", reason="wakeup", wake=3)
    assert (delay, dedup_id) == (delay_s, "r1-wake-3")


@in_virtual_time
async def test_it_is_armed_only_once() -> None:
    world = World()
    wake = wake_up(world)
    assert not wake.is_armed
    await asyncio.gather(wake.arm(), wake.arm())
    assert wake.is_armed
    await wake.arm()
    assert len(world.queue.published) == 1


@in_virtual_time
async def test_a_caller_who_stops_waiting_does_not_stop_the_arming() -> None:
    world = World()
    wake = wake_up(world)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await wake.arm()
    await wake.arm()
    assert len(world.queue.published) == 1


@in_virtual_time
async def test_it_retries_until_the_queue_accepts_it() -> None:
    world = World()
    world.queue.refusing = True
    wake = wake_up(world)
    arming = world.spawn(wake.arm())
    await asyncio.sleep(RETRY_S * 10)
    assert not wake.is_armed
    world.queue.refusing = False
    await arming
    assert wake.is_armed


@in_virtual_time
async def test_a_short_turn_publishes_no_wake_up() -> None:
    world = World()
    wake = wake_up(world)
    arming = world.spawn(wake.arm_after(1))
    await asyncio.sleep(0.9)
    arming.cancel()
    await wake.disarm()
    await asyncio.sleep(10)
    assert world.queue.published == []


@in_virtual_time
async def test_a_long_turn_arms_it() -> None:
    world = World()
    await wake_up(world).arm_after(1)
    assert len(world.queue.published) == 1


@in_virtual_time
async def test_a_turn_that_ends_stops_trying() -> None:
    world = World()
    world.queue.refusing = True
    wake = wake_up(world)
    arming = world.spawn(wake.arm())
    await asyncio.sleep(RETRY_S)
    await wake.disarm()
    assert not wake.is_armed
    world.queue.refusing = False
    await asyncio.sleep(60)
    assert arming.cancelled()
    assert world.queue.published == []


@in_virtual_time
async def test_a_queued_wake_up_stays_when_the_turn_ends() -> None:
    world = World()
    wake = wake_up(world)
    await wake.arm()
    await wake.disarm()
    assert wake.is_armed
    assert len(world.queue.published) == 1
