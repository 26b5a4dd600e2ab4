"""examples/python runs, also if its stream is cut off in mid-answer."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.local.serving import served
from tests.routes.stage import Deployment, User

pytestmark = pytest.mark.asyncio(loop_scope="package")

ASK = Path(__file__).resolve().parents[3] / "examples" / "python" / "ask.py"
LIMIT_S = 60.0
ANNOUNCED = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
CONTINUE, QUIT = "sayToUserAndContinue", "sayToUserAndQuit"


class Cut(Exception):
    """The connection ends here."""


class CutOff:
    """Cuts the first streams in the middle of their second message, and loses the first answer."""

    def __init__(self, app: ASGIApp, *, streams: int) -> None:
        self.app = app
        self.streams = streams
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        self.asked += scope["path"] == "/api/voiceToBrain"
        is_lost = scope["path"] == "/api/voiceToBrain" and self.asked == 1
        is_cut = scope["path"] == "/api/stream" and self.streams > 0
        self.streams -= is_cut
        seen = 0

        async def perhaps(message: Message) -> None:
            nonlocal seen
            if is_lost:  # more is announced than comes: the connection breaks
                await send({"type": "http.response.start", "status": 200, "headers": ANNOUNCED})
                await send({"type": "http.response.body", "body": b"{", "more_body": True})
                raise Cut
            body = message.get("body", b"")
            seen += body.count(b"event: message")
            if is_cut and seen >= 2:
                await send({**message, "body": body[:20], "more_body": True})
                raise Cut
            await send(message)

        try:
            await self.app(scope, receive, perhaps)
        except Cut:
            return  # the server then closes the connection, as the answer is not complete


async def asked(url: str, user: User, text: str) -> tuple[list[str], str]:
    """Run the example. Returns its lines, and what it says on standard error."""
    token = user.headers["Authorization"].removeprefix("Bearer ")
    env = {"PATH": os.environ["PATH"], "BRAIN_URL": url, "BRAIN_TOKEN": token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, ASK, text, stdout=PIPE, stderr=PIPE, env=env
    )
    async with asyncio.timeout(LIMIT_S):
        out, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    return out.decode().splitlines(), told.decode()


async def scripted(deployment: Deployment, match: str, *texts: str) -> None:
    *steps, last = texts
    said = [{"calls": [{"name": CONTINUE, "arguments": {"message": text}}]} for text in steps]
    end = {"calls": [{"name": QUIT, "arguments": {"message": last}}]}
    await deployment.direct(match, *said, end)


async def said(user: User, role: str) -> list[str]:
    """Return the texts of the log. On a busy machine the brain says that its model is slow."""
    return [entry["text"] for entry in await user.log() if entry["role"] == role]


async def test_it_prints_each_message_as_it_comes(deployment: Deployment, user: User) -> None:
    await scripted(deployment, "marmot", "I look.", "I read.", "Anna asks for the key.")
    lines, told = await asked(deployment.url, user, "What did Anna write? marmot")
    assert (lines, told) == (await said(user, "brain"), "")
    assert set(lines) >= {"I look.", "I read.", "Anna asks for the key."}


async def test_it_goes_on_where_it_was_cut_off(deployment: Deployment, user: User) -> None:
    await scripted(deployment, "badger", "One.", "Two.", "Three.", "Four.")
    cutting = CutOff(deployment.functions, streams=2)
    async with served(cutting) as url:
        lines, told = await asked(url, user, "Count for me, badger")
    assert lines == await said(user, "brain")
    assert set(lines) >= {"One.", "Two.", "Three.", "Four."}
    assert "cut off" in told
    assert cutting.asked == 2
    assert await said(user, "user") == ["Count for me, badger"]
