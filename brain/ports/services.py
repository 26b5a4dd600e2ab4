"""Queue, channel, model, and time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from brain.domain.answers import Delta
from brain.domain.journal import Answered
from brain.domain.moves import Summons
from brain.domain.tools import Json


class Queue(Protocol):
    """Calls /api/brainToBrain later, at least once."""

    async def publish(self, summons: Summons, *, delay_s: float, dedup_id: str) -> None:
        """Return once the queue has acknowledged. Raises QueueUnreachable."""


class Channel(Protocol):
    """Reaches the user's open pages, at most once."""

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        """Return once the channel has taken the event. Raises ChannelUnreachable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What the model is shown: chat-completions messages and tools."""

    messages: Sequence[Json]
    tools: Sequence[Json]


class Model(Protocol):
    """A chat model with tools."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """One answer within `limit_s` seconds, retries and fallback models included.

        Raises ModelCut when the limit or the connection cut an answer that had begun,
        ModelUnavailable when none began, ModelRefused when asking again is of no use.
        """


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; a frozen process sees them pass."""

    def utc(self) -> datetime:
        """The time of day, UTC."""

    def new_id(self) -> str:
        """A new id: sortable by time, 26 characters of [0-9A-Z]."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
