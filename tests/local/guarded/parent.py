"""A parent process for the guard's tests: starts these children and waits to be killed."""

import asyncio
import signal
import sys

from local.guard import guard


async def main(names: list[str]) -> None:
    async with guard() as watch:
        for name in names:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.local.guarded.child", name),
                start_new_session=True,
            )
            watch.watch(child.pid, signal.SIGTERM, group=name == "leader")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
