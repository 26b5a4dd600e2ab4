"""Sends one chat request and reads the answer to its end, with a limit for each wait.

The body decides how it is read, and a stream that was cut off is not taken as complete.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from msgspec import Struct

from brain.cloud.model.assembly import Assembly
from brain.cloud.model.faults import Failure, blocked, error_in_answer
from brain.cloud.model.post import ChatServer, lost, refusal
from brain.cloud.model.signs import is_blocked
from brain.cloud.model.sse import BodyTooLong, ChunkReader
from brain.codec import Json
from brain.run.ports import Delta

DRAIN_S = 0.05  # seconds for the end of the response after the end of the answer
TURN_S = 0.02  # seconds of reading, after which others are let in


class Waits(Struct, frozen=True, kw_only=True):
    """Time limits in seconds, in addition to the limit of the whole call."""

    connect_s: float = 5.0  # a healthy server accepts in 0.3 s
    first_token_s: float = 60.0  # for the first byte of the body: some models think long
    gap_s: float = 30.0  # between two pieces or comments; healthy ones are 0.1 s apart
    tail_s: float = 3.0  # after a finish_reason; the rest may be late, or the stream stays open


async def listen(
    server: ChatServer,
    body: Json,
    assembly: Assembly,
    tell: Callable[[Delta], None],
    waits: Waits,
    end: float,
) -> Failure | None:
    """Send the request and feed the answer into the assembly. Returns the failure, if any.

    `end` is the deadline in the loop's time. The stream is always closed.
    """
    reading = _Reading(assembly, tell, waits)
    failure = await _receive(server, body, reading, waits, end)
    if reading.failure is None:
        try:
            reading.take(reading.body.end())
        except BodyTooLong:
            failure = failure or Failure(reason="the answer is too long")
    assembly.is_done = reading.body.is_done
    if failure is None and not reading.has_chunk:
        failure = Failure(reason="not JSON")
    return reading.failure or failure


async def _receive(
    server: ChatServer, body: Json, reading: "_Reading", waits: Waits, end: float
) -> Failure | None:
    """Read the response until it is complete, or until nothing arrives in time."""
    from brain.cloud.aio import aiohttp

    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(min(end, loop.time() + waits.first_token_s)) as limit:
            async with server.post(body) as response:
                if not 200 <= response.status < 300:
                    return await refusal(response)
                await reading.hear(response.parts(), limit, end)
    except aiohttp.ClientError as error:  # some are also a TimeoutError
        return lost(error)
    except TimeoutError:
        late = Failure(reason="no answer in time", is_late=True)
        return None if reading.body.is_done else late
    except OSError as error:  # such as of a file with certificates
        return lost(error)
    except BodyTooLong:
        return Failure(reason="the answer is too long")
    return None


class _Reading:
    """What was read of one response so far."""

    def __init__(self, assembly: Assembly, tell: Callable[[Delta], None], waits: Waits) -> None:
        self.body = ChunkReader()
        self.failure: Failure | None = None  # an error that came instead of a chunk
        self.has_chunk = False
        self._assembly = assembly
        self._tell = tell
        self._waits = waits
        self._last_chunk = self._rested = 0.0  # in the loop's time

    async def hear(self, parts: AsyncIterator[bytes], limit: asyncio.Timeout, end: float) -> None:
        """Read parts up to the first error, and move the limit with them. Raises BodyTooLong."""
        loop = asyncio.get_running_loop()
        async for data in parts:
            await self.rest(loop.time())
            if self.body.is_done:
                continue  # a connection can be used again if its response was read whole
            self.read(data, loop.time())
            if self.failure is not None:
                return
            limit.reschedule(min(end, self.patience(loop.time())))

    async def rest(self, now: float) -> None:
        """Let others work. What has arrived, or is unpacked, is read without a pause, so that no
        limit would end the reading of a body that comes faster than it is read.
        """
        if now - self._rested > TURN_S:
            await asyncio.sleep(0)
            self._rested = now

    def read(self, data: bytes, now: float) -> None:
        """Read bytes that arrived `now`. Raises BodyTooLong."""
        if chunks := self.body.feed(data):
            self._last_chunk = now
            self.take(chunks)

    def patience(self, now: float) -> float:
        """Return until when to wait for more.

        Comments and empty chunks count as signs of life, until the answer seems complete.
        """
        if self.body.is_done:
            return now + DRAIN_S
        if self._assembly.finishes and self._assembly.is_said:
            return self._last_chunk + self._waits.tail_s
        if self._assembly.begun:
            return now + self._waits.gap_s
        return now + max(self._waits.first_token_s, self._waits.gap_s)

    def take(self, chunks: list[Json]) -> None:
        """Take chunks up to the first error."""
        for chunk in chunks:
            if self.failure is None:
                self.failure = _error_in(chunk, is_document=self.body.form == "json")
            if self.failure is None:
                self.has_chunk = self.has_chunk or "choices" in chunk
                for delta in self._assembly.feed(chunk):
                    self._tell(delta)


def _error_in(chunk: Json, *, is_document: bool) -> Failure | None:
    """Return the error that came instead of a chunk, if it is one."""
    if error := chunk.get("error"):
        return error_in_answer(error)
    if is_blocked(chunk):
        return blocked()
    if "choices" in chunk:
        return None
    is_error = "error" in (chunk.get("object"), chunk.get("type"))
    has_words = is_document and any(key in chunk for key in ("message", "detail", "errors", "msg"))
    return error_in_answer(chunk) if is_error or has_words else None
