"""The connections to one provider, shared by all models that are asked there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brain.cloud.model.post import ChatServer
from brain.cloud.model.wire import Waits
from brain.errors import ModelUnavailable

NO_TIME = "no time was left to ask the model"


class ModelClient:
    """The connections to a provider, and the turns of those who wait for each other there."""

    def __init__(self, url: str, api_key: str, waits: Waits, *, at_once: int = 1) -> None:
        """`at_once` is how many calls wait for nobody in `turn`."""
        self._server = ChatServer(url, api_key, connect_s=waits.connect_s)
        self._at_once = at_once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = asyncio.Semaphore(at_once)

    async def warm(self) -> None:
        """Do what the first request would do before it connects: 0.1 s of a cold start."""
        await self._server.warm()

    def server_until(self, end: float) -> ChatServer:
        """Return the server. Raises ModelUnavailable if it is `end`, in the loop's time."""
        if asyncio.get_running_loop().time() >= end:
            raise ModelUnavailable(NO_TIME)
        return self._server

    @asynccontextmanager
    async def turn(self, end: float) -> AsyncIterator[None]:
        """Wait until fewer than `at_once` calls run. Raises ModelUnavailable at `end`."""
        self._enter()
        turns = self._turns
        try:
            async with asyncio.timeout_at(end):
                await turns.acquire()
        except TimeoutError:
            raise ModelUnavailable(NO_TIME) from None
        try:
            yield
        finally:
            turns.release()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    def _enter(self) -> None:
        """Make new turns in another event loop: who waits in the last one does not count."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._turns = loop, asyncio.Semaphore(self._at_once)
