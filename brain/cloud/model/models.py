"""The chat models of one instance: the owner's, and one for each choice of a mind.

Models of one provider share its connections. What the instance has learned about a model holds for
each choice that names it.
"""

from collections.abc import Callable
from random import random

from msgspec.structs import replace

from brain import settings
from brain.chat.choice import ModelChoice, Provider
from brain.cloud.model.chat import BASE_URLS, ChatModel, ChatSettings
from brain.cloud.model.client import ModelClient
from brain.cloud.model.known import Known
from brain.cloud.model.order import Candidate
from brain.cloud.model.wire import Waits
from brain.errors import FaultClass
from brain.settings.budgets import DailyBudget, daily_budget
from brain.settings.types import ModelSettings
from brain.settings.variables import Env

SHORT_WAIT_S = 25.0  # seconds for a first sign, where two tries have to fit into a minute
MOST_KEPT = 200  # choices, and models about which something is known; the oldest go first


class Models:
    """Makes chat models and keeps them."""

    def __init__(self, env: Env, note: Callable[[str, FaultClass | None], None]) -> None:
        """`note` is as in `ChatModel`."""
        self._env = env
        self._note = note
        self._clients: dict[str, ModelClient] = {}
        self._known: dict[tuple[str, str], Known] = {}
        self._models: dict[tuple[ModelChoice, bool, int | None], ChatModel] = {}

    def of(self, choice: ModelChoice, *, takes_turns: bool, tries: int | None = None) -> ChatModel:
        """Return the model of a choice. Raises SettingMissing without the provider's key."""
        key = (choice, takes_turns, tries)
        found = self._models.pop(key, None) or self._made(*key)
        self._models[key] = found  # the newest is the last
        _forget_oldest(self._models)
        return found

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    def _made(self, choice: ModelChoice, takes_turns: bool, tries: int | None) -> ChatModel:
        at = settings.model_of(self._env, choice)
        given = self._settings(at, choice, tries)
        places = (at, *settings.fallbacks_of(self._env, at))
        return ChatModel(
            given,
            random=random,
            note=self._note,
            candidates=[
                self._candidate(place, self._settings(place, choice, tries), own=at.provider)
                for place in places
            ],
            takes_turns=takes_turns,
            # A job has reserved what its minds use.
            budget=DailyBudget() if takes_turns else daily_budget(self._env),
        )

    def _settings(self, at: ModelSettings, choice: ModelChoice, tries: int | None) -> ChatSettings:
        waits = Waits(first_token_s=at.first_token_s)
        return ChatSettings(
            provider=at.provider,
            base_url=at.base_url,
            api_key=at.api_key,
            model=at.model,
            waits=waits if tries is None else replace(waits, first_token_s=_short(waits)),
            tries=tries,
            choice=choice,
            prices=settings.prices(self._env),
        )

    def _candidate(self, at: ModelSettings, given: ChatSettings, own: Provider) -> Candidate:
        return Candidate(
            model=at.model,
            label=settings.label_of(at, own),
            provider=at.provider,
            client=self._client(at),
            optional=given.optional_fields,
            known=self._known_of(at.provider, at.model),
        )

    def _client(self, at: ModelSettings) -> ModelClient:
        client = self._clients.get(at.provider)
        if client is None:
            url, at_once = at.base_url or BASE_URLS[at.provider], settings.at_once(self._env)
            waits = Waits(first_token_s=at.first_token_s)
            client = ModelClient(url, at.api_key, waits, at_once=at_once)
            self._clients[at.provider] = client
        return client

    def _known_of(self, provider: str, model: str) -> Known:
        known = self._known.setdefault((provider, model), Known())
        _forget_oldest(self._known)
        return known


def _short(waits: Waits) -> float:
    return min(waits.first_token_s, SHORT_WAIT_S)


def _forget_oldest[K, V](kept: dict[K, V]) -> None:
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
