"""Starts one function under the real runtime, with a given Python."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.platform.ipc import IpcProtocol, RuntimeMessage, ServerStarted
from local.services import ROOT

START_LIMIT_S = 60.0  # seconds; a start takes one or two on a busy machine


class FunctionDidNotStart(Exception):
    """The process ended or took no requests in time; the text is what it printed."""


async def start_once(python: Path, file: Path, *, env: Mapping[str, str]) -> ServerStarted:
    """Start the function in `file` (relative to the root) once, and end its process.

    Returns what the runtime reports about the start. Raises FunctionDidNotStart.
    """
    loop = asyncio.get_running_loop()
    started: asyncio.Future[ServerStarted] = loop.create_future()

    def on_message(message: RuntimeMessage) -> None:
        if isinstance(message, ServerStarted) and not started.done():
            started.set_result(message)

    with tempfile.TemporaryDirectory(prefix="brain-", dir="/tmp") as folder:
        socket = Path(folder) / "ipc.sock"
        async with await loop.create_unix_server(lambda: IpcProtocol(on_message), socket):
            process = await _launched(python, file, socket, env)
            printed = await _output(process, until=started)
    if not started.done():
        raise FunctionDidNotStart(printed.decode(errors="replace"))
    return started.result()


async def _launched(
    python: Path, file: Path, socket: Path, env: Mapping[str, str]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
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


async def _output(process: asyncio.subprocess.Process, *, until: asyncio.Future[Any]) -> bytes:
    """Wait for the future or the end of the process, then kill it; returns its error output."""
    ended = asyncio.ensure_future(process.communicate())
    try:
        either: set[asyncio.Future[Any]] = {until, ended}
        await asyncio.wait(either, timeout=START_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        _, printed = await ended
    return printed


def _entry(file: Path) -> dict[str, str]:
    """Return the variables that tell the runtime which function it runs."""
    return {
        "__VC_HANDLER_ENTRYPOINT": file.as_posix(),
        "__VC_HANDLER_ENTRYPOINT_ABS": str(ROOT / file),
        "__VC_HANDLER_MODULE_NAME": ".".join(file.with_suffix("").parts),
        "__VC_HANDLER_VARIABLE_NAME": "app",
    }
