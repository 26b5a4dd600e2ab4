"""The guard: children do not outlive their parent, no matter how it ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

from local.guard import guard

ROOT = Path(__file__).parents[2]
SLEEP = "import signal; signal.pause()"


@asynccontextmanager
async def _running(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a Python program that does not outlive the test."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _last_words(*children: str) -> list[str]:
    """Return what the children of a guarded parent print once the parent is killed."""
    async with _running("-m", "tests.local.guarded.parent", *children) as parent:
        assert parent.stdout is not None
        for _ in range(len(children) + children.count("leader")):
            assert (await parent.stdout.readline()).endswith(b"is up\n")
        parent.kill()
        # They share the parent's output, so it ends when the last child has ended.
        return sorted((await parent.stdout.read()).decode().splitlines())


async def test_children_end_when_their_parent_is_killed() -> None:
    assert await _last_words("one", "other") == ["one was told", "other was told"]


async def test_a_whole_group_ends_if_requested() -> None:
    assert await _last_words("leader") == ["leader was told", "member was told"]


async def test_a_child_that_ignores_its_signal_is_killed() -> None:
    assert await _last_words("stubborn") == ["stubborn was told"]


async def test_functions_end_when_the_platform_is_killed() -> None:
    async with _running("-m", "tests.local.guarded.platform") as platform:
        assert platform.stdout is not None
        function = psutil.Process(int(await platform.stdout.readline()))

        platform.kill()

        # A grandchild: we get no notification of its end, and if no process reaps it, it stays a
        # zombie.
        while function.is_running() and function.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_signals_for_the_parent_do_not_end_the_guard() -> None:
    async with _running("-c", SLEEP) as child:
        async with guard() as watch:
            watch.watch(child.pid, signal.SIGTERM)
            for number in (signal.SIGINT, signal.SIGTERM):
                os.kill(watch.pid, number)

        assert await child.wait() == -signal.SIGTERM


async def test_a_forgotten_child_keeps_running() -> None:
    async with _running("-c", SLEEP) as forgotten, _running("-c", SLEEP) as watched:
        async with guard() as watch:
            watch.watch(forgotten.pid, signal.SIGTERM)
            watch.watch(watched.pid, signal.SIGTERM)
            watch.forget(forgotten.pid)

        assert await watched.wait() == -signal.SIGTERM
        forgotten.send_signal(signal.SIGUSR1)
        assert await forgotten.wait() == -signal.SIGUSR1
