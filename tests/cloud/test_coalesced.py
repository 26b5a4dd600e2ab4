"""Work of many callers that goes together: each gets its own result, and none is lost."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

import pytest

from brain.cloud.postgres.coalesced import Coalesced
from brain.errors import DatabaseRefused, DatabaseUnreachable


@dataclass
class Doubling:
    """Doubles numbers, with one batch at a time; refuses `bad` ones."""

    bad: frozenset[int] = frozenset()
    error: Exception | None = None
    batches: list[list[int]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        self.begun.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        if self.bad & set(items):
            raise DatabaseRefused("refused")
        return [item * 2 for item in items]


def opened(doubling: Doubling) -> Doubling:
    doubling.gate.set()
    return doubling


async def test_what_is_asked_at_once_goes_together() -> None:
    doubling = opened(Doubling())
    asked = Coalesced(doubling)
    assert await asyncio.gather(*(asked.ask(n) for n in (1, 2, 3))) == [2, 4, 6]
    assert await asked.ask(4) == 8
    assert doubling.batches == [[1, 2, 3], [4]]


async def test_what_comes_during_work_goes_together_next() -> None:
    doubling = Doubling()
    asked = Coalesced(doubling)
    first = asyncio.ensure_future(asked.ask(1))
    await doubling.begun.wait()
    others = [asyncio.ensure_future(asked.ask(n)) for n in (2, 3)]
    await asyncio.sleep(0)
    doubling.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert doubling.batches == [[1], [2, 3]]


async def test_no_batch_is_larger_than_its_bound() -> None:
    doubling = opened(Doubling())
    asked = Coalesced(doubling, most=2)
    assert await asyncio.gather(*(asked.ask(n) for n in range(5))) == [0, 2, 4, 6, 8]
    assert doubling.batches == [[0, 1], [2, 3], [4]]


async def test_a_refused_item_does_not_hold_up_the_others() -> None:
    asked = Coalesced(opened(Doubling(bad=frozenset({2}))))
    found = await asyncio.gather(*(asked.ask(n) for n in (1, 2, 3)), return_exceptions=True)
    assert [found[0], found[2]] == [2, 6]
    assert isinstance(found[1], DatabaseRefused)


@pytest.mark.parametrize("error", [DatabaseUnreachable("away"), ValueError("a bug")])
async def test_an_error_reaches_every_caller_and_the_next_call_works(error: Exception) -> None:
    doubling = opened(Doubling(error=error))
    asked = Coalesced(doubling)
    found = await asyncio.gather(*(asked.ask(n) for n in (1, 2)), return_exceptions=True)
    assert found == [error, error]
    doubling.error = None
    assert await asked.ask(3) == 6


@pytest.mark.parametrize(("is_kept", "batches"), [(True, [[1], [2, 3]]), (False, [[1], [3]])])
async def test_the_item_of_a_caller_that_has_gone(is_kept: bool, batches: list[list[int]]) -> None:
    doubling = Doubling()
    asked = Coalesced(doubling, is_kept=is_kept)
    first = asyncio.ensure_future(asked.ask(1))
    await doubling.begun.wait()
    gone, last = (asyncio.ensure_future(asked.ask(n)) for n in (2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    doubling.gate.set()
    assert [await first, await last] == [2, 6]
    assert doubling.batches == batches


async def test_the_work_is_in_no_callers_context() -> None:
    whose = ContextVar("whose", default="nobody's")

    async def work(items: Sequence[int]) -> Sequence[str]:
        return [whose.get() for _ in items]

    whose.set("the first caller's")
    assert await Coalesced(work).ask(1) == "nobody's"


async def test_whoever_waits_for_a_worker_that_has_ended_is_cancelled_too() -> None:
    async def work(items: Sequence[int]) -> Sequence[int]:
        raise asyncio.CancelledError

    asked = Coalesced(work, most=1)
    waiting = [asyncio.ensure_future(asked.ask(number)) for number in (1, 2)]
    await asyncio.wait(waiting)
    assert all(one.cancelled() for one in waiting)


def test_the_worker_of_one_event_loop_does_not_serve_another() -> None:
    begun: list[int] = []

    async def work(items: Sequence[int]) -> Sequence[int]:
        begun.extend(items)
        for _ in range(10):
            await asyncio.sleep(0)
        return items

    asked = Coalesced(work)
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    one, other = first.create_task(asked.ask(1)), second.create_task(asked.ask(2))
    while not begun:
        first.run_until_complete(asyncio.sleep(0))
    second.call_soon(second.stop)
    second.run_forever()  # once: the second one asks, and nobody works for it yet
    assert first.run_until_complete(one) == 1
    assert second.run_until_complete(asyncio.wait_for(other, 10)) == 2
    first.close()
    second.close()


def test_it_works_on_in_another_event_loop() -> None:
    asked = Coalesced(_doubled)
    found = [asyncio.run(asked.ask(number)) for number in (1, 2)]
    assert found == [2, 4]


async def _doubled(items: Sequence[int]) -> Sequence[int]:
    return [item * 2 for item in items]
