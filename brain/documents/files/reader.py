"""Reads files in processes of their own, each with limits on time and memory."""

import asyncio
import json
import logging
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from typing import Any

from brain.cloud.workers import environment, module_command
from brain.documents.files.kinds import Cut, FileFault, FileKind, FileUnreadable, ReadFile
from brain.errors import ReaderUnreachable

READ_S = 10.0  # seconds of processor time for a file: several hundred pages
START_S = 10.0  # seconds for the process to start; less than one on an idle machine
BUSY = 2.0  # how much longer it takes if the processor is shared
WAIT_S = 10.0  # seconds to wait for earlier files
AT_ONCE = 2  # processes: each may take a gigabyte

log = logging.getLogger("brain")


class FileReader:
    """Reads one file per call. `command` replaces the command line of the process."""

    def __init__(
        self,
        *,
        seconds: float = READ_S,
        start_s: float = START_S,
        wait_s: float = WAIT_S,
        command: Sequence[str] = (),
    ) -> None:
        self._seconds = seconds
        self._limit_s = start_s + BUSY * seconds
        self._wait_s = wait_s
        self._command = command or module_command("brain.documents.files.worker")
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def read(self, raw: bytes, kind: FileKind, *, most_chars: int) -> ReadFile:
        """Return the first `most_chars` characters of a file that says it is of this kind.

        Raises FileUnreadable, ReaderUnreachable.
        """
        await self._wait_for_turn()
        try:
            asked = {"kind": kind, "most_chars": most_chars, "seconds": self._seconds}
            answer = await self._ask(json.dumps(asked).encode() + b"\n" + raw)
        finally:
            self._turns.release()
        if fault := answer.get("fault"):
            log.info("file: not read, kind=%s fault=%s bytes=%d", kind, fault, len(raw))
            raise FileUnreadable(FileFault(fault))
        cut = answer["cut"]
        return ReadFile(
            title=answer["title"], text=answer["text"], cut=None if cut is None else Cut(cut)
        )

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._turns.acquire()
        except TimeoutError:
            raise ReaderUnreachable("too many files are being read") from None

    async def _ask(self, asked: bytes) -> dict[str, Any]:
        """Return the answer of a new process. One that ends without an answer has used up its time
        or memory.
        """
        process = await self._start()
        told = b""
        try:
            async with asyncio.timeout(self._limit_s):
                told, _ = await process.communicate(asked)
        except TimeoutError:
            log.warning("file: reading killed, bytes=%d", len(asked))
        finally:
            await _end(process)
        found: dict[str, Any] = json.loads(told) if told else {"fault": FileFault.SLOW}
        return found

    async def _start(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment()
            )
        except OSError as error:
            raise ReaderUnreachable("the process that reads files cannot be started") from error


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
