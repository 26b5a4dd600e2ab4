"""Starts the brain for a user's request and builds the response, for all routes.

A question that a response carries counts as presented to the user once the response was sent
completely. The store keeps that time: a spoken yes is compared with it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import assert_never

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from brain.codec import Form, Json
from brain.errors import BrainError, StoreUnreachable
from brain.http.edge import Answer, where
from brain.http.stream import EventStream, StreamEvent
from brain.run.deliver import Outcome, Reply, Shown, wait_for
from brain.run.go import brain_go
from brain.run.messages import Heard, How, LogEntry, Message, Utterance
from brain.run.pieces import Piece, piece_to_wire
from brain.run.records import MESSAGE, entry_to_wire
from brain.run.requests import UserRequest
from brain.run.services import Services
from brain.run.store import StateStore
from brain.run.turn import Invocation
from brain.wiring import Wiring

OUTCOME = Form(Outcome, first=("message", "runId", "seq"), parts=(MESSAGE,))

log = logging.getLogger("brain")


def begin(
    wiring: Wiring, request: UserRequest, invocation: Invocation, reply: Reply
) -> "asyncio.Task[None]":
    """Start the brain in a background task. The function must not end before this task."""
    warming = asyncio.ensure_future(wiring.warm())
    warming.add_done_callback(asyncio.Task.exception)  # the model call reports the error
    return asyncio.ensure_future(_run(wiring.services, request, invocation, reply))


async def answer(wiring: Wiring, request: UserRequest, invocation: Invocation) -> Answer:
    """Return the outcome within the caller's patience. After the response, the function continues
    until the brain has finished.
    """
    reply = Reply()
    brain = begin(wiring, request, invocation, reply)
    patience_s = wiring.times.patience_s if request.patience_s is None else request.patience_s
    try:
        outcome = await wait_for(reply, patience_s=patience_s)
    except asyncio.CancelledError:
        brain.cancel()
        raise
    asks = question_of(request, outcome) is not None
    sent = partial(note_returned, wiring.store, request, outcome) if asks else None
    return Delivered(outcome_to_wire(outcome), sent=sent, beside=brain)


def stream(wiring: Wiring, request: UserRequest, invocation: Invocation) -> EventStream:
    """Stream the run as it happens. The outcome is delayed only if the caller set a patience."""
    shown: asyncio.Queue[Shown] = asyncio.Queue()
    reply = Reply(shown.put_nowait)
    brain = begin(wiring, request, invocation, reply)
    outcomes: list[Outcome] = []

    async def sent() -> None:
        for outcome in outcomes:
            await note_returned(wiring.store, request, outcome)

    events = _events(reply, shown, request.patience_s or 0, outcomes.append)
    return EventStream(events, beside=brain, sent=sent)


class Delivered(Answer):
    """A JSON response. Afterwards `sent` is called, unless the caller was gone before, and then the
    function continues until `beside` has ended.
    """

    def __init__(
        self,
        content: Json,
        *,
        sent: Callable[[], Awaitable[None]] | None,
        beside: asyncio.Task[None],
    ) -> None:
        super().__init__(content)
        self._sent = sent
        self._beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_heard = self._sent is not None and not await Request(scope, receive).is_disconnected()
        await super().__call__(scope, receive, send)
        if self._sent is not None and is_heard:
            await self._sent()
        await asyncio.wait({self._beside})


def question_of(request: UserRequest, outcome: Outcome) -> Message | None:
    """Return the question that the caller can now put to the user, if the outcome has one.

    A caller that asked to wait without a limit (patience 0) is not in the middle of a spoken turn.
    It has to report by itself what the user has heard or seen.
    """
    if request.patience_s == 0:
        return None
    message = outcome.message
    asked = message.question if message is not None else None
    return message if asked is not None and asked.whom == "user" else None


async def note_returned(store: StateStore, request: UserRequest, outcome: Outcome) -> None:
    """Record that the caller has the question of this outcome, if there is one.

    Costs a round trip, after the response. If it fails, a spoken yes goes to the model.
    """
    if (question := question_of(request, outcome)) is None:
        return
    try:
        await store.heard(request.user_id, Heard(seq=question.seq, how=How.RETURNED))
    except StoreUnreachable as error:
        log.warning("answer: not noted as returned, error=%s", where(error))


def outcome_to_wire(outcome: Outcome) -> Json:
    """Return the body of the response."""
    return OUTCOME.encode(outcome)


def event_of(shown: Shown) -> StreamEvent:
    """Convert a piece or a log entry of a run to an event."""
    match shown:
        case Piece():
            return StreamEvent(name=shown.kind, data=piece_to_wire(shown))
        case Message() | Utterance():
            return entry_event(shown)
        case _:
            assert_never(shown)


def entry_event(entry: LogEntry) -> StreamEvent:
    """Convert a log entry to an event. A client that reconnects sends the seq of its last one."""
    return StreamEvent(name="message", data=entry_to_wire(entry), id=entry.seq)


async def _events(
    reply: Reply,
    shown: "asyncio.Queue[Shown]",
    patience_s: float,
    ended: Callable[[Outcome], None],
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the run's messages and pieces as they arrive, and finally the outcome."""
    waiting = asyncio.ensure_future(wait_for(reply, patience_s=patience_s))
    while not waiting.done() or not shown.empty():
        coming = asyncio.ensure_future(shown.get())
        await asyncio.wait({waiting, coming}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
            continue
        yield event_of(coming.result())
    outcome = await waiting
    ended(outcome)
    yield StreamEvent(name="done", data=outcome_to_wire(outcome))


async def _run(
    services: Services, request: UserRequest, invocation: Invocation, reply: Reply
) -> None:
    """Run the brain. Errors are passed to the reply and never raised."""
    try:
        await brain_go(services, request, invocation, reply)
    except BrainError as error:
        reply.fail(error)
        log.warning("brain: ended, error=%s", where(error))
    except Exception as error:  # noqa: BLE001 - the edge: the caller gets a 500, the wake-up continues the run
        reply.fail(error)
        log.error("brain: ended, error=%s", where(error))
