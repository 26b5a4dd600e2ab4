"""Server processes of our own over a folder of data: one owner a folder, ended with their owner.

A folder is locked while its owner lives. Who gets the lock and still finds a server at work in the
folder has found an orphan, left behind when the owner was killed, and ends it.
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

START_LIMIT_S = 30.0  # seconds; Postgres replays its log after a crash before it answers
END_LIMIT_S = 10.0  # seconds; both servers take well under one to write their state down
START_TRIES = 4  # the children of a killed Postgres hold its memory until they notice
START_PAUSE_S = 0.3  # seconds before another try; they notice within a few milliseconds
POLL_S = 0.01  # seconds between two looks at a starting server; it is up within a few
LOG_TAIL_BYTES = 2000  # bytes; what a failed start has to say stands at the log's end
SOCKET_PATH_BYTES = 103  # bytes; macOS allows 104 with the closing NUL, Linux 108


class FolderInUse(Exception):
    """Another process owns the folder: the same services already run from it."""


class EngineDidNotStart(Exception):
    """A server ended, or did not answer in time; the text holds the end of its log."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """How one server is started, asked whether it is up, and ended."""

    name: str
    command: Sequence[str]
    log_file: Path
    is_up: Callable[[], Awaitable[bool]]
    end_signal: signal.Signals


@contextmanager
def owned(place: Path) -> Iterator[Path]:
    """Own the folder at this place until the end of the block, or of this process.

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
    """Where a unix socket of this name fits: the folder itself, or a short one for the while."""
    if len(os.fsencode(folder / name)) <= SOCKET_PATH_BYTES:
        yield folder
        return
    with tempfile.TemporaryDirectory(
        prefix="brain-", dir="/tmp", ignore_cleanup_errors=True
    ) as short:
        yield Path(short)


async def end_orphan(pid_file: Path, end_signal: signal.Signals) -> None:
    """End the server that the pid file names, if it still runs, and take the file away.

    As long as the number in it is anybody's, a stranger's or a zombie's, Postgres does not start.
    That none of its old children works on is told by the memory they share.
    """
    try:
        orphan = _orphan(pid_file)
        if orphan is not None:
            log.warning("ending an orphan", extra={"pid": orphan.pid, "pid_file": str(pid_file)})
            orphan.send_signal(end_signal)
            if not await _is_gone(orphan):
                orphan.kill()
                await _is_gone(orphan)
    except psutil.NoSuchProcess:
        pass  # it ended by itself
    pid_file.unlink(missing_ok=True)  # noqa: ASYNC240 - one small file


def _orphan(pid_file: Path) -> psutil.Process | None:
    """The process of that number, if its command line names the pid file's folder as well.

    The number alone proves nothing, since the system gives it out again.
    """
    try:
        found = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        return found if str(pid_file.parent) in found.cmdline() else None
    except (FileNotFoundError, ValueError, psutil.AccessDenied):
        return None


async def _is_gone(orphan: psutil.Process) -> bool:
    """Wait for its end, with a limit. A zombie is gone too: who should reap it may never do so."""
    try:
        async with asyncio.timeout(END_LIMIT_S):
            # Not our child: nothing tells us of its end.
            while orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        return False
    return True


@asynccontextmanager
async def running(child: Child) -> AsyncIterator[int]:
    """Start the server, yield its pid once it is up, end it with the block.

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
        # A session of its own: Ctrl-C in the terminal is for the owner, who ends its servers last.
        return await asyncio.create_subprocess_exec(
            *child.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


async def _came_up(child: Child, process: asyncio.subprocess.Process) -> bool:
    """Wait until the server answers; false when it ended instead. Raises EngineDidNotStart."""
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
