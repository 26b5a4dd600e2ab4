"""Starts the brain for a user's request and builds the response, for all routes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import assert_never

from msgspec.structs import replace
from starlette.types import Receive

from brain.chat.pieces import Piece, piece_to_wire
from brain.cloud.traces.collector import traced
from brain.codec import Form, Json
from brain.errors import BrainError
from brain.http.edge import where
from brain.http.right import BYE, Bye, Right
from brain.http.stream import EventStream, StreamEvent, noticing
from brain.http.waiting import wait_for
from brain.routes.delivered import Delivered, note_returned, question_of
from brain.routes.told import OtherPages
from brain.run.deliver import Outcome, Reply, Shown
from brain.run.go import brain_go
from brain.run.messages import LogEntry, Message, Utterance
from brain.run.records import MESSAGE, entry_to_wire
from brain.run.requests import UserRequest
from brain.run.services import Services
from brain.run.turn import Invocation
from brain.wiring import Wiring

OUTCOME = Form(Outcome, first=("message", "runId", "seq"), parts=(MESSAGE,))

log = logging.getLogger("brain")


def begin(
    wiring: Wiring, request: UserRequest, invocation: Invocation, reply: Reply
) -> "asyncio.Task[None]":
    """Start the brain in a background task. The function must not end before this task."""
    if not wiring.is_warm:
        warming = asyncio.ensure_future(wiring.warm())
        warming.add_done_callback(asyncio.Task.exception)  # the model call reports the error
    telling = OtherPages(wiring, request)
    services = replace(wiring.services, store=wiring.store.telling(telling.grown))
    run = partial(_run, services, request, invocation, reply, telling)
    return asyncio.ensure_future(traced(wiring.traces, run))


async def answer(
    wiring: Wiring,
    request: UserRequest,
    invocation: Invocation,
    receive: Receive | None = None,
    *,
    first: Json | None = None,
) -> Delivered:
    """Return the outcome within the caller's patience. After the response, the function continues
    until the brain has finished. With `receive`, it matters if the caller of a speculative text
    goes away. `first` comes before the outcome in the body.
    """
    reply = Reply()
    brain = begin(wiring, request, invocation, reply)
    patience_s = wiring.times.patience_s if request.patience_s is None else request.patience_s
    try:
        if receive is None or not request.speculative:
            outcome = await wait_for(reply, patience_s=patience_s)
        else:
            async with noticing(receive, reply.leave):
                outcome = await wait_for(reply, patience_s=patience_s)
    except asyncio.CancelledError:
        brain.cancel()
        raise
    asks = question_of(request, outcome) is not None
    sent = partial(note_returned, wiring.store, request, outcome) if asks else None
    return Delivered({**(first or {}), **outcome_to_wire(outcome)}, sent=sent, beside=brain)


def stream(
    wiring: Wiring,
    request: UserRequest,
    invocation: Invocation,
    right: Right,
    *,
    first: StreamEvent | None = None,
) -> EventStream:
    """Stream the run as it happens, while the caller has the right to listen. The outcome is
    delayed only if the caller set a patience. `first` is sent before everything else.
    """
    shown: asyncio.Queue[Shown] = asyncio.Queue()
    reply = Reply(shown.put_nowait)
    brain = begin(wiring, request, invocation, reply)
    left_s = max(right.left_s, 0.1)  # 0 would mean no limit
    patience_s = min(request.patience_s or left_s, left_s)
    outcomes: list[Outcome] = []

    async def sent() -> None:
        for outcome in outcomes:
            await note_returned(wiring.store, request, outcome)

    events = _events(reply, shown, right, patience_s, outcomes.append)
    left = reply.leave if request.speculative else None
    shown_first = _after(first, events) if first else events
    return EventStream(shown_first, beside=brain, sent=sent, left=left)


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


async def _after(
    first: StreamEvent, events: AsyncGenerator[StreamEvent, None]
) -> AsyncGenerator[StreamEvent, None]:
    yield first
    async with aclosing(events):
        async for event in events:
            yield event


async def _events(
    reply: Reply,
    shown: "asyncio.Queue[Shown]",
    right: Right,
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
    if right.left_s <= 0:
        yield StreamEvent(name="bye", data=BYE.encode(Bye("token")))


async def _run(
    services: Services,
    request: UserRequest,
    invocation: Invocation,
    reply: Reply,
    telling: OtherPages,
) -> None:
    """Run the brain, and tell the user's other pages. Errors are passed to the reply and never
    raised.
    """
    following = asyncio.ensure_future(telling.follow(reply))
    try:
        await brain_go(services, request, invocation, reply)
    except BrainError as error:
        reply.fail(error)
        log.warning("brain: ended, error=%s", where(error))
    except Exception as error:  # noqa: BLE001 - the edge: the caller gets a 500, the wake-up continues the run
        reply.fail(error)
        log.error("brain: ended, error=%s", where(error))
    finally:
        if reply.is_open:  # the brain was cancelled
            following.cancel()
        await asyncio.wait({following})
