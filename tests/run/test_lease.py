"""How a brain keeps its lease, and how it notices that it has lost it, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from brain.cloud.redis.store import RedisStore
from brain.errors import LeaseLost, RunStopped
from brain.run.journal import Spent
from brain.run.lease import Lease
from brain.run.limits import Limits
from brain.run.moves import Admitted, Arrival, Commit, CommitKind, LeaseToken, Recorded, WakeCall
from brain.run.store import Sight
from tests.fakes.clock import EPOCH
from tests.fakes.loop import in_virtual_time
from tests.fakes.world import World

LEASE_S = 30.0


@dataclass(frozen=True)
class Stage:
    """A run that was just admitted, and the task that keeps its lease."""

    world: World
    store: RedisStore
    lease: Lease
    keeping: asyncio.Task[None]

    async def left_s(self) -> float:
        """What the store says of the lease, asked with another text."""
        found = await self.store.admit(arrival(f"message-{self.world.clock.new_id()}"))
        assert isinstance(found, Recorded)
        return found.lease_left_s

    async def lost(self) -> float:
        """The second at which the lease was found to be lost."""
        with pytest.raises(LeaseLost):
            await self.keeping
        return self.world.clock.now()


def arrival(message_id: str, holder: str = "other") -> Arrival:
    return Arrival(
        user_id="anna",
        id=message_id,
        text="Hi",
        message_id=message_id,
        agent_call_id=None,
        recent_context=(),
        created_at=EPOCH,
        holder=holder,
        new_run_id="r1",
    )


@in_virtual_time
async def staged(story: Callable[[Stage], Coroutine[Any, Any, None]]) -> None:
    world = World(limits=Limits(lease_s=LEASE_S))
    store = RedisStore(world.redis, world.limits)
    admitted = await store.admit(arrival("message-1", "me"))
    assert isinstance(admitted, Admitted)
    lease = Lease(world.clock, admitted.token, lease_s=LEASE_S, since=world.clock.now())
    keeping = world.spawn(lease.keep(store))
    await story(Stage(world=world, store=store, lease=lease, keeping=keeping))
    keeping.cancel()


def test_a_lease_is_renewed_while_a_step_takes_long() -> None:
    async def story(stage: Stage) -> None:
        for _ in range(10):
            await asyncio.sleep(LEASE_S)
            stage.lease.check()
            assert await stage.left_s() > LEASE_S / 2

    staged(story)


def test_a_lease_that_was_extended_is_not_renewed_before_its_time() -> None:
    async def story(stage: Stage) -> None:
        calls = stage.world.redis.calls
        for _ in range(20):
            await asyncio.sleep(LEASE_S / 4)
            stage.lease.extend(since=stage.world.clock.now())
        assert stage.world.redis.calls == calls

    staged(story)


def test_a_late_answer_does_not_shorten_the_lease() -> None:
    async def story(stage: Stage) -> None:
        stage.lease.extend(since=20)
        stage.lease.extend(since=5)
        stage.keeping.cancel()
        await asyncio.sleep(LEASE_S + 19)
        stage.lease.check()
        await asyncio.sleep(1)
        with pytest.raises(LeaseLost):
            stage.lease.check()

    staged(story)


def test_a_short_outage_of_the_store_does_not_lose_the_lease() -> None:
    async def story(stage: Stage) -> None:
        stage.world.redis.refusing = True
        await asyncio.sleep(LEASE_S * 0.9)
        stage.lease.check()
        stage.world.redis.refusing = False
        await asyncio.sleep(LEASE_S)
        stage.lease.check()
        assert not stage.keeping.done()

    staged(story)


def test_a_long_outage_of_the_store_loses_the_lease_at_its_end() -> None:
    async def story(stage: Stage) -> None:
        stage.world.redis.refusing = True
        assert await stage.lost() == pytest.approx(LEASE_S, abs=2)

    staged(story)


def test_a_take_over_is_noticed_with_the_next_renewal() -> None:
    async def story(stage: Stage) -> None:
        await stage.store.release(stage.lease.token)
        taken = await stage.store.resume(
            WakeCall(user_id="anna", run_id="r1", reason="wakeup", wake=1), holder="other"
        )
        assert isinstance(taken, Admitted)
        assert await stage.lost() == pytest.approx(LEASE_S / 3, abs=1)

    staged(story)


def test_a_stop_is_noticed_at_the_next_check() -> None:
    async def story(stage: Stage) -> None:
        watching = stage.world.spawn(stage.lease.watch(stage.store, every_s=1))
        await asyncio.sleep(5.5)
        assert not watching.done()
        await stage.world.stop(run_id="r1")
        with pytest.raises(RunStopped):
            await watching
        assert stage.world.clock.now() == pytest.approx(6, abs=0.1)

    staged(story)


def test_a_check_without_the_store_does_not_lose_the_lease() -> None:
    async def story(stage: Stage) -> None:
        watching = stage.world.spawn(stage.lease.watch(stage.store, every_s=1))
        stage.world.redis.refusing = True
        await asyncio.sleep(3)
        assert not watching.done()
        stage.world.redis.refusing = False
        await stage.store.release(stage.lease.token)

    staged(story)


def test_a_lease_that_is_being_released_is_not_checked() -> None:
    async def story(stage: Stage) -> None:
        watching = stage.world.spawn(stage.lease.watch(stage.store, every_s=1))
        stage.lease.is_ending = True
        await stage.world.stop(run_id="r1")
        await asyncio.sleep(3)
        assert not watching.done()

    staged(story)


def test_a_lease_that_is_being_released_is_not_reported_as_lost() -> None:
    async def story(stage: Stage) -> None:
        stage.lease.is_ending = True
        calls = stage.world.redis.calls
        await asyncio.sleep(LEASE_S * 2)
        assert stage.world.redis.calls == calls
        assert not stage.keeping.done()

    staged(story)


class Overtaking(RedisStore):
    """A store that the run's last step reaches before a renewal that was sent before it."""

    lease: Lease

    async def renew(self, token: LeaseToken) -> None:
        self.lease.is_ending = True
        await self.commit(token, Commit(step=0, kind=CommitKind.END, spent=Spent(started_ms=0)))
        await super().renew(token)


def test_a_renewal_after_the_last_step_does_not_lose_the_lease() -> None:
    async def story(stage: Stage) -> None:
        stage.keeping.cancel()
        store = Overtaking(stage.world.redis, stage.world.limits)
        store.lease = stage.lease
        keeping = stage.world.spawn(stage.lease.keep(store))
        await asyncio.sleep(LEASE_S)
        assert (await store.status("anna")).state == "idle"
        assert not keeping.done()

    staged(story)


class Late(RedisStore):
    """A store whose answer to a look comes when the lease is being given back already."""

    lease: Lease

    async def look(self, token: LeaseToken) -> Sight:
        self.lease.is_ending = True
        return await super().look(token)


def test_a_check_after_the_last_step_does_not_lose_the_lease() -> None:
    async def story(stage: Stage) -> None:
        store = Late(stage.world.redis, stage.world.limits)
        store.lease = stage.lease
        await stage.world.stop(run_id="r1")
        watching = stage.world.spawn(stage.lease.watch(store, every_s=1))
        await asyncio.sleep(3)
        assert not watching.done()

    staged(story)
