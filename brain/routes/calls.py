"""One call of the brain, whichever route it comes by, and how its caller is answered."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import assert_never

from starlette.background import BackgroundTask

from brain.codec import Form, Json
from brain.errors import BrainError
from brain.http.edge import Answer, where
from brain.http.stream import EventStream, StreamEvent
from brain.run.deliver import Outcome, Reply, Shown, wait_for
from brain.run.go import brain_go
from brain.run.messages import LogEntry, Message, Utterance
from brain.run.moves import UserRequest
from brain.run.pieces import Piece, piece_to_wire
from brain.run.records import MESSAGE, entry_to_wire
from brain.run.services import Services
from brain.run.turn import Invocation
from brain.wiring import Wiring

OUTCOME = Form(Outcome, first=("message", "runId", "seq"), parts=(MESSAGE,))

log = logging.getLogger("brain")


def begin(
    wiring: Wiring, request: UserRequest, invocation: Invocation, reply: Reply
) -> "asyncio.Task[None]":
    """Let the brain go on with it, beside the caller. The function may end only after this task."""
    warming = asyncio.ensure_future(wiring.warm())
    warming.add_done_callback(asyncio.Task.exception)  # the model call itself tells what is wrong
    return asyncio.ensure_future(_run(wiring.services, request, invocation, reply))


async def answer(wiring: Wiring, request: UserRequest, invocation: Invocation) -> Answer:
    """The outcome, within the caller's patience. The function goes on after it as long as the
    brain does.
    """
    reply = Reply()
    brain = begin(wiring, request, invocation, reply)
    patience_s = wiring.times.patience_s if request.patience_s is None else request.patience_s
    try:
        outcome = await wait_for(reply, patience_s=patience_s)
    except asyncio.CancelledError:
        brain.cancel()
        raise
    return Answer(outcome_to_wire(outcome), background=BackgroundTask(asyncio.wait, {brain}))


def stream(wiring: Wiring, request: UserRequest, invocation: Invocation) -> EventStream:
    """The run as it happens. Who sees it is not kept waiting: patience counts only if named."""
    heard: asyncio.Queue[Shown] = asyncio.Queue()
    reply = Reply(heard.put_nowait)
    brain = begin(wiring, request, invocation, reply)
    return EventStream(_events(reply, heard, request.patience_s or 0), beside=brain)


def outcome_to_wire(outcome: Outcome) -> Json:
    """The response's body."""
    return OUTCOME.encode(outcome)


def event_of(heard: Shown) -> StreamEvent:
    """What is heard of a run, as an event."""
    match heard:
        case Piece():
            return StreamEvent(name=heard.kind, data=piece_to_wire(heard))
        case Message() | Utterance():
            return entry_event(heard)
        case _:
            assert_never(heard)


def entry_event(entry: LogEntry) -> StreamEvent:
    """An entry of the log, as an event: a client that has it names its seq when it comes again."""
    return StreamEvent(name="message", data=entry_to_wire(entry), id=entry.seq)


async def _events(
    reply: Reply, heard: "asyncio.Queue[Shown]", patience_s: float
) -> AsyncGenerator[StreamEvent, None]:
    """What the run says and thinks as it comes, and at last the outcome."""
    waiting = asyncio.ensure_future(wait_for(reply, patience_s=patience_s))
    while not waiting.done() or not heard.empty():
        hearing = asyncio.ensure_future(heard.get())
        await asyncio.wait({waiting, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
            continue
        yield event_of(hearing.result())
    yield StreamEvent(name="done", data=outcome_to_wire(await waiting))


async def _run(
    services: Services, request: UserRequest, invocation: Invocation, reply: Reply
) -> None:
    """The brain. Only the reply learns how it ended."""
    try:
        await brain_go(services, request, invocation, reply)
    except BrainError as error:
        reply.fail(error)
        log.warning("brain: ended, error=%s", where(error))
    except Exception as error:  # noqa: BLE001 - the edge: the wake-up goes on, the caller gets a 500
        reply.fail(error)
        log.error("brain: ended, error=%s", where(error))
