"""The connections to one provider, shared by all models that are asked there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from brain.cloud.model.wire import Waits, make_client
from brain.errors import ModelUnavailable

if TYPE_CHECKING:
    from openai import AsyncOpenAI

NO_TIME = "no time was left to ask the model"


class ModelClient:
    """One client of the SDK, made when it is first used.

    It belongs to the running loop, because connections cannot be used in another one.
    """

    def __init__(self, url: str, api_key: str, waits: Waits, *, at_once: int = 1) -> None:
        """`at_once` is how many calls wait for nobody in `turn`."""
        self._url = url
        self._api_key = api_key
        self._waits = waits
        self._at_once = at_once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._making: asyncio.Future[AsyncOpenAI] | None = None
        self._turns = asyncio.Semaphore(at_once)

    async def get(self) -> "AsyncOpenAI":
        """Return the client. The first call takes half a second."""
        self._enter()
        if self._making is None:
            # In a thread: importing the SDK and loading certificates takes half a second.
            make = asyncio.to_thread(make_client, self._url, self._api_key, self._waits)
            self._making = asyncio.ensure_future(make)
        # Shielded: a cancelled caller must not cancel it for the others.
        return await asyncio.shield(self._making)

    async def get_until(self, end: float) -> "AsyncOpenAI":
        """Return the client. Raises ModelUnavailable at `end`, in the loop's time."""
        try:
            async with asyncio.timeout_at(end):
                return await self.get()
        except TimeoutError:
            raise ModelUnavailable(NO_TIME) from None

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
        if self._making is not None:
            making, self._making = self._making, None
            await (await making).close()

    def _enter(self) -> None:
        """Drop the clients of an earlier event loop: connections cannot be used in another one."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._making = loop, None
            self._turns = asyncio.Semaphore(self._at_once)
