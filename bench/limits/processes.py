"""Starts and ends processes, and keeps a core free for one of them."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.services import ROOT

END_LIMIT_S = 5.0  # seconds for a process to end


async def started(
    python: Path, module: str, *arguments: object, env: Mapping[str, str], log: Path
) -> asyncio.subprocess.Process:
    """Start a module that inherits the sockets whose numbers are among its arguments."""
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            *(str(python), "-m", module, *map(str, arguments)),
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=[each for each in arguments if isinstance(each, int)],
        )


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a process."""
    if process.returncode is None:
        process.kill()
    await asyncio.wait_for(process.wait(), END_LIMIT_S)


@contextmanager
def apart() -> Iterator[int | None]:
    """Keep the last core free of this process and of what it starts, and yield it.

    None where there is only one, or where a process cannot be kept on a core.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    before = os.sched_getaffinity(0)
    *others, last = sorted(before)
    if others:
        os.sched_setaffinity(0, set(others))
    try:
        yield last if others else None
    finally:
        os.sched_setaffinity(0, before)
