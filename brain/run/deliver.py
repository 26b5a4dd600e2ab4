"""Where a message goes: into the HTTP response while that is open, else over the channel. Decided
here only.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from brain.codec import Json
from brain.errors import ChannelUnreachable, LeaseLost
from brain.run.lease import Lease
from brain.run.messages import LogEntry, Message
from brain.run.pieces import Piece
from brain.run.ports import Channel
from brain.run.records import message_for_channel
from brain.run.wakeup import WakeUp

type State = Literal["done", "running", "recorded", "duplicate"]
type Shown = Piece | LogEntry
type Listener = Callable[[Shown], None]

ORDER_S = 1.0  # seconds a terminal message waits for the breadcrumbs before it to be out
DRAIN_S = 5.0  # seconds an invocation waits at its end for the channel

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a caller is told."""

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
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._wake_up: asyncio.Future[WakeUp] = asyncio.get_running_loop().create_future()

    def admitted(self, wake_up: WakeUp, *, run_id: str, seq: int) -> None:
        """The call's text has its place, and its invocation is the brain."""
        self.run_id, self.seq = run_id, seq
        self._wake_up.set_result(wake_up)

    @property
    def has_listener(self) -> bool:
        """Whether somebody follows the run as it happens."""
        return self._listener is not None and self.is_open

    def show(self, *shown: Shown) -> None:
        """Tell who follows the run, as long as the response is open."""
        if self._listener is not None and self.is_open:
            for one in shown:
                self._listener(one)

    async def secure(self) -> None:
        """Return once the run is sure to outlive this process; it may take for ever."""
        wake_up = await asyncio.shield(self._wake_up)
        await wake_up.arm()

    @property
    def went_early(self) -> bool:
        """Whether the caller was told that the answer comes later."""
        return self._outcome.done() and (
            self._outcome.exception() is not None or self._outcome.result().state != "done"
        )

    @property
    def is_open(self) -> bool:
        """Whether the caller can still be told something."""
        return not self._outcome.done()

    def give(self, state: State, message: Message | None = None) -> bool:
        """Tell the caller the outcome. False if the response is gone already."""
        outcome = Outcome(state=state, run_id=self.run_id, seq=self.seq, message=message)
        return self.settle(outcome)

    def settle(self, outcome: Outcome) -> bool:
        """The same with an outcome made elsewhere."""
        if self._outcome.done():
            return False
        self._outcome.set_result(outcome)
        return True

    def fail(self, error: Exception) -> None:
        """The caller gets the error, if it still waits."""
        if not self._outcome.done():
            self._outcome.set_exception(error)
            self._outcome.exception()  # an error that nobody waits for any more is not a warning

    async def outcome(self, *, within_s: float | None = None) -> Outcome | None:
        """The outcome; None if it did not come in time. Raises what `fail` was given."""
        await asyncio.wait({self._outcome}, timeout=within_s)
        return self._outcome.result() if self._outcome.done() else None


class Outbox:
    """Publishes over the channel, one after the other, beside the thinking."""

    def __init__(self, channel: Channel, lease: Lease) -> None:
        self._channel = channel
        self._lease = lease
        self._waiting: list[tuple[str, Json]] = []
        self._worker: asyncio.Task[None] | None = None

    def send(self, event: str, data: Json) -> None:
        """Publish after everything that was sent before."""
        self._waiting.append((event, data))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._publish())

    async def drain(self, *, limit_s: float) -> bool:
        """Wait until all is out; False if it took longer than the limit."""
        if self._worker is None:
            return True
        done, _ = await asyncio.wait({self._worker}, timeout=limit_s)
        return bool(done)

    async def close(self, *, limit_s: float) -> None:
        """Wait for the rest within the limit, and drop what is not out by then: the log has it."""
        limit_s = max(min(limit_s, DRAIN_S), 0)
        if not await self.drain(limit_s=limit_s) and self._worker is not None:
            log.warning("channel: gave up, waiting=%d", len(self._waiting))
            self._worker.cancel()
            await asyncio.wait({self._worker})

    async def _publish(self) -> None:
        while self._waiting:
            event, data = self._waiting.pop(0)
            try:
                # A frozen process that thaws must not speak for a run that others have gone on
                # with.
                self._lease.check()
                await self._channel.publish(self._lease.token.user_id, event, data)
            except ChannelUnreachable as error:
                log.warning("channel: not published, event=%s reason=%s", event, error)
            except LeaseLost:
                self._waiting.clear()


def send_websocket_message(outbox: Outbox, reply: Reply, message: Message) -> None:
    """A message over the channel, and to a caller that listens to the run."""
    outbox.send("message", message_for_channel(message))
    reply.show(message)


async def deliver(outbox: Outbox, reply: Reply, message: Message) -> Message | None:
    """A terminal message into the open response, any other over the channel.

    Returns the message if the response took it.
    """
    if message.done_after_this:
        # Breadcrumbs first: who hears the answer has heard the way to it. A slow channel may not
        # hold the answer back for long.
        await outbox.drain(limit_s=ORDER_S)
        reply.show(message)
        if reply.give("done", message):
            return message
    send_websocket_message(outbox, reply, message)
    return None


async def wait_for(reply: Reply, *, patience_s: float) -> Outcome:
    """The outcome of a call. `patience_s` 0 waits until there is one.

    No caller is told "running" before the queue has acknowledged a wake-up for the run: while that
    fails, the caller waits on. Raises what the brain raised before it could settle the reply.
    """
    outcome = await reply.outcome(within_s=patience_s or None)
    if outcome is not None:
        return outcome
    arming = asyncio.ensure_future(reply.secure())
    settling = asyncio.ensure_future(reply.outcome())
    try:
        await asyncio.wait({arming, settling}, return_when=asyncio.FIRST_COMPLETED)
        if arming.done() and not arming.cancelled():  # a brain that gave up ends the arming too
            reply.give("running")
        outcome = await settling
    finally:
        arming.cancel()
    assert outcome is not None  # without a limit there is one
    return outcome
