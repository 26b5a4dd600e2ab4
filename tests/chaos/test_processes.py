"""The simulator itself: dead and frozen processes, and histories that come out the same."""

import asyncio

from tests.chaos.bugs.mutant import bug, change, product_of
from tests.chaos.bugs.scripts import PRELUDE
from tests.chaos.faults import Fault
from tests.chaos.histories import play
from tests.chaos.processes import Process, process_loop, run_processes
from tests.chaos.replay import replay
from tests.chaos.sampling import sample
from tests.chaos.shrink import report, shrink
from tests.chaos.stories import TOOLS, named


def test_a_killed_process_does_nothing_any_more_and_its_caller_sees_a_broken_connection() -> None:
    done: list[str] = []

    async def whole() -> tuple[list[str], BaseException | None]:
        async def work() -> None:
            try:
                done.append("began")
                await asyncio.sleep(1)
                done.append("went on")
            finally:
                done.append("tidied")

        process = Process(process_loop(), "p", user="anna")
        process.start(work())
        await asyncio.sleep(0.5)
        process.kill()
        await asyncio.sleep(10)
        return list(done), process.connection.exception()

    did, error = run_processes(whole)
    assert did == ["began"]
    assert isinstance(error, ConnectionResetError)


def test_a_frozen_process_goes_on_when_it_thaws_and_sees_how_late_it_is() -> None:
    async def whole() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []
        now = asyncio.get_running_loop().time

        async def tick(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, now()))

        async def work() -> None:
            await asyncio.gather(tick("second", 2.0), tick("first", 1.0), tick("third", 30.0))

        process = Process(process_loop(), "p", user="anna")
        process.start(work())
        await asyncio.sleep(0.5)
        process.freeze(20.0)
        await asyncio.sleep(60)
        return seen

    assert run_processes(whole) == [("first", 20.5), ("second", 20.5), ("third", 30.0)]


def test_a_history_comes_out_the_same_each_time() -> None:
    faults = [Fault(5, "kill.after"), Fault(9, "freeze.after")]
    assert play(TOOLS, faults).trace == play(TOOLS, faults).trace
    assert sample(7).trace == sample(7).trace


def test_a_sampled_history_is_played_again_by_its_seed_and_by_its_faults() -> None:
    history = sample(11)
    assert history.faults
    assert replay(["11"]).trace == history.trace
    assert replay(str(history).split()).trace == history.trace


def test_a_failure_is_told_by_its_shortest_history_and_how_to_play_it_again() -> None:
    forgetful = bug(
        "nothing expires",
        "",
        change(PRELUDE, "redis.call('PEXPIRE', LOG, KEEP_RUN_MS)", ""),
    )
    with product_of(forgetful) as product:
        history = play(
            named("late-two"), [Fault(0, "pause.after"), Fault(3, "echo")], product=product
        )
        shortest = shrink(history, product=product)
        told = report(history, product=product)
    assert (shortest.faults, len(shortest.story.asks)) == ((), 1)
    assert "again: python -m tests.chaos.replay late-two pause.after@0 echo@3" in told
    assert "store.admit" in told
