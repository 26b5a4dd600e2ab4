"""What comes from the database with the first text of a user whom the store does not know."""

import pytest

from brain.cloud.redis.numbering import Outlasting
from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.cloud.redis.store import RedisStore
from brain.memory.redis import RedisShownBlock, stored
from brain.preferences.model import Preferences
from brain.run.limits import Limits
from brain.run.moves import Admitted
from tests.contracts.store.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")

CHOSEN = Preferences(language="de", zone="Europe/Berlin")


async def first_turn(stage: Stage, *memory: str) -> Admitted:
    async def ask(user_id: str) -> Outlasting:
        return Outlasting(memory=memory)

    store = RedisStore(stage.redis, Limits(), ask=ask)
    admitted = await store.admit(stage.arrival())
    assert isinstance(admitted, Admitted)
    return admitted


async def test_what_the_model_is_shown_comes_along_and_is_kept(stage: Stage) -> None:
    admitted = await first_turn(stage, *stored("Facts.", CHOSEN))
    assert (admitted.memory, admitted.language, admitted.zone) == ("Facts.", "de", "Europe/Berlin")
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("memory")], limit_s=4)
    assert KEEP_MS - 60_000 < int(left) <= KEEP_MS


async def test_an_empty_block_is_known_too(stage: Stage) -> None:
    admitted = await first_turn(stage, *stored("", Preferences()))
    assert (admitted.memory, admitted.language, admitted.zone) == ("", None, "UTC")


async def test_what_is_not_known_is_left_to_the_run(stage: Stage) -> None:
    assert (await first_turn(stage)).memory is None


async def test_memory_that_is_left_is_not_replaced(stage: Stage) -> None:
    await RedisShownBlock(stage.redis).keep_block(stage.user, "Newer.")
    assert (await first_turn(stage, *stored("Facts.", CHOSEN))).memory == "Newer."
