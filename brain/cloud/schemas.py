"""Checks JSON schemas from clients in a separate process, which is killed after a time limit."""

import asyncio
import json
import logging
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

from brain.cloud.workers import environment, module_command
from brain.codec import Json, dumps
from brain.errors import CheckerUnreachable
from brain.tools.client_schemas import TOO_SLOW

LIMIT_S = 0.5  # seconds for one job
START_S = 10.0  # seconds for the process to start; 0.1 on an idle machine
WAIT_S = 5.0  # seconds to wait for earlier jobs
MAX_ACCEPTED = 256  # accepted schemas to remember

log = logging.getLogger("brain")


class SchemaWorker:
    """Implements `Schemas`. The process starts with the first job, and again after it was killed.

    `command` replaces the command line of the process.
    """

    def __init__(self, *, limit_s: float = LIMIT_S, command: Sequence[str] = ()) -> None:
        self._command = command or module_command(f"{__package__}.schema_worker")
        self._limit_s = limit_s
        self._process: Process | None = None
        self._one_job = asyncio.Lock()
        self._accepted: dict[str, None] = {}  # oldest first

    async def objections(self, schemas: Sequence[Json]) -> list[str]:
        texts = [dumps(schema) for schema in schemas]
        unknown = {
            text: schema
            for text, schema in zip(texts, schemas, strict=True)
            if text not in self._accepted
        }
        answers = await self._ask([[schema] for schema in unknown.values()])
        found = dict(zip(unknown, answers, strict=True))
        self._accepted |= {text: None for text, answer in found.items() if not answer}
        for text in list(self._accepted)[:-MAX_ACCEPTED]:
            del self._accepted[text]
        return [found.get(text, "") for text in texts]

    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        return await self._ask([[schema, arguments] for schema, arguments in calls])

    async def aclose(self) -> None:
        """End the process."""
        async with self._one_job:
            await self._end()

    async def _ask(self, job: list[list[Json | str]]) -> list[str]:
        """Return the answer to each item; TOO_SLOW if the limit is exceeded or the process died."""
        if not job:
            return []
        await self._wait_for_turn()
        try:
            process = self._process or await self._start()
            answers = await self._exchange(process, job)
        finally:
            self._one_job.release()
        if answers is None:
            log.warning("schemas: check killed, items=%d", len(job))
            return [TOO_SLOW] * len(job)
        return answers

    async def _wait_for_turn(self) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._one_job.acquire()
        except TimeoutError:
            raise CheckerUnreachable("too many schema checks are waiting") from None

    async def _exchange(self, process: Process, job: list[list[Json | str]]) -> list[str] | None:
        """Send a job and read its answer. Without an answer the process is killed, because its next
        line would be the answer to an earlier job.
        """
        assert process.stdin is not None
        assert process.stdout is not None
        line = b""
        try:
            async with asyncio.timeout(self._limit_s):
                process.stdin.write(json.dumps(job).encode() + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
        except (TimeoutError, OSError):
            pass
        finally:
            if not line:
                await self._end()
        return json.loads(line) if line else None

    async def _start(self) -> Process:
        """Start the process and wait until it is ready. Raises CheckerUnreachable."""
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment()
            )
        except OSError as error:
            raise CheckerUnreachable("the schema worker cannot be started") from error
        assert process.stdout is not None
        ready = b""
        try:
            async with asyncio.timeout(START_S):
                ready = await process.stdout.readline()
        except TimeoutError:
            pass
        finally:
            if not ready:
                await self._end()
        if not ready:
            raise CheckerUnreachable("the schema worker is not ready")
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # or its pipes stay open until they are collected
