"""WS /api/live and GET /api/stream follow the logs of minds."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from brain.http.socket import UNKNOWN
from tests.jobs.routes.stage import begun
from tests.routes.resources_stage import Caller, Home
from tests.routes.stage import Deployment, Json, token

pytestmark = pytest.mark.asyncio(loop_scope="package")

LIMIT_S = 20  # seconds; the tests wait only for local services
BRIEF = "Compare the three hotels of the list."


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def address(deployment: Deployment, home: Home) -> AsyncIterator[str]:
    """The address of a deployment with a database that callers reach over sockets."""
    async with deployment.served(DATABASE_URL=home.url) as http:
        yield str(http.base_url)


@asynccontextmanager
async def page(address: str, caller: Caller, query: str = "") -> AsyncIterator[ClientConnection]:
    protocols = [Subprotocol("brain"), Subprotocol(f"token.{token(caller.id)}")]
    url = f"{address.replace('http', 'ws', 1).rstrip('/')}/api/live{query}"
    async with connect(url, subprotocols=protocols, proxy=None) as socket:
        yield socket


async def until(socket: ClientConnection, **wanted: object) -> Json:
    """Return the next frame with these fields."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame: Json = json.loads(await socket.recv())
            if wanted.items() <= frame.items():
                return frame


async def send(socket: ClientConnection, **frame: object) -> None:
    await socket.send(json.dumps(frame))


async def test_a_connection_for_a_mind_follows_its_log_and_speaks_to_it(
    address: str, anna: Caller
) -> None:
    [mind] = (await begun(anna))["conversationIds"]
    async with page(address, anna, f"?mind={mind}") as socket:
        assert (await until(socket, type="ready"))["mind"] == mind
        await send(socket, type="resume", sinceSeq=0)
        await send(socket, type="say", text="Breakfast too.", messageId="breakfast-too")
        frames: list[Json] = []
        async with asyncio.timeout(LIMIT_S):
            while len([frame for frame in frames if frame["type"] == "message"]) < 2:
                frames.append(json.loads(await socket.recv()))
            while "reply" not in [frame["type"] for frame in frames]:
                frames.append(json.loads(await socket.recv()))
    [reply] = [frame for frame in frames if frame["type"] == "reply"]
    assert (reply["mind"], reply["messageId"]) == (mind, "breakfast-too")
    told = [frame for frame in frames if frame["type"] == "message"][:2]
    assert {frame["mind"] for frame in told} == {mind}
    assert [frame["message"]["text"] for frame in told] == [BRIEF, "Breakfast too."]
    assert (await anna.got("messages"))["messages"] == []


async def test_one_connection_follows_the_users_log_and_those_of_minds(
    address: str, anna: Caller, deployment: Deployment
) -> None:
    started = await begun(anna, body={"tasks": [{"title": t, "brief": t} for t in ("A", "B")]})
    await deployment.direct(f"Hello, {anna.id}", {"text": "Hello."})
    async with page(address, anna) as socket:
        await until(socket, type="ready")
        await send(socket, type="resume", sinceSeq=0)
        for mind in started["conversationIds"]:
            await send(socket, type="resume", sinceSeq=0, mind=mind)
            await send(socket, type="say", text="Hurry.", mind=mind)
        await send(socket, type="say", text=f"Hello, {anna.id}", patience=0)
        heard: dict[str | None, list[str]] = {}
        async with asyncio.timeout(LIMIT_S):
            while sum(len(texts[:2]) for texts in heard.values()) < 6:
                frame = json.loads(await socket.recv())
                if frame["type"] == "message":
                    texts = heard.setdefault(frame.get("mind"), [])
                    texts.append(frame["message"]["text"])
    first, second = started["conversationIds"]
    assert heard[None][:2] == [f"Hello, {anna.id}", "Hello."]
    assert (heard[first][:2], heard[second][:2]) == (["A", "Hurry."], ["B", "Hurry."])


async def test_a_job_is_stopped_over_the_socket(address: str, anna: Caller) -> None:
    started = await begun(anna)
    async with page(address, anna) as socket:
        await send(socket, type="stop", job=started["jobId"])
        frame = await until(socket, type="controlled")
    assert (frame["state"], frame["stopped"]) == ("stopped", [0])


async def test_a_stranger_hears_nothing_of_a_mind(address: str, anna: Caller, ben: Caller) -> None:
    [mind] = (await begun(anna))["conversationIds"]
    async with page(address, ben) as socket:
        for id in (mind, "mind:unknown"):
            for frame in ({"type": "resume", "sinceSeq": 0}, {"type": "say", "text": "Hi"}):
                await send(socket, **frame, mind=id)
                refused = await until(socket, type="error")
                assert (refused["status"], refused["mind"]) == (404, id)
        await send(socket, type="resume", sinceSeq=0, mind=7)
        assert (await until(socket, type="error"))["errors"][0]["field"] == "mind"
    async with page(address, ben, f"?mind={mind}") as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == UNKNOWN


async def test_a_stream_follows_the_log_of_a_mind(address: str, anna: Caller) -> None:
    [mind] = (await begun(anna))["conversationIds"]
    await anna.call("POST", "voiceToBrain", json={"text": "Breakfast too.", "mind": mind})
    headers = {"Authorization": f"Bearer {token(anna.id)}"}
    said: list[str] = []
    async with (
        asyncio.timeout(LIMIT_S),
        httpx.AsyncClient(base_url=address) as http,
        http.stream("GET", "/api/stream", params={"mind": mind}, headers=headers) as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("data: ") and "text" in line:
                said.append(json.loads(line.removeprefix("data: "))["text"])
            if len(said) == 2:
                break
    assert said == [BRIEF, "Breakfast too."]
