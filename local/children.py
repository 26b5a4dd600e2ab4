"""Runs our own server processes, each over a data folder that has one owner at a time.

The owner locks the folder for as long as it lives, and ends its server when it ends. If a new owner
gets the lock and finds a server still running in the folder, that server is an orphan: its owner
was killed. The new owner ends it.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

log = logging.getLogger(__name__)

START_LIMIT_S = 30.0  # seconds; after a crash Postgres replays its log before it answers
END_LIMIT_S = 10.0  # seconds; both servers take well under one to write their state to disk
START_TRIES = 4  # the children of a killed Postgres hold its memory until they notice its end
START_PAUSE_S = 0.3  # seconds before another try; they notice within a few milliseconds
POLL_S = 0.01  # seconds between two checks of a starting server; it is up within a few
LOG_TAIL_BYTES = 2000  # bytes; the reason for a failed start is at the end of the log
SOCKET_PATH_BYTES = 103  # bytes; macOS allows 104 with the closing NUL, Linux 108


class FolderInUse(Exception):
    """Another process owns the folder: the same services are already running in it."""


class EngineDidNotStart(Exception):
    """A server ended or did not answer in time. The text contains the end of its log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """How to start one server, check whether it is up, and end it."""

    name: str
    command: Sequence[str]
    log_file: Path
    is_up: Callable[[], Awaitable[bool]]
    end_signal: signal.Signals


@contextmanager
def owned(place: Path) -> Iterator[Path]:
    """Own this folder until the block or this process ends.

    Yields its absolute path. Raises FolderInUse.
    """
    folder = place.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise FolderInUse(f"{folder} is in use by another process") from taken
        yield folder


@contextmanager
def socket_folder(folder: Path, name: str) -> Iterator[Path]:
    """Yield a folder whose path is short enough for a unix socket of this name.

    This is the folder itself, or else a temporary one.
    """
    if len(os.fsencode(folder / name)) <= SOCKET_PATH_BYTES:
        yield folder
        return
    with tempfile.TemporaryDirectory(
        prefix="brain-", dir="/tmp", ignore_cleanup_errors=True
    ) as short:
        yield Path(short)


async def end_orphan(pid_file: Path, end_signal: signal.Signals) -> None:
    """End the server named in the pid file if it still runs, and remove the file.

    Postgres does not start while the file holds the number of any process, even of an unrelated one
    or a zombie. Postgres itself detects its old children, by the memory they share.
    """
    try:
        orphan = _orphan(pid_file)
        if orphan is not None:
            log.warning(
                "ending an orphaned server", extra={"pid": orphan.pid, "pid_file": str(pid_file)}
            )
            orphan.send_signal(end_signal)
            if not await _is_gone(orphan):
                orphan.kill()
                await _is_gone(orphan)
    except psutil.NoSuchProcess:
        pass  # it has already ended
    pid_file.unlink(missing_ok=True)  # noqa: ASYNC240 - one small file


def _orphan(pid_file: Path) -> psutil.Process | None:
    """Return the process with that number, if its command line also names the pid file's folder.

    The number alone proves nothing: the system reuses process numbers.
    """
    try:
        found = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        return found if str(pid_file.parent) in found.cmdline() else None
    except (FileNotFoundError, ValueError, psutil.AccessDenied):
        return None


async def _is_gone(orphan: psutil.Process) -> bool:
    """Wait until the process ends, up to a limit. A zombie counts as ended: its parent may never
    reap it.
    """
    try:
        async with asyncio.timeout(END_LIMIT_S):
            # It is not our child, so we get no notification when it ends.
            while orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def running(child: Child) -> AsyncIterator[int]:
    """Start the server, yield its pid once it is up, and end it when the block ends.

    Raises EngineDidNotStart.
    """
    for _ in range(START_TRIES):
        process = await _started(child)
        try:
            if await _came_up(child, process):
                yield process.pid
                return
        finally:
            await _end(process, child)
        await asyncio.sleep(START_PAUSE_S)
    raise EngineDidNotStart(_last_words(child))


async def _started(child: Child) -> asyncio.subprocess.Process:
    with child.log_file.open("ab") as output:
        # In its own session, so that Ctrl-C in the terminal reaches only the owner, which ends its
        # servers last.
        return await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def _came_up(child: Child, process: asyncio.subprocess.Process) -> bool:
    """Wait until the server answers; False if it ended instead. Raises EngineDidNotStart."""
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while not await child.is_up():
                if process.returncode is not None:
                    return False
                await asyncio.sleep(POLL_S)
    except TimeoutError as slow:
        raise EngineDidNotStart(_last_words(child)) from slow
    return True


def _last_words(child: Child) -> str:
    tail = child.log_file.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
    return f"{child.name} did not start; the end of {child.log_file}:\n{tail}"


async def _end(process: asyncio.subprocess.Process, child: Child) -> None:
    try:
        if process.returncode is None:
            process.send_signal(child.end_signal)
        await asyncio.wait_for(process.wait(), END_LIMIT_S)
    except TimeoutError:
        log.warning("killing a server that did not end", extra={"engine": child.name})
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
