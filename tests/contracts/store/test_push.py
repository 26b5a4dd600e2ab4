"""Stored devices, and what was pushed to them. On both Redis."""

from datetime import timedelta

import pytest

from brain.cloud.redis.scripts import KEEP_MS, Keys
from brain.codec import dumps
from brain.notices.push.model import PushSubscription
from brain.notices.push.redis import PUSHED_KEEP_MS, RedisPushBook, subscription_id
from brain.notices.push.rules import CLAIM, MOST_DEVICES
from tests.contracts.store.stage import NOON, Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")


def device(number: int = 1, *, auth: str = "secret") -> PushSubscription:
    endpoint = f"https://web.push.apple.com/{number}"
    return PushSubscription(endpoint=endpoint, p256dh="BPoint", auth=auth, at=NOON)


@pytest.fixture
def book(stage: Stage) -> RedisPushBook:
    return RedisPushBook(stage.redis)


async def endpoints(stage: Stage, book: RedisPushBook) -> list[str]:
    found = (await book.read(stage.user)).subscriptions
    return sorted(one.endpoint for one in found.values())


async def test_a_device_is_found_as_it_was_sent_and_replaced_when_it_is_sent_again(
    stage: Stage, book: RedisPushBook
) -> None:
    assert (await book.read(stage.user)).subscriptions == {}
    assert await book.put(stage.user, device(1)) == 1
    assert await book.put(stage.user, device(2)) == 2
    assert await book.put(stage.user, device(1, auth="another")) == 2
    found = (await book.read(stage.user)).subscriptions
    assert found == {
        subscription_id(one.endpoint): one for one in (device(1, auth="another"), device(2))
    }


async def test_of_eleven_devices_the_one_goes_that_was_sent_the_longest_ago(
    stage: Stage, book: RedisPushBook
) -> None:
    for number in range(MOST_DEVICES):
        await book.put(stage.user, device(number))
        await stage.pass_time(0.002)
    await book.put(stage.user, device(0))
    await stage.pass_time(0.002)
    assert await book.put(stage.user, device(99)) == MOST_DEVICES
    kept = await endpoints(stage, book)
    assert len(kept) == MOST_DEVICES
    assert device(1).endpoint not in kept
    assert {device(0).endpoint, device(99).endpoint} <= {*kept}


async def test_a_device_is_deleted_once(stage: Stage, book: RedisPushBook) -> None:
    await book.put(stage.user, device())
    assert await book.drop(stage.user, device().endpoint)
    assert not await book.drop(stage.user, device().endpoint)
    assert await endpoints(stage, book) == []


async def test_a_device_of_newer_code_is_left_alone(stage: Stage, book: RedisPushBook) -> None:
    await book.put(stage.user, device())
    key, newer = Keys.of(stage.user).key("push"), dumps({"v": 2, "where": "elsewhere"})
    await stage.redis.execute(["HSET", key, "newer", f"1 {newer}"], limit_s=4)
    assert await endpoints(stage, book) == [device().endpoint]


async def test_two_processes_do_not_push_the_same(stage: Stage, book: RedisPushBook) -> None:
    assert await book.claim(stage.user, ["a"], alive=["a", "b"], is_digest=False)
    assert not await book.claim(stage.user, ["a", "b"], alive=["a", "b"], is_digest=False)
    assert await book.claim(stage.user, ["b"], alive=["a", "b"], is_digest=False)
    await book.settle(stage.user, ["a"], is_digest=False)
    found = await book.read(stage.user)
    assert (found.sent, {*found.claimed}) == (frozenset({"a"}), {"b"})


async def test_a_digest_ends_the_plan_and_its_time_is_kept(
    stage: Stage, book: RedisPushBook
) -> None:
    due = NOON + timedelta(minutes=5)
    await book.plan(stage.user, due)
    assert (await book.read(stage.user)).due == due
    await book.plan(stage.user, None)
    assert (await book.read(stage.user)).due is None
    await book.plan(stage.user, due)
    assert await book.claim(stage.user, ["a"], alive=["a"], is_digest=True)
    assert (await book.read(stage.user)).due is None
    assert (await book.read(stage.user)).digest_at is None
    await book.settle(stage.user, ["a"], is_digest=True)
    assert (await book.read(stage.user)).digest_at is not None


async def test_what_waits_no_longer_is_forgotten(stage: Stage, book: RedisPushBook) -> None:
    await book.claim(stage.user, ["a"], alive=["a"], is_digest=True)
    await book.settle(stage.user, ["a"], is_digest=True)
    await book.claim(stage.user, ["b"], alive=["b"], is_digest=False)
    found = await book.read(stage.user)
    assert (found.sent, {*found.claimed}) == (frozenset(), {"b"})
    assert found.digest_at is not None


async def test_the_claim_of_a_process_that_died_lapses(patient: Stage) -> None:
    book = RedisPushBook(patient.redis)
    await book.claim(patient.user, ["a"], alive=["a"], is_digest=False)
    await patient.pass_time(CLAIM.total_seconds() - 1)
    assert not await book.claim(patient.user, ["a"], alive=["a"], is_digest=False)
    await patient.pass_time(1)
    assert await book.claim(patient.user, ["a"], alive=["a"], is_digest=False)


async def test_nothing_is_kept_for_ever(stage: Stage, book: RedisPushBook) -> None:
    await book.put(stage.user, device())
    await book.settle(stage.user, ["a"], is_digest=False)
    for name, most in (("push", KEEP_MS), ("pushed", PUSHED_KEEP_MS)):
        left = await stage.redis.execute(["PTTL", Keys.of(stage.user).key(name)], limit_s=4)
        assert most - 60_000 < int(left) <= most
