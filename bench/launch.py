"""Starts of one function under the real runtime, by a Python of one's choice."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.platform.ipc import Ear, ServerStarted, Told
from local.services import ROOT

START_LIMIT_S = 60.0  # seconds; a start takes one or two on a busy machine


class FunctionDidNotStart(Exception):
    """Its process ended or took no requests in time; what it printed is the text."""


async def start_once(python: Path, file: Path, *, env: Mapping[str, str]) -> ServerStarted:
    """What the runtime tells of the start of `file`, relative to the root; the process is ended.

    Raises FunctionDidNotStart.
    """
    loop = asyncio.get_running_loop()
    started: asyncio.Future[ServerStarted] = loop.create_future()

    def hear(told: Told) -> None:
        if isinstance(told, ServerStarted) and not started.done():
            started.set_result(told)

    with tempfile.TemporaryDirectory(prefix="brain-", dir="/tmp") as folder:
        socket = Path(folder) / "ipc.sock"
        async with await loop.create_unix_server(lambda: Ear(hear), socket):
            process = await asyncio.create_subprocess_exec(
                *(python, "-m", "vercel_runtime.vc_init"),
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    **env,
                    **_entry(file),
                    "VERCEL_IPC_PATH": str(socket),
                },
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            ended = asyncio.ensure_future(process.communicate())
            try:
                either: set[asyncio.Future[Any]] = {started, ended}
                await asyncio.wait(
                    either, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                _, printed = await ended
    if not started.done():
        raise FunctionDidNotStart(printed.decode(errors="replace"))
    return started.result()


def _entry(file: Path) -> dict[str, str]:
    """How the platform tells the runtime which function it is."""
    return {
        "__VC_HANDLER_ENTRYPOINT": file.as_posix(),
        "__VC_HANDLER_ENTRYPOINT_ABS": str(ROOT / file),
        "__VC_HANDLER_MODULE_NAME": ".".join(file.with_suffix("").parts),
        "__VC_HANDLER_VARIABLE_NAME": "app",
    }
