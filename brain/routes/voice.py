"""POST /api/voiceToBrain: a text in; the brain's answer out, or word that it comes later."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import assert_never

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.core.codec import entry_to_wire, message_to_wire
from brain.core.pieces import Piece, piece_to_wire
from brain.domain.errors import BrainError
from brain.domain.messages import Message, Utterance
from brain.domain.tools import Json
from brain.flows.deliver import Heard, Outcome, Reply
from brain.flows.go import brain_go
from brain.flows.patience import wait_for
from brain.flows.turn import Invocation, Services
from brain.http.bodies import VoiceBody, parse
from brain.http.edge import Answer, invocation_seconds, read_json, where
from brain.http.stream import Event, EventStream
from brain.wiring import Wiring

log = logging.getLogger("brain")


async def voice_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Read, admit, run, deliver. The function goes on after its response while the brain does."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(VoiceBody, await read_json(request))
    services = wiring.services
    warming = asyncio.ensure_future(wiring.warm())
    warming.add_done_callback(asyncio.Task.exception)  # the model call itself tells what is wrong
    streams = "text/event-stream" in request.headers.get("accept", "")
    heard: asyncio.Queue[Heard] = asyncio.Queue()
    reply = Reply(heard.put_nowait if streams else None)
    brain = asyncio.ensure_future(_run(services, caller.user_id, body, invocation, reply))
    if streams:
        # Who sees the run as it happens is not kept waiting: patience counts only if it is named.
        return EventStream(_events(reply, heard, body.patience or 0), beside=brain)
    patience_s = wiring.times.patience_s if body.patience is None else body.patience
    outcome = await _outcome(reply, brain, patience_s)
    return Answer(outcome_to_wire(outcome), background=BackgroundTask(asyncio.wait, {brain}))


def outcome_to_wire(outcome: Outcome) -> Json:
    """The response's body."""
    return {
        "message": outcome.message and message_to_wire(outcome.message),
        "runId": outcome.run_id,
        "seq": outcome.seq,
        "state": outcome.state,
    }


async def _run(
    services: Services, user_id: str, body: VoiceBody, invocation: Invocation, reply: Reply
) -> None:
    """The brain, whose end is nobody's to hear but the reply's."""
    try:
        await brain_go(
            services,
            user_id,
            body.remarks(),
            text=body.text,
            message_id=body.message_id or services.clock.new_id(),
            call_id=body.call_id,
            invocation=invocation,
            reply=reply,
        )
    except BrainError as error:
        reply.fail(error)
        log.warning("brain: ended, error=%s", where(error))
    except Exception as error:  # noqa: BLE001 - the edge: the wake-up goes on, the caller gets a 500
        reply.fail(error)
        log.error("brain: ended, error=%s", where(error))


async def _outcome(reply: Reply, brain: asyncio.Task[None], patience_s: float) -> Outcome:
    try:
        return await wait_for(reply, patience_s=patience_s)
    except asyncio.CancelledError:
        brain.cancel()
        raise


async def _events(
    reply: Reply, heard: "asyncio.Queue[Heard]", patience_s: float
) -> AsyncIterator[Event]:
    """What the run says and thinks as it comes, and at last the outcome."""
    waiting = asyncio.ensure_future(wait_for(reply, patience_s=patience_s))
    while not waiting.done() or not heard.empty():
        hearing = asyncio.ensure_future(heard.get())
        await asyncio.wait({waiting, hearing}, return_when=asyncio.FIRST_COMPLETED)
        if not hearing.done():
            hearing.cancel()
            continue
        yield event_of(hearing.result())
    yield Event(name="done", data=outcome_to_wire(await waiting))


def event_of(heard: Heard) -> Event:
    """What is heard of a run, as an event of a stream."""
    match heard:
        case Piece():
            return Event(name=heard.kind, data=piece_to_wire(heard))
        case Message() | Utterance():
            return Event(name="message", data=entry_to_wire(heard), id=heard.seq)
        case _:
            assert_never(heard)
