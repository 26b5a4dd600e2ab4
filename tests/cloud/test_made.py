"""What is made in a thread at its first use: once for all callers, even if the first ones leave."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from brain.cloud.made import Made


class Making:
    """Makes numbers. Each one waits until `gate` is set."""

    def __init__(self) -> None:
        self.count = 0
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self) -> int:
        self.count += 1
        self.begun.set()
        assert self.gate.wait(30)
        return self.count


@pytest.fixture
def making() -> Making:
    return Making()


async def test_many_first_callers_share_one(making: Making) -> None:
    made = Made(making)
    waiting = [asyncio.ensure_future(made.get()) for _ in range(50)]
    await asyncio.sleep(0)
    making.gate.set()
    assert await asyncio.gather(*waiting) == [1] * 50
    assert await made.get() == 1


async def test_a_caller_who_leaves_does_not_take_it_from_the_next(making: Making) -> None:
    made = Made(making)
    late = asyncio.ensure_future(made.get())
    assert await asyncio.to_thread(making.begun.wait, 30)
    late.cancel()
    await asyncio.wait({late})
    making.gate.set()
    assert await made.get() == 1


async def test_after_a_failure_the_next_caller_tries_again() -> None:
    failing = Made(lambda: results.pop(0)())
    results: list[Callable[[], int]] = [lambda: 1 // 0, lambda: 7]
    with pytest.raises(ZeroDivisionError):
        await failing.get()
    assert await failing.get() == 7


async def test_no_more_than_the_bound_use_it_at_once() -> None:
    made, used, most = Made(lambda: "client", at_once=2), set[int](), []

    async def use(number: int) -> None:
        async with made.turn():
            used.add(number)
            most.append(len(used))
            await asyncio.sleep(0)
            used.discard(number)

    await asyncio.gather(*map(use, range(10)))
    assert max(most) == 2
    assert len(most) == 10


def test_each_event_loop_has_its_own() -> None:
    made = Made(object)
    assert asyncio.run(made.get()) is not asyncio.run(made.get())


async def test_what_was_made_is_taken_once() -> None:
    made = Made(object)
    assert made.take() is None
    found = await made.get()
    assert made.take() is found
    assert made.take() is None
