"""The stored memory block that the model is shown. On both Redis."""

import pytest

from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.memory.model import Summary
from brain.memory.redis import RedisShownBlock
from brain.run.moves import Admitted
from tests.contracts.store.stage import Stage, Twice

pytestmark = pytest.mark.asyncio(loop_scope="package")

NOTHING = Summary(text="", upto_seq=0)
FIRST, SECOND = Summary(text="They met.", upto_seq=10), Summary(text="They ate.", upto_seq=20)


@pytest.fixture
def block(stage: Stage) -> RedisShownBlock:
    return RedisShownBlock(stage.redis)


async def shown(stage: Stage) -> str | None:
    """The block that a run that begins now is shown."""
    key = Keys.of(stage.user).key("memory")
    found = await stage.redis.execute(["HGET", key, "block"], limit_s=4)
    return None if found is None else str(found)


async def test_a_block_is_shown_from_the_next_run_on_until_it_is_dropped(
    stage: Stage, block: RedisShownBlock
) -> None:
    assert await shown(stage) is None
    await block.keep_block(stage.user, "Facts.")
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("memory")], limit_s=4)
    assert KEEP_MS - 60_000 < int(left) <= KEEP_MS
    admitted = await stage.begin()
    assert isinstance(admitted, Admitted)
    assert admitted.memory == "Facts."
    await block.drop_block(stage.user)
    assert await shown(stage) is None


async def test_a_summary_takes_the_place_of_the_one_it_was_made_from_and_the_block_is_stale(
    stage: Stage, block: RedisShownBlock
) -> None:
    assert await block.summary(stage.user) == NOTHING
    await block.keep_block(stage.user, "Facts.")
    await block.keep_summary(stage.user, FIRST, instead_of=NOTHING)
    assert await block.summary(stage.user) == FIRST
    assert await shown(stage) is None
    await block.keep_summary(stage.user, SECOND, instead_of=FIRST)
    assert await block.summary(stage.user) == SECOND
    assert (await stage.begin()).summarised_seq == 20


async def test_a_summary_that_reaches_less_far_is_not_taken(
    stage: Stage, block: RedisShownBlock
) -> None:
    await block.keep_summary(stage.user, SECOND, instead_of=NOTHING)
    await block.keep_block(stage.user, "Facts.")
    await block.keep_summary(stage.user, FIRST, instead_of=NOTHING)
    assert await block.summary(stage.user) == SECOND
    assert await shown(stage) == "Facts."


async def test_a_summary_is_replaced_only_by_a_writer_that_knows_the_current_one(
    stage: Stage, block: RedisShownBlock
) -> None:
    await block.keep_summary(stage.user, SECOND, instead_of=NOTHING)
    anew = Summary(text="Shorter.", upto_seq=5)
    await block.keep_summary(stage.user, anew, instead_of=SECOND)
    assert await block.summary(stage.user) == anew


async def test_each_may_be_sent_twice(stage: Stage) -> None:
    twice = RedisShownBlock(Twice(stage.redis))
    await twice.keep_block(stage.user, "Facts.")
    await twice.keep_summary(stage.user, FIRST, instead_of=NOTHING)
    await twice.keep_summary(stage.user, SECOND, instead_of=FIRST)
    assert await twice.summary(stage.user) == SECOND
    await twice.drop_block(stage.user)
    assert await shown(stage) is None
