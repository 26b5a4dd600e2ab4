"""How long a brain holds its user."""

from dataclasses import replace

import pytest

from brain.run.errors import LeaseLost
from brain.run.limits import Limits
from brain.run.moves import Admitted, Move, Recorded
from tests.contracts.store.stage import Stage, commit

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_renewal_makes_the_lease_last_from_now(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    await stage.store().renew(admitted.hold)
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s > 20


async def test_a_step_makes_the_lease_last_from_now(stage: Stage) -> None:
    admitted = await stage.begin(Limits(lease_s=1))
    await stage.store().commit(admitted.hold, commit(0, Move.RECORD))
    found = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(found, Recorded)
    assert found.lease_left_s > 20


async def test_whoever_holds_nothing_renews_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    with pytest.raises(LeaseLost):
        await stage.store().renew(replace(admitted.hold, fence=2))
    await stage.last(admitted.hold)
    with pytest.raises(LeaseLost):
        await stage.store().renew(admitted.hold)


async def test_a_lease_that_is_released_is_anybodys(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.store().release(replace(admitted.hold, fence=7))
    held = await stage.store().admit(stage.arrival("More", holder="h2"))
    assert isinstance(held, Recorded)
    await stage.store().release(admitted.hold)
    found = await stage.store().admit(stage.arrival("And more", holder="h3"))
    assert isinstance(found, Admitted)
    assert found.hold.fence == 2


async def test_a_release_after_the_end_changes_nothing(stage: Stage) -> None:
    admitted = await stage.begin()
    await stage.last(admitted.hold)
    await stage.store().release(admitted.hold)
    assert (await stage.store().status(stage.user)).state == "idle"
