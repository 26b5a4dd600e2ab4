"""Queue, channel, news, model, foreign schemas, and time."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from brain.codec import Json
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from brain.run.store import Page


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """A piece of an answer as it comes: `thought` (reasoning), `content` (text), `action` (a tool's
    name, once a call), `arguments` (of a call, JSON in pieces). `call` numbers the answer's calls.
    """

    kind: Literal["thought", "content", "action", "arguments"]
    text: str
    call: int = 0


class Queue(Protocol):
    """Calls us later, at least once. Its methods return once the queue has acknowledged, and raise
    QueueUnreachable.
    """

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        """Call /api/brainToBrain."""

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        """Call /api/eventToBrain with this body. At most seven days later: for longer, the caller
        goes by stages.
        """

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        """Call /api/eventToBrain with this body at the times of `cron` (in UTC), again and again.

        There is one schedule of a name, whoever keeps it: the last one counts.
        """


class Channel(Protocol):
    """Reaches the user's open pages, at most once."""

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        """Return once the channel has taken the event. Raises ChannelUnreachable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogUpdate:
    """What a user's listeners are told: how far the log reaches, and what the run does.

    `state` is running, done, stopped, or - where no run is concerned.
    """

    last_seq: int
    state: str
    run_id: str | None


class News(Protocol):
    """What is new in a user's log and run, at most once: a wake-up for readers of the store."""

    def listen(self, user_id: str) -> AbstractAsyncContextManager[AsyncIterator[LogUpdate]]:
        """Entered once the subscription is confirmed: nothing that comes after is missed, as long
        as it holds. Raises StoreUnreachable when it was not confirmed in time.

        The iterator raises StoreUnreachable when the subscription has broken, and has no other end:
        whoever goes on listens anew, and then reads what they have missed. Waiting for the next
        bulletin may be given up and begun again. To one who does not come for them, the older
        bulletins are dropped: the newest tells how far the log reaches.
        """


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


class Schemas(Protocol):
    """Compiles and checks JSON schemas that others wrote, where nobody waits for it but the caller.

    Each call has one time limit for all that it is given. Past it, every answer is that reason.
    Both methods raise CheckerUnreachable if nothing can be checked at present.
    """

    async def objections(self, schemas: Sequence[Json]) -> list[str]:
        """Say for each schema why it is not accepted, in words of our own; empty if it is."""

    async def complaints(self, calls: Sequence[tuple[Json, str]]) -> list[str]:
        """Say for each schema and the arguments of a call, as JSON text, what is wrong with them,
        in words for the model; empty if nothing is.
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


class Log(Protocol):
    """A user's log, for readers."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """At most `limit` entries after the place `since`, in order.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
