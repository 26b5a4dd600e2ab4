"""Reads files in processes of their own, each with limits on time and memory."""

import asyncio
import json
import logging
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from brain.cloud.workers import environment, module_command
from brain.documents.files.kinds import (
    READ_S,
    Cut,
    FileFault,
    FileKind,
    FileUnreadable,
    ReadFile,
)
from brain.errors import ReaderUnreachable

WALL_S = 20.0  # seconds from the start of a process to its end, on a machine that does other things
WAIT_S = 10.0  # seconds to wait for earlier files
AT_ONCE = 2  # processes: each may take half a gigabyte
MAX_ANSWER_BYTES = 32 * 1024 * 1024  # the longest text, with each character as two JSON escapes
CHUNK_BYTES = 65_536

# How a process ends that answers nothing: by the system when its time is over, or by itself when
# code in C gets no memory. Otherwise the code in C has an error that the file has met.
_ENDED = {
    -signal.SIGXCPU: FileFault.SLOW,
    -signal.SIGKILL: FileFault.SLOW,
    -signal.SIGABRT: FileFault.MEMORY,
    -signal.SIGILL: FileFault.MEMORY,
    -signal.SIGTRAP: FileFault.MEMORY,
}

log = logging.getLogger("brain")


class FileReader:
    """Reads one file per call. `seconds` are of processor time. `command` replaces the command line
    of the process.
    """

    def __init__(
        self,
        *,
        seconds: int = READ_S,
        wall_s: float = WALL_S,
        wait_s: float = WAIT_S,
        command: Sequence[str] = (),
    ) -> None:
        self._seconds = seconds
        self._wall_s = wall_s
        self._wait_s = wait_s
        self._command = command or module_command("brain.documents.files.worker")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def read(self, raw: bytes, kind: FileKind, *, most_chars: int) -> ReadFile:
        """Return the text of a file that says it is of this kind.

        A PDF or Word file has at most `most_chars` characters. Of a text file the first are read.

        Raises FileUnreadable, ReaderUnreachable.
        """
        await self._wait_for_turn()
        try:
            asked = {"kind": kind, "most_chars": most_chars, "seconds": self._seconds}
            found = await self._ask(json.dumps(asked).encode() + b"\n" + raw)
        finally:
            self._turns.release()
        if isinstance(found, ReadFile):
            return found
        log.info("file: not read, kind=%s fault=%s bytes=%d", kind, found, len(raw))
        raise FileUnreadable(found)

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise ReaderUnreachable("too many files are being read") from None

    async def _ask(self, asked: bytes) -> ReadFile | FileFault:
        """Return the answer of a new process."""
        process = await self._start()
        told = b""
        try:
            async with asyncio.timeout(self._wall_s):
                told = await _exchange(process, asked)
                await process.wait()
        except TimeoutError:
            log.warning("file: reading killed, bytes=%d", len(asked))
        finally:
            await _end(process)
        if told and process.returncode == 0:
            return _understood(told)
        return _ENDED.get(process.returncode or 0, FileFault.BROKEN)

    async def _start(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment()
            )
        except OSError as error:
            raise ReaderUnreachable("the process that reads files cannot be started") from error


async def _exchange(process: Process, asked: bytes) -> bytes:
    """Send the request and return what comes back; nothing if it exceeds MAX_ANSWER_BYTES."""
    assert process.stdout is not None
    feeding = asyncio.create_task(_feed(process, asked))
    told = bytearray()
    try:
        while piece := await process.stdout.read(CHUNK_BYTES):
            told += piece
            if len(told) > MAX_ANSWER_BYTES:
                process.kill()
                return b""
        return bytes(told)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


async def _feed(process: Process, asked: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):  # it ended early
        process.stdin.write(asked)
        await process.stdin.drain()
    process.stdin.close()


def _understood(told: bytes) -> ReadFile | FileFault:
    """Read the answer. A process that a hostile file has taken over may say anything."""
    try:
        answer = json.loads(told)
        if "fault" in answer:
            return FileFault(answer["fault"])
        cut, pages = answer["cut"], answer["pages"]
        return ReadFile(
            title=str(answer["title"]),
            text=str(answer["text"]),
            cut=None if cut is None else Cut(cut),
            pages=None if pages is None else int(pages),
        )
    except (ValueError, LookupError, TypeError):
        return FileFault.BROKEN


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]  # or its pipes stay open until they are collected
