"""How long a brain keeps its lease."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.errors import LeaseLost
from brain.run.limits import Limits
from brain.run.moves import Admitted, CommitKind, Recorded
from tests.contracts.store.stage import Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_renewal_makes_the_lease_last_from_now(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    await stage.store().renew(admitted.token)
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s > 5


async def test_a_step_makes_the_lease_last_from_now(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    await stage.store().commit(admitted.token, commit(0, CommitKind.RECORD))
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s > 5


async def test_a_step_that_knows_the_time_leaves_the_lease_as_it_is(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    at_ms = admitted.now_ms + 50
    quick = replace(commit(0, CommitKind.RECORD), at_ms=at_ms)
    await stage.store().commit(admitted.token, quick)
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s <= 1
    key = Keys.of(stage.user).key("run")
    (lease,) = await stage.redis.execute(["HMGET", key, "lease"], limit_s=4)
    assert int(lease) == admitted.now_ms + 1000


async def test_a_hand_over_lasts_from_now_whatever_the_brain_knows(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    given = replace(commit(0, CommitKind.HAND_OVER), at_ms=1)
    await stage.store().commit(admitted.token, given)
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s > 5


async def test_a_lease_is_renewed_only_by_its_holder(stage: Stage) -> None:
    admitted = await stage.begin()
    with pytest.raises(LeaseLost):
        await stage.store().renew(replace(admitted.token, fence=2))
    await stage.last(admitted.token)
    with pytest.raises(LeaseLost):
        await stage.store().renew(admitted.token)


async def test_a_lease_that_is_released_is_anybodys(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().release(replace(admitted.token, fence=7))
    held = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(held, Recorded)
    await stage.store().release(admitted.token)
    found = await stage.store().admit(stage.arrival("And more", holder="h3"))
    assert isinstance(found, Admitted)
    assert found.token.fence == 2


async def test_a_release_after_the_end_changes_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.token)
    await stage.store().release(admitted.token)
    assert (await stage.store().status(stage.user)).state == "idle"
