"""How many wrong keys may be tried, by one address and by all. On both Redis."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from brain.cloud.redis.scripts import Redis
from brain.cloud.redis.wrong_tries import KNOWN_S, MOST, MOST_IN_ALL, WINDOW_S, WrongTries
from brain.errors import SignatureRefused, TokenRefused, TooManyTries
from tests.contracts.store.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="package")


class Counted:
    """A connection that counts the scripts it runs."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.runs = 0

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        self.runs += 1
        return await self._redis.evaluate(script, keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        return await self._redis.execute(command, limit_s=limit_s)


async def wrong(tries: WrongTries, address: str) -> None:
    with pytest.raises(TokenRefused):
        async with tries.attempt(address):
            raise TokenRefused("wrong")


async def right(tries: WrongTries, address: str) -> None:
    async with tries.attempt(address):
        pass


async def waits(tries: WrongTries, address: str) -> bool:
    """Whether the address is refused before its key is looked at."""
    with pytest.raises((SignatureRefused, TooManyTries)) as refused:
        async with tries.attempt(address):
            raise SignatureRefused("looked at")
    if isinstance(refused.value, TooManyTries):
        assert 0 < refused.value.retry_after_s <= WINDOW_S
    return isinstance(refused.value, TooManyTries)


async def test_an_address_may_be_wrong_ten_times(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    for _ in range(MOST):
        await wrong(tries, "a")
    assert await waits(tries, "a")
    assert not await waits(tries, "b")


async def test_many_at_once_are_counted_before_they_are_looked_at(stage: Stage) -> None:
    tries, gate, looked_at = WrongTries(stage.redis, stage.user), asyncio.Event(), 0

    async def guess() -> None:
        nonlocal looked_at
        async with tries.attempt("a"):
            looked_at += 1
            await gate.wait()
            raise TokenRefused("wrong")

    guesses = [asyncio.ensure_future(guess()) for _ in range(3 * MOST)]
    _, pending = await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
    while len(pending) > MOST:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
    gate.set()
    await asyncio.gather(*guesses, return_exceptions=True)
    assert looked_at == MOST


async def test_a_right_key_clears_its_address(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    for _ in range(3):
        for _ in range(MOST - 1):
            await wrong(tries, "a")
        await right(tries, "a")
    for _ in range(MOST):
        await wrong(tries, "a")
    assert await waits(tries, "a")


async def test_what_fails_after_the_key_was_right_is_no_wrong_try(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    for _ in range(MOST + 1):
        with pytest.raises(ValueError, match="later"):
            async with tries.attempt("a"):
                raise ValueError("later")


async def test_after_many_wrong_keys_only_addresses_that_knew_one_may_try(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    await right(tries, "home")
    for number in range(MOST_IN_ALL):
        await wrong(tries, f"address {number}")
    assert await waits(tries, "a new address")
    assert not await waits(tries, "home")
    await right(tries, "home")


async def test_an_address_that_knew_a_key_is_counted_too(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    await right(tries, "home")
    for _ in range(MOST):
        await wrong(tries, "home")
    assert await waits(tries, "home")


async def test_a_right_key_of_a_known_address_costs_one_round_trip(stage: Stage) -> None:
    redis = Counted(stage.redis)
    tries = WrongTries(redis, stage.user)
    [known] = await _names(stage, f"brain:{{{stage.user}}}", "known")
    costs = []
    for step in ("first", "known", "fades", "known again"):
        if step == "fades":
            await stage.redis.execute(["PEXPIRE", known, "1000"], limit_s=4)
        before = redis.runs
        await right(tries, "home")
        costs.append(redis.runs - before)
    assert costs == [2, 1, 2, 1]
    assert int(await stage.redis.execute(["PTTL", known], limit_s=4)) > 1000


async def test_two_doors_are_counted_apart(stage: Stage) -> None:
    tries, others = (WrongTries(stage.redis, f"{stage.user}-{door}") for door in "ab")
    for _ in range(MOST):
        await wrong(tries, "a")
    assert not await waits(others, "a")


async def test_all_counts_end_by_themselves(stage: Stage) -> None:
    tries = WrongTries(stage.redis, stage.user)
    await right(tries, "home")
    await wrong(tries, "a")
    tag = f"brain:{{{stage.user}}}"
    for pattern, seconds in (("tries", WINDOW_S), ("all", WINDOW_S), ("known", KNOWN_S)):
        names = [f"{tag}:{pattern}"] if pattern == "all" else await _names(stage, tag, pattern)
        for name in names:
            left = int(await stage.redis.execute(["PTTL", name], limit_s=4))
            assert 0 < left <= seconds * 1000


async def _names(stage: Stage, tag: str, kind: str) -> list[str]:
    address = "a" if kind == "tries" else "home"
    return [f"{tag}:{kind}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"]
