"""WS /api/live on a real server with a real client."""

import asyncio
import json

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from brain.http.socket import MAX_FRAME_BYTES, NOT_ALLOWED, TOO_BIG
from tests.routes.stage import Deployment, Json, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

LIMIT_S = 20  # seconds; the tests wait only for local services


async def frames_until(socket: ClientConnection, type: str) -> list[Json]:
    found: list[Json] = []
    async with asyncio.timeout(LIMIT_S):
        while not found or found[-1]["type"] != type:
            found.append(json.loads(await socket.recv()))
    return found


async def test_a_page_sends_texts_and_receives_the_log(deployment: Deployment, user: User) -> None:
    quits = {"name": "sayToUserAndQuit", "arguments": {"message": "Anna did."}}
    await deployment.direct("Who wrote?", {"calls": [quits]})
    async with user.connecting() as socket:
        assert socket.subprotocol == "brain"
        await frames_until(socket, "ready")
        await socket.send(json.dumps({"type": "resume", "sinceSeq": 0}))
        await socket.send(json.dumps({"type": "say", "text": "Who wrote?", "patience": 0}))
        told: list[Json] = []
        while len([frame for frame in told if frame["type"] == "message"]) < 2:
            told += await frames_until(socket, "message")
    assert [frame["message"] for frame in told if frame["type"] == "message"] == await user.log()


async def test_a_page_without_a_token_and_one_with_a_large_frame_get_the_close_reason(
    deployment: Deployment, user: User
) -> None:
    address = f"{deployment.url.replace('http', 'ws', 1)}/api/live"
    async with connect(address, proxy=None) as socket:
        await socket.send('{"type":"ping"}')
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert (socket.close_code, bool(socket.close_reason)) == (NOT_ALLOWED, True)
    async with user.connecting() as socket:
        await frames_until(socket, "ready")
        await socket.send(" " * (MAX_FRAME_BYTES + 1))
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert (socket.close_code, socket.close_reason) == (TOO_BIG, "a frame has at most 64 KiB")


async def test_a_plain_request_is_426(user: User) -> None:
    answer = await user.get("/api/live")
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
    assert answer.headers["content-type"] == "application/problem+json"
