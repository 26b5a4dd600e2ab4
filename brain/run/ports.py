"""The ports of the engine except the state store: queue, channel, news, model, schemas and clock.

Everything outside is behind one of these protocols, so the whole brain also runs in a simulator.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from brain.chat.pieces import Delta as Delta
from brain.chat.pieces import EditPiece
from brain.chat.prompt import CARRIED as CARRIED
from brain.chat.prompt import Prompt as Prompt
from brain.codec import Json
from brain.run.journal import Answered
from brain.run.moves import WakeCall
from brain.run.store import Page
from brain.tools.ports import Schemas as Schemas


class Queue(Protocol):
    """Calls our functions later, at least once.

    Each method returns once the queue has acknowledged the message. Raises QueueUnreachable.
    """

    async def publish(self, wake_call: WakeCall, *, delay_s: float, dedup_id: str) -> None:
        """Call /api/brainToBrain."""

    async def tell(self, event: Json, *, delay_s: float, dedup_id: str) -> None:
        """Call /api/eventToBrain with this body, at most seven days later.

        For a longer delay the caller publishes again when the event arrives.
        """

    async def keep_schedule(self, name: str, *, cron: str, event: Json) -> None:
        """Call /api/eventToBrain with this body at the times of `cron` (in UTC).

        A new schedule replaces the earlier schedule with the same name.
        """


class Channel(Protocol):
    """Sends events to the user's open pages, at most once."""

    async def publish(self, user_id: str, event: str, data: Json) -> None:
        """Return once the channel has taken the event. Raises ChannelUnreachable."""


class LogUpdate(Struct, frozen=True, kw_only=True):
    """An update for a user's listeners: the last seq of the log and the state of a run.

    `state` is running, done or stopped, or "-" for no run. An `edit` is only shown, and no news.
    `told` is the name and the data of an event that stands in no log.
    """

    last_seq: int
    state: str
    run_id: str | None
    edit: EditPiece | None = None
    told: tuple[str, Json] | None = None


class News(Protocol):
    """Notifies readers of the store of changes in a user's log and run, at most once."""

    def listen(self, user_id: str) -> AbstractAsyncContextManager[AsyncIterator[LogUpdate]]:
        """Subscribe to a user's updates.

        Entering returns once the subscription is confirmed: from then on no update is missed while
        the subscription lasts. Raises StoreUnreachable if it was not confirmed in time.

        It ends only with StoreUnreachable, when the subscription breaks: subscribe again, and read
        the log. Waiting may be cancelled. A slow caller misses older updates.
        """


class Model(Protocol):
    """A chat model with tools."""

    async def answer(
        self, prompt: Prompt, *, limit_s: float, on_delta: Callable[[Delta], None] | None = None
    ) -> Answered:
        """Return one answer within `limit_s` seconds, including retries and fallback models.

        Raises ModelCut if the server or `limit_s` cut off an answer, ModelUnavailable if no whole
        answer came, ModelRefused if a retry cannot succeed. The `fault` of the error says why.
        """


class Clock(Protocol):
    """Time and unique ids."""

    def now(self) -> float:
        """Return seconds of a clock that never goes back and runs while a process is frozen."""

    def utc(self) -> datetime:
        """Return the current date and time in UTC."""

    def new_id(self) -> str:
        """Return a new id: sortable by time, 26 characters of [0-9A-Z]."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class Log(Protocol):
    """Read access to users' logs."""

    async def read(self, user_id: str, *, since: int, limit: int) -> Page:
        """Return at most `limit` entries after position `since`, in order.

        Raises StoreUnreachable, DatabaseUnreachable.
        """
