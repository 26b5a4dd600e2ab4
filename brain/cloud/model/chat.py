"""Chat models over the OpenAI protocol: OpenAI, OpenRouter and compatible servers.

This module decides which model to ask, how often, and when to give up. Every wait has a limit. Once
a piece of an answer has arrived there is no retry, because the user may have seen it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, assert_never
from urllib.parse import urlsplit

from brain.cloud.model.faults import Failure, Remedy
from brain.cloud.model.stream import Assembly, conclude
from brain.cloud.model.wire import Waits, listen, make_client
from brain.codec import Json
from brain.errors import ModelFault, ModelRefused, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Delta, Prompt

if TYPE_CHECKING:
    from openai import AsyncOpenAI

BASE_URLS = {"openai": "https://api.openai.com/v1", "openrouter": "https://openrouter.ai/api/v1"}
TRIES = 3  # per model; after three failures a fourth try rarely succeeds
BACKOFF_S = 0.3  # seconds before the second try, doubled for the third, reduced by up to half

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """A request that is independent of the model; `end` is the deadline in the loop's time."""

    client: "AsyncOpenAI"
    prompt: Prompt
    end: float
    tell: Callable[[Delta], None]
    taken_ids: tuple[str, ...]


class ChatModel:
    """Asks the model, or its fallbacks if it does not answer. Implements `Model`."""

    def __init__(self, settings: ChatSettings, *, random: Callable[[], float]) -> None:
        """`random` returns numbers from 0 to 1; they spread the retries of many callers."""
        self._settings = settings
        self._random = random
        self._loop: asyncio.AbstractEventLoop | None = None
        self._making: asyncio.Future[AsyncOpenAI] | None = None
        self._dropped: set[tuple[str, str]] = set()  # (model, field that it refuses)

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
        question = _Question(
            client=await self._client_until(end),
            prompt=prompt,
            end=end,
            tell=on_delta or _ignore,
            taken_ids=_call_ids(prompt.messages),
        )
        failures: list[Failure] = []
        for model in (self._settings.model, *self._settings.fallback_models):
            outcome = await self._insist(model, question)
            if isinstance(outcome, Answered):
                return outcome
            failures.append(outcome)
            if outcome.remedy is Remedy.NOTHING or _is_over(end):
                break
        raise _given_up(failures)

    async def _insist(self, model: str, question: _Question) -> Answered | Failure:
        """Ask one model up to TRIES times. Returns its answer or its last failure."""
        tries = 0
        while True:
            fields = self._optional_fields(model)
            outcome = await _ask(model, fields, question, self._settings.waits)
            if isinstance(outcome, Answered):
                return outcome
            if rejected := outcome.rejected_fields & fields.keys():
                # Not counted as a try: the next request differs, and only two fields can drop.
                self._dropped |= {(model, name) for name in rejected}
                continue
            tries += 1
            pause = self._pause_s(outcome, tries)
            is_last = tries == TRIES or _is_over(question.end - pause)
            if outcome.remedy is not Remedy.AGAIN or is_last:
                return outcome
            await asyncio.sleep(pause)

    def _optional_fields(self, model: str) -> Json:
        fields: Json = {"stream_options": {"include_usage": True}}
        if effort := self._settings.effort:
            fields["reasoning_effort"] = effort
        return {k: v for k, v in fields.items() if (model, k) not in self._dropped}

    def _pause_s(self, failure: Failure, tries: int) -> float:
        """Return the provider's Retry-After if it sent one, else an exponential backoff.

        A pause beyond the deadline makes the caller ask the next model.
        """
        if failure.retry_after_s is not None:
            return failure.retry_after_s
        return BACKOFF_S * 2.0 ** (tries - 1) * (0.5 + self._random() / 2)

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


async def _ask(model: str, fields: Json, question: _Question, waits: Waits) -> Answered | Failure:
    """Send one request. Raises ModelCut or ModelUnavailable if it fails after the answer began."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    body = {"model": model, "messages": question.prompt.messages, "stream": True, **fields}
    if question.prompt.tools:
        body["tools"] = question.prompt.tools
    assembly = Assembly()
    outcome: Answered | Failure | ModelFault
    try:
        failure = await listen(question.client, body, assembly, question.tell, waits, question.end)
        outcome = conclude(assembly, failure, question.taken_ids)
    except ModelFault as fault:
        outcome = fault
    _note(model, outcome, loop.time() - started)
    if isinstance(outcome, ModelFault):
        raise outcome
    return outcome


def _note(model: str, outcome: Answered | Failure | ModelFault, seconds: float) -> None:
    ms = round(seconds * 1000)
    match outcome:
        case Answered(tokens=tokens, calls=calls):
            log.info(
                "model answered: model=%s ms=%d tokens=%d calls=%d", model, ms, tokens, len(calls)
            )
        case Failure(reason=reason, status=status):
            log.warning(
                "model failed: model=%s ms=%d status=%d reason=%s", model, ms, status, reason
            )
        case ModelFault():
            log.warning("model failed: model=%s ms=%d fault=%s", model, ms, type(outcome).__name__)
        case _:
            assert_never(outcome)


def _given_up(failures: Sequence[Failure]) -> ModelFault:
    """Return ModelUnavailable if a retry of any model can help, else ModelRefused."""
    reasons = "; ".join(dict.fromkeys(failure.reason for failure in failures))
    if any(failure.remedy is Remedy.AGAIN for failure in failures):
        return ModelUnavailable(reasons)
    return ModelRefused(reasons)


def _is_over(end: float) -> bool:
    return asyncio.get_running_loop().time() >= end


def _call_ids(messages: Sequence[Json]) -> tuple[str, ...]:
    return tuple(
        call["id"]
        for message in messages
        for call in message.get("tool_calls") or ()
        if "id" in call
    )


def _ignore(_: Delta) -> None:
    pass
