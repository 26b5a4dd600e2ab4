"""Chat models over the OpenAI protocol: OpenAI, OpenRouter and compatible servers.

This module has the settings and the client. `trying` decides which model to ask, how often, and
when to give up; `wire` sends one request; the other modules read answers and refusals.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from brain.cloud.model.known import Known
from brain.cloud.model.patience import Telling
from brain.cloud.model.trying import Trying
from brain.cloud.model.wire import Waits, make_client
from brain.codec import Json
from brain.errors import FaultClass, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt

if TYPE_CHECKING:
    from openai import AsyncOpenAI

BASE_URLS = {"openai": "https://api.openai.com/v1", "openrouter": "https://openrouter.ai/api/v1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatSettings:
    """Which models to ask, where, and how long to wait.

    If `reasoning_effort` is None, OpenAI gets "none", because its current models accept function
    tools only with it. Other servers may not know the field and do not get it.
    """

    provider: Literal["openai", "openrouter"]
    api_key: str = field(repr=False)
    model: str
    base_url: str | None = None
    fallback_models: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    waits: Waits = field(default_factory=Waits)

    @property
    def url(self) -> str:
        return self.base_url or BASE_URLS[self.provider]

    @property
    def effort(self) -> str | None:
        is_openai = urlsplit(self.url).hostname == urlsplit(BASE_URLS["openai"]).hostname
        return self.reasoning_effort or ("none" if is_openai else None)


class ChatModel:
    """Asks the model, or its fallbacks if it does not answer. Implements `Model`."""

    def __init__(
        self,
        settings: ChatSettings,
        *,
        random: Callable[[], float],
        note: Callable[[str, FaultClass | None], None] = lambda model, fault: None,
    ) -> None:
        """`random` returns numbers from 0 to 1; they spread the retries of many callers. `note`
        gets the model and the class of its fault after each try, or None if it answered.
        """
        self._settings = settings
        self._random = random
        self._note = note
        self._loop: asyncio.AbstractEventLoop | None = None
        self._making: asyncio.Future[AsyncOpenAI] | None = None
        # What this instance has learned, by model, in the order of the settings.
        self._known = {name: Known() for name in (settings.model, *settings.fallback_models)}

    async def warm(self) -> None:
        """Import the SDK and create the client: half a second that a cold start can overlap."""
        await self._client()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._making is not None:
            making, self._making = self._making, None
            await (await making).close()

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """Ask the models in the order of the settings, and return the first answer."""
        end = asyncio.get_running_loop().time() + limit_s
        trying = Trying(
            client=await self._client_until(end),
            prompt=prompt,
            end=end,
            tell=Telling(on_delta or _ignore),
            note=self._note,
            known=self._known,
            optional=self._optional_fields(),
            waits=self._settings.waits,
            random=self._random,
        )
        return await trying.answer(tuple(self._known))

    def _optional_fields(self) -> Json:
        fields: Json = {"stream_options": {"include_usage": True}}
        if effort := self._settings.effort:
            fields["reasoning_effort"] = effort
        return fields

    async def _client_until(self, end: float) -> "AsyncOpenAI":
        try:
            async with asyncio.timeout_at(end):
                return await self._client()
        except TimeoutError:
            raise ModelUnavailable("no time was left to ask the model") from None

    async def _client(self) -> "AsyncOpenAI":
        """Return the client of the running loop; connections cannot be used in another loop."""
        loop = asyncio.get_running_loop()
        if self._making is None or self._loop is not loop:
            self._loop = loop
            # In a thread: importing the SDK and loading certificates takes half a second.
            make = asyncio.to_thread(
                make_client, self._settings.url, self._settings.api_key, self._settings.waits
            )
            self._making = asyncio.ensure_future(make)
        # Shielded: a cancelled caller must not cancel it for the others.
        return await asyncio.shield(self._making)


def _ignore(_: Delta) -> None:
    pass
