"""Who follows the log: news are published only for them, because each command is billed."""

import pytest
from msgspec.structs import replace

from brain.cloud.redis.scripts import Keys
from brain.run.moves import Admitted, CommitKind
from tests.contracts.store.stage import Stage, Watch, commit
from tests.fakes.redis import MemoryRedis

pytestmark = pytest.mark.asyncio(loop_scope="package")

LONG_S = 6 * 60  # longer than a listener counts as one


class Followed:
    """A stage in memory that knows what was published, to how many listeners."""

    def __init__(self) -> None:
        self.listeners = 0
        watch = Watch()
        self.memory = MemoryRedis(lambda: watch.ms, publish=lambda *_: self.listeners)
        self.stage = Stage(redis=self.memory, pass_time=watch.pass_time, user="anna")
        self.store = self.stage.store()

    async def turn(self, number: int) -> list[str]:
        """Have a turn of one loop; return what was published."""
        self.memory.told.clear()
        arrival = self.stage.arrival(f"Hi {number}", holder=f"h{number}", run=f"r{number}")
        admitted = await self.store.admit(arrival)
        assert isinstance(admitted, Admitted)
        last = replace(commit(0, CommitKind.FINISH, "Bye."), at_ms=admitted.now_ms)
        assert (await self.store.commit(admitted.token, last)).finished
        return [news for _, news in self.memory.told]


async def test_nothing_is_published_where_nobody_listens() -> None:
    followed = Followed()
    assert await followed.turn(1) == ["1 running r1"]  # the store says that nobody has heard it
    assert await followed.turn(2) == []


async def test_who_has_come_is_told_all_from_then_on() -> None:
    followed = Followed()
    await followed.turn(1)
    assert (await followed.store.here(followed.stage.user)).last_seq == 2
    assert await followed.turn(2) == ["3 running r2", "4 done r2"]


async def test_who_stays_is_told_all_for_as_long() -> None:
    followed = Followed()
    await followed.turn(1)
    for number in range(2, 12):
        await followed.store.here(followed.stage.user)
        await followed.stage.pass_time(60)
        assert len(await followed.turn(number)) == 2


async def test_who_does_not_come_again_is_not_told_for_ever() -> None:
    followed = Followed()
    await followed.turn(1)
    await followed.store.here(followed.stage.user)
    await followed.stage.pass_time(LONG_S)
    assert await followed.turn(2) == []


async def test_who_listened_before_the_first_text_is_told_all() -> None:
    followed = Followed()
    followed.listeners = 1
    await followed.store.here(followed.stage.user)
    assert len(await followed.turn(1)) == 2
    assert len(await followed.turn(2)) == 2


async def test_who_listens_since_older_code_is_told_all() -> None:
    followed = Followed()
    await followed.turn(1)
    await followed.memory.execute(
        ["HDEL", Keys.of(followed.stage.user).key("run"), "followed"], limit_s=4
    )
    followed.listeners = 1
    assert await followed.turn(2) == ["3 running r2", "4 done r2"]


async def test_a_text_for_a_run_is_told_where_a_page_listens() -> None:
    followed = Followed()
    await followed.turn(1)
    await followed.store.admit(followed.stage.arrival("Two", holder="h2", run="r2"))
    await followed.store.here(followed.stage.user)
    followed.memory.told.clear()
    await followed.store.admit(followed.stage.arrival("Three", holder="h3", run="r3"))
    assert [news for _, news in followed.memory.told] == ["4 running r2"]
