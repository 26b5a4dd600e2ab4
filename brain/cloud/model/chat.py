"""Chat models over the OpenAI protocol: OpenAI, OpenRouter and compatible servers.

This module has the settings and the client. `trying` decides which model to ask, how often, and
when to give up; `wire` sends one request; the other modules read answers and refusals.
"""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct, field

from brain.chat.choice import ModelChoice, Provider
from brain.chat.prices import Prices
from brain.cloud.model.budget import check_budget
from brain.cloud.model.client import ModelClient
from brain.cloud.model.order import Candidate
from brain.cloud.model.patience import Telling
from brain.cloud.model.trying import Trying
from brain.cloud.model.wire import Waits
from brain.codec import Json
from brain.codec.text import name_only
from brain.errors import FaultClass
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt
from brain.settings.budgets import DailyBudget

BASE_URLS = {"openai": "https://api.openai.com/v1", "openrouter": "https://openrouter.ai/api/v1"}


class ChatSettings(Struct, frozen=True, kw_only=True):
    """Which models to ask, where, and how long to wait.

    If `reasoning_effort` is None, OpenAI gets "none", because its current models accept function
    tools only with it. Other servers may not know the field and do not get it. Of `choice`, what
    is set is sent; its provider and its model are not looked at. `prices` are for providers that
    do not say what an answer costs. `tries` is as in `Trying`.
    """

    provider: Provider
    api_key: str
    model: str
    base_url: str | None = None
    fallback_models: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    waits: Waits = field(default_factory=Waits)
    tries: int | None = None
    choice: ModelChoice = field(default_factory=ModelChoice)
    prices: Prices = field(default_factory=dict)

    __repr__ = name_only

    @property
    def url(self) -> str:
        return self.base_url or BASE_URLS[self.provider]

    @property
    def is_openai(self) -> bool:
        """Whether OpenAI itself is asked, and not a server that speaks its protocol."""
        return urlsplit(self.url).hostname == urlsplit(BASE_URLS["openai"]).hostname

    @property
    def effort(self) -> str | None:
        return self.reasoning_effort or ("none" if self.is_openai else None)

    @property
    def optional_fields(self) -> Json:
        """The fields of a request that a server may reject; then they are left out."""
        given: Json = {
            "stream_options": {"include_usage": True},
            "reasoning_effort": self.effort,
            "temperature": self.choice.temperature,
            "max_completion_tokens" if self.is_openai else "max_tokens": self.choice.max_tokens,
            "stop": list(self.choice.stop) or None,
            "seed": self.choice.seed,
        }
        return {name: value for name, value in given.items() if value is not None}


class ChatModel:
    """Asks the model, or its fallbacks if it does not answer. Implements `Model`."""

    def __init__(
        self,
        settings: ChatSettings,
        *,
        random: Callable[[], float],
        note: Callable[[str, FaultClass | None], None] = lambda model, fault: None,
        candidates: Sequence[Candidate] = (),
        takes_turns: bool = False,
        budget: DailyBudget | None = None,
    ) -> None:
        """`random` returns numbers from 0 to 1; they spread the retries of many callers. `note`
        gets the model and the class of its fault after each try, or None if it answered.

        `candidates` are the models if others use their connections too; without them, those of the
        settings are asked over connections of their own. `takes_turns`: a call waits until it is
        its turn at the provider. `budget` is that of the user whose run asks.
        """
        self._settings = settings
        self._random = random
        self._note = note
        self._owned: ModelClient | None = None
        if not candidates:
            self._owned = ModelClient(settings.url, settings.api_key, settings.waits)
            names = (settings.model, *settings.fallback_models)
            candidates = [
                Candidate(
                    model=name,
                    label=name,
                    provider=settings.provider,
                    client=self._owned,
                    optional=settings.optional_fields,
                )
                for name in names
            ]
        self.candidates = candidates
        self._takes_turns = takes_turns
        self._budget = budget or DailyBudget()

    async def warm(self) -> None:
        """Do what the first request would do before it connects: 0.1 s of a cold start."""
        await self.candidates[0].client.warm()

    async def aclose(self) -> None:
        """Close the connections, unless others use them too."""
        if self._owned is not None:
            await self._owned.aclose()

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """Ask the models in the order of the settings, and return the first answer."""
        check_budget(self._budget)
        trying = Trying(
            prompt=prompt,
            end=asyncio.get_running_loop().time() + limit_s,
            tell=Telling(on_delta or _ignore),
            note=self._note,
            waits=self._settings.waits,
            takes_turns=self._takes_turns,
            random=self._random,
            prices=self._settings.prices,
            tries=self._settings.tries,
        )
        return await trying.answer(self.candidates)


def _ignore(_: Delta) -> None:
    pass
