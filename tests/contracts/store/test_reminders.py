"""Stored reminders. On both Redis."""

from datetime import timedelta
from typing import Any

import pytest

from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.codec import dumps
from brain.errors import EntryUnreadable
from brain.reminders.model import Reminder
from brain.reminders.redis import MOST, TAKEN_MS, RedisReminders
from tests.contracts.store.stage import NOON, Stage, Twice, Watch
from tests.fakes.redis import MemoryRedis

pytestmark = pytest.mark.asyncio(loop_scope="package")

NEWER = dumps({"v": 2, "id": "newer", "every": "morning"})


def reminder(id: str = "r1", *, hours: float = 1, **given: Any) -> Reminder:
    plain = {"id": id, "text": f"Grüße {id}", "at": NOON + timedelta(hours=hours)}
    return Reminder(**{**plain, **given})


ONE, TWO = reminder("r1"), reminder("r2", hours=2, foreign=True)


@pytest.fixture
def reminders(stage: Stage) -> RedisReminders:
    return RedisReminders(stage.redis)


async def set_by_newer_code(stage: Stage) -> None:
    key = Keys.of(stage.user).key("reminders")
    await stage.redis.execute(["HSET", key, "newer", NEWER], limit_s=4)


async def test_a_reminder_is_found_as_it_was_set(stage: Stage, reminders: RedisReminders) -> None:
    for one in (ONE, TWO):
        assert await reminders.find(stage.user, one.id) is None
        assert await reminders.add(stage.user, one) == one
        assert await reminders.find(stage.user, one.id) == one


async def test_all_are_told_the_next_one_first(stage: Stage, reminders: RedisReminders) -> None:
    assert await reminders.all(stage.user) == []
    for one in (TWO, ONE):
        await reminders.add(stage.user, one)
    assert await reminders.all(stage.user) == [ONE, TWO]


async def test_one_that_is_there_stays_as_it_is(stage: Stage, reminders: RedisReminders) -> None:
    await reminders.add(stage.user, ONE)
    assert await reminders.add(stage.user, reminder("r1", text="Another")) == ONE
    assert await reminders.all(stage.user) == [ONE]


async def test_one_is_taken_away_once(stage: Stage, reminders: RedisReminders) -> None:
    await reminders.add(stage.user, ONE)
    await reminders.add(stage.user, TWO)
    assert await reminders.take(stage.user, "r1") == ONE
    assert await reminders.all(stage.user) == [TWO]
    assert await reminders.take(stage.user, "r0") is None
    assert await reminders.take(stage.user, "r1") == ONE  # a caller that lost the answer asks again
    assert await reminders.find(stage.user, "r1") is None


async def test_one_that_was_taken_a_while_ago_is_not_there_any_more() -> None:
    watch = Watch()
    reminders = RedisReminders(MemoryRedis(lambda: watch.ms))
    await reminders.add("anna", ONE)
    await reminders.take("anna", "r1")
    await watch.pass_time(TAKEN_MS / 1000)
    assert await reminders.take("anna", "r1") is None


async def test_nobody_has_another_users_reminders(stage: Stage, reminders: RedisReminders) -> None:
    other = f"{stage.user}-other"
    await reminders.add(stage.user, ONE)
    assert await reminders.find(other, "r1") is None
    assert await reminders.take(other, "r1") is None
    assert await reminders.all(other) == []
    assert await reminders.all(stage.user) == [ONE]


async def test_there_are_so_many_and_no_more(stage: Stage, reminders: RedisReminders) -> None:
    for number in range(MOST):
        assert await reminders.add(stage.user, reminder(f"n{number}")) is not None
    assert await reminders.add(stage.user, ONE) is None
    assert await reminders.find(stage.user, "r1") is None
    assert await reminders.add(stage.user, reminder("n7")) == reminder("n7")  # it is there already
    await reminders.take(stage.user, "n0")
    assert await reminders.add(stage.user, ONE) == ONE


async def test_they_are_kept_for_longer_than_a_year(
    stage: Stage, reminders: RedisReminders
) -> None:
    await reminders.add(stage.user, ONE)
    left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key("reminders")], limit_s=4)
    assert 366 * 24 * 3600 * 1000 < int(left) <= KEEP_MS


async def test_a_script_that_is_sent_again_gives_the_first_ones_answer(stage: Stage) -> None:
    twice = RedisReminders(Twice(stage.redis))
    assert await twice.add(stage.user, ONE) == ONE
    assert await twice.find(stage.user, "r1") == ONE
    assert await twice.all(stage.user) == [ONE]
    assert await twice.take(stage.user, "r1") == ONE
    assert await twice.all(stage.user) == []


async def test_one_that_newer_code_has_set_is_not_taken_for_told(
    stage: Stage, reminders: RedisReminders
) -> None:
    await set_by_newer_code(stage)
    with pytest.raises(EntryUnreadable):
        await reminders.find(stage.user, "newer")
    await reminders.add(stage.user, ONE)
    assert await reminders.all(stage.user) == [ONE]
    given = reminder("newer")
    assert await reminders.add(stage.user, given) == given  # it is kept, as far as can be told
    assert await reminders.take(stage.user, "newer") is None
    assert await reminders.find(stage.user, "newer") is None
