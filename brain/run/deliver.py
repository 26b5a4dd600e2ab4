"""Delivers messages: into the HTTP response while it is open, otherwise over the channel.

No other module makes this decision, so a terminal message never takes both ways. The log is the
truth: a message is delivered only after it was recorded, and a page that misses one reads it there.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from msgspec import Struct

from brain.chat.pieces import Piece
from brain.codec import Json
from brain.errors import ChannelUnreachable, LeaseLost
from brain.run.lease import Lease
from brain.run.messages import LogEntry, Message, Utterance
from brain.run.ports import Channel
from brain.run.records import entry_for_channel
from brain.run.wakeup import WakeUp

type State = Literal["done", "running", "recorded", "duplicate", "withdrawn"]
type Shown = Piece | LogEntry
type Listener = Callable[[Shown], None]

ORDER_S = 1.0  # seconds that a terminal message waits until earlier breadcrumbs are published
DRAIN_S = 5.0  # seconds that an invocation waits for the channel at its end

log = logging.getLogger(__name__)


class Outcome(Struct, frozen=True):
    """The answer to a caller."""

    state: State
    run_id: str
    seq: int
    message: Message | None = None


class Reply:
    """The HTTP response of one call, while its caller waits."""

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self.run_id = ""
        self.seq = 0
        self.has_left = False
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._wake_up: asyncio.Future[WakeUp] = asyncio.get_running_loop().create_future()

    def admitted(self, wake_up: WakeUp, *, run_id: str, seq: int) -> None:
        """Note that the text is in the log and that this invocation is the brain."""
        self.run_id, self.seq = run_id, seq
        self._wake_up.set_result(wake_up)

    def leave(self) -> None:
        """Note that the caller has closed the connection. Until then it counts as connected."""
        self.has_left = self.has_left or self.is_open

    @property
    def has_listener(self) -> bool:
        """Whether the caller follows the run live."""
        return self._listener is not None and self.is_open

    def show(self, *shown: Shown) -> None:
        """Pass these to the listener, if there is one and the response is open."""
        if self._listener is not None and self.is_open:
            for one in shown:
                self._listener(one)

    async def secure(self) -> None:
        """Return once a wake-up is on the queue, so the run survives a crash. No time limit."""
        wake_up = await asyncio.shield(self._wake_up)
        await wake_up.arm()

    @property
    def went_early(self) -> bool:
        """Whether the caller was told to expect the answer later."""
        return self._outcome.done() and (
            self._outcome.exception() is not None or self._outcome.result().state != "done"
        )

    @property
    def is_open(self) -> bool:
        """Whether the response is not settled yet."""
        return not self._outcome.done()

    def give(self, state: State, message: Message | None = None) -> bool:
        """Answer the caller. Return False if the response was settled before."""
        return self.settle(Outcome(state, self.run_id, self.seq, message))

    def settle(self, outcome: Outcome) -> bool:
        """Answer the caller with this outcome. Return False if the response was settled before."""
        if self._outcome.done():
            return False
        self._outcome.set_result(outcome)
        return True

    def fail(self, error: Exception) -> None:
        """Raise the error at the caller, if it still waits."""
        if not self._outcome.done():
            self._outcome.set_exception(error)
            self._outcome.exception()  # mark as read: asyncio warns about unread errors

    async def outcome(self, *, within_s: float | None = None) -> Outcome | None:
        """Return the outcome; None if it did not come in time. Raises the error given to `fail`."""
        await asyncio.wait({self._outcome}, timeout=within_s)
        return self._outcome.result() if self._outcome.done() else None


class Outbox:
    """Publishes events over the channel, in order, while the brain works."""

    def __init__(self, channel: Channel, lease: Lease) -> None:
        self._channel = channel
        self._lease = lease
        self._waiting: list[tuple[str, Json]] = []
        self._worker: asyncio.Task[None] | None = None

    def send(self, event: str, data: Json) -> None:
        """Publish the event after all events that were sent before."""
        self._waiting.append((event, data))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.ensure_future(self._publish())

    async def drain(self, *, limit_s: float) -> bool:
        """Wait until all events are published. Return False if the limit passed first."""
        if self._worker is None:
            return True
        done, _ = await asyncio.wait({self._worker}, timeout=limit_s)
        return bool(done)

    async def close(self, *, limit_s: float) -> None:
        """Wait for the remaining events within the limit, then drop the rest: the log has them."""
        limit_s = max(min(limit_s, DRAIN_S), 0)
        if not await self.drain(limit_s=limit_s) and self._worker is not None:
            log.warning("channel: gave up, waiting=%d", len(self._waiting))
            self._worker.cancel()
            await asyncio.wait({self._worker})

    async def _publish(self) -> None:
        while self._waiting:
            event, data = self._waiting.pop(0)
            try:
                # A process that was frozen and continues must not publish for a run that another
                # invocation has taken over.
                self._lease.check()
                await self._channel.publish(self._lease.token.user_id, event, data)
            except ChannelUnreachable as error:
                log.warning("channel.failed: what=%s reason=%s", event, error)
            except LeaseLost:
                self._waiting.clear()


def send_websocket_message(outbox: Outbox, reply: Reply, message: Message) -> None:
    """Publish the message over the channel and pass it to the listener, if there is one."""
    outbox.send("message", entry_for_channel(message))
    reply.show(message)


async def tell_withdrawn(channel: Channel, user_id: str, entry: Utterance) -> None:
    """Publish an entry that takes others back. Pages that miss it see it in the log."""
    with suppress(ChannelUnreachable):
        await channel.publish(user_id, "message", entry_for_channel(entry))


async def deliver(outbox: Outbox, reply: Reply, message: Message) -> Message | None:
    """Put a terminal message into the open response; publish any other over the channel.

    Return the message if it went into the response.
    """
    if message.done_after_this:
        # Breadcrumbs first: the user should hear them before the answer. The wait is limited, so
        # that a slow channel does not delay the answer for long.
        await outbox.drain(limit_s=ORDER_S)
        reply.show(message)
        if reply.give("done", message):
            return message
    send_websocket_message(outbox, reply, message)
    return None
