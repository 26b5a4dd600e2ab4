"""The roads with a lasting connection, as a person's page uses them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect

from tests.walks.conftest import LIMIT_S, Json, Person, Town


@asynccontextmanager
async def open_stream(person: Person, *, since: int) -> AsyncIterator[AsyncIterator[str]]:
    """Yield the lines of GET /api/stream, once it has begun."""
    async with person.streaming("/api/stream", **{"Last-Event-ID": str(since)}) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        yield lines


async def lines_until(lines: AsyncIterator[str], words: str) -> str:
    """Return everything up to the line with these words."""
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
    """Return everything up to the matching frame."""
    seen = []
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame = await socket.recv()
            seen.append(str(frame))
            if is_it(json.loads(frame)):
                return "\n".join(seen)


@asynccontextmanager
async def subscribed(town: Town, person: Person) -> AsyncIterator[ClientConnection]:
    """Yield a page's connection to the channel, once it receives the person's messages."""
    session = (await person.post("/api/session", {"token": person.token()})).json()
    at = session["pusher"]
    url = f"ws://{at['wsHost']}:{at['wsPort']}/app/{at['key']}?protocol=7"
    async with connect(url, proxy=None) as socket:
        hello = json.loads(json.loads(await socket.recv())["data"])
        for channel in (session["presenceChannel"], session["channel"]):
            wish = {"socket_id": hello["socket_id"], "channel_name": channel}
            grant = (await person.post("/api/pusherAuth", wish)).json()
            await say(socket, {"event": "pusher:subscribe", "data": {"channel": channel, **grant}})
        occupied = town.stack.services.pusher.occupied
        await town.stack.services.pusher.until(lambda: session["channel"] in occupied())
        yield socket


async def until_listening(person: Person, is_listening: bool) -> None:
    """Wait until the brain sees the person as listening, or as not listening."""
    async with asyncio.timeout(LIMIT_S):
        while (await person.get("/api/status")).json()["listening"] is not is_listening:  # noqa: ASYNC110 - polled over HTTP
            await asyncio.sleep(0.05)


def as_said(entries: Sequence[Json]) -> list[Json]:
    """Return the entries without what is known only later: how much of them was heard."""
    return [{name: entry[name] for name in entry if name != "heard"} for entry in entries]
