"""The roads that stay open, as a page of a person's has them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection

from tests.walks.conftest import LIMIT_S, Json, Person


@asynccontextmanager
async def open_stream(person: Person, *, since: int) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of GET /api/stream, once it has begun."""
    async with person.streaming("/api/stream", **{"Last-Event-ID": str(since)}) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        yield lines


async def lines_until(lines: AsyncIterator[str], words: str) -> str:
    """Everything up to the line with these words."""
    seen = []
    async with asyncio.timeout(LIMIT_S):
        async for line in lines:
            seen.append(line)
            if words in line:
                return "\n".join(seen)
    raise AssertionError(f"the stream ended before {words!r} came: {seen}")


async def say(socket: ClientConnection, frame: Json) -> None:
    """Send a frame."""
    await socket.send(json.dumps(frame))


async def frames_until(socket: ClientConnection, is_it: Callable[[Json], bool]) -> str:
    """Everything up to the frame that is sought."""
    seen = []
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame = await socket.recv()
            seen.append(str(frame))
            if is_it(json.loads(frame)):
                return "\n".join(seen)
