"""A platform for the guard's tests: starts a function, prints its pid, waits to be killed."""

import asyncio

from local.guard import guard
from tests.local.platform_stage import stage


async def main() -> None:
    async with guard() as watch, stage(guard=watch) as on:
        print(await on.step("pid"), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
