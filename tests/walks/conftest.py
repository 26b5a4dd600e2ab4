"""The whole stack on one machine, and users who talk to it.

One stack serves all walks. Each person is a new user, and each script of the model is matched by a
word that only one test uses. Invocations are short, so that a long task needs several.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import jwt
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from brain.cloud.pusher import channel_names
from local.stack import MAX_DURATION, Stack, stack
from local.toolchain import find_browser
from tests.walks.pages import BROWSER_ARGS, connected, opened

LEASE_S = 5
MAX_DURATION_S = 6
REST_S = 2.0  # seconds that a connection is kept; servers keep it for five
FRONT = "http://front.localhost:5990"  # an allowed origin of another page
LIMIT_S = 30.0  # seconds for anything that a test waits for

type Json = dict[str, Any]


class Person:
    """A user with a token, and what the user's pages see on the channel."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, *, id: str = "") -> None:
        self.id = id or f"user-{secrets.token_hex(8)}"
        self.word = secrets.token_hex(6)
        self._stack = stack
        self._http = http
        self._channel, _ = channel_names(self.id)

    def token(self) -> str:
        claims = {"sub": self.id, "exp": int(time.time()) + 600}
        return jwt.encode(claims, self._stack.services.env["BRAIN_JWT_SECRET"], algorithm="HS256")

    async def post(self, path: str, body: Json, **options: Any) -> httpx.Response:
        return await self._http.post(path, json=body, headers=self._headers(), **options)

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self._headers(), **options.pop("headers", {})}
        return await self._http.request(method, path, headers=headers, **options)

    def streaming(self, path: str, **headers: str) -> AbstractAsyncContextManager[httpx.Response]:
        return self._http.stream("GET", path, headers={**self._headers(), **headers})

    def connecting(self, path: str) -> connect:
        """Open a WebSocket, with the token sent as a page sends it."""
        protocols = [Subprotocol("brain"), Subprotocol(f"token.{self.token()}")]
        url = f"{self._stack.url.replace('http', 'ws', 1)}{path}"
        return connect(url, subprotocols=protocols, proxy=None)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self._http.get(path, headers={**self._headers(), **headers})

    async def ask(self, text: str, **more: Any) -> Json:
        """Return the outcome of /api/voiceToBrain; an error fails the test."""
        answer = await self.post("/api/voiceToBrain", {"text": f"{text} {self.word}", **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def log(self) -> list[Json]:
        return list((await self.get("/api/messages")).json()["messages"])

    def heard(self) -> list[Json]:
        """Return the messages published on the channel."""
        events = self._stack.services.pusher.events(self._channel)
        return [json.loads(event.data) for event in events if event.name == "message"]

    async def until_heard(self, text: str) -> Json:
        """Wait until the channel has carried a message with exactly this text; returns it."""
        return await self._until(lambda message: bool(message["text"] == text))

    async def until_heard_with(self, words: str) -> Json:
        """Wait until the channel has carried a message that contains these words; returns the first
        one.
        """
        return await self._until(lambda message: words in message["text"])

    async def until_answered(self, run_id: str) -> Json:
        """Wait until the channel has carried the final message of this run; returns it."""
        return await self._until(lambda m: m["runId"] == run_id and m["doneAfterThis"])

    async def answer(self, outcome: Json) -> Json:
        """Return the final message of a run, from the response or, after a hand-over, from the
        channel.
        """
        return outcome["message"] or await self.until_answered(outcome["runId"])

    async def _until(self, is_it: Callable[[Json], bool]) -> Json:
        def found() -> Json | None:
            return next(filter(is_it, self.heard()), None)

        async with asyncio.timeout(LIMIT_S):
            await self._stack.services.pusher.until(lambda: found() is not None)
        message = found()
        assert message
        return message

    async def script(self, *answers: Json) -> None:
        """Set the model's answers to this person, call by call."""
        url = f"{self._stack.services.model.address.url}/_local/script"
        (
            await self._http.post(url, json={"match": self.word, "answers": answers})
        ).raise_for_status()

    async def open(self, gate: str) -> None:
        """Open this gate, at which an answer of the model waits."""
        url = f"{self._stack.services.model.address.url}/_local/gates/{gate}"
        (await self._http.post(url)).raise_for_status()

    async def asked(self) -> list[Json]:
        """Return the model calls for this person."""
        url = f"{self._stack.services.model.address.url}/_local/calls"
        return [call for call in (await self._http.get(url)).json() if call["match"] == self.word]

    async def until_asked(self, times: int) -> None:
        """Wait until the model has been called this many times."""
        async with asyncio.timeout(LIMIT_S):
            while len(await self.asked()) < times:  # noqa: ASYNC110 - its server is polled over HTTP
                await asyncio.sleep(0.02)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}


class Town:
    """The stack and its users."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stack = stack
        self.http = http

    def person(self, id: str = "") -> Person:
        return Person(self.stack, self.http, id=id)

    @classmethod
    async def of(cls, stack: Stack) -> Self:
        # Never reuse a connection that the server may be about to close.
        limits = httpx.Limits(keepalive_expiry=REST_S)
        return cls(stack, httpx.AsyncClient(base_url=stack.url, timeout=LIMIT_S, limits=limits))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Run everything under the real runtime, with invocations of six seconds."""
    asked = {
        MAX_DURATION: str(MAX_DURATION_S),
        "BRAIN_LEASE_S": str(LEASE_S),
        "BRAIN_ALLOWED_ORIGINS": FRONT,
    }
    async with founded(tmp_path_factory.mktemp("stack"), asked) as town:
        yield town


@asynccontextmanager
async def founded(data_dir: Path, asked: Json) -> AsyncIterator[Town]:
    """Run a stack with these settings."""
    async with stack(data_dir, asked=asked, pace=0.1) as running:
        town = await Town.of(running)
        async with town.http:
            yield town


@pytest.fixture
def person(town: Town) -> Person:
    return town.person()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, town: Town, person: Person) -> AsyncIterator[Page]:
    """Open the page of `person` and connect it. A console error fails the test."""
    async with opened(browser, town, person) as (page, complaints):
        await connected(page)
        yield page
        assert complaints == []


def says(text: str, **more: Any) -> Json:
    """Return a model answer that quits with a message."""
    return {"calls": [{"name": "sayToUserAndQuit", "arguments": {"message": text}}], **more}


def goes_on(text: str, **more: Any) -> Json:
    """Return a model answer that says something and continues."""
    return {"calls": [{"name": "sayToUserAndContinue", "arguments": {"message": text}}], **more}
