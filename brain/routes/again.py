"""POST /api/brainToBrain: the queue calls to continue a run, to let a mind of a job begin or go on,
or to end a voice session.
"""

from contextlib import suppress
from typing import NoReturn

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.qstash import RETRIES, retry_after_s
from brain.cloud.traces.collector import traced
from brain.errors import DatabaseRefused, QueueUnreachable, StoreRefused, Unreachable
from brain.http.bodies import HangUpBody, MindCallBody, WakeCallBody, parse
from brain.http.edge import Answer, Problem, invocation_seconds, parse_json, read_body
from brain.run.go import brain_again
from brain.run.moves import WakeCall
from brain.run.turn import Invocation
from brain.texts.ids import is_mind_id
from brain.voice.sessions.model import VendorCall
from brain.wiring import Wiring

OUTAGE_S = 60.0  # seconds between two series of retries while a service is unreachable


async def brain_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Continue a run, call a mind, or end a voice session. The response contains no message: they
    all go over the channel.
    """
    invocation = wiring.begin_invocation(invocation_seconds())
    raw = await read_body(request)
    wiring.signature.check(request.headers.get("upstash-signature"), raw)
    content = parse_json(raw)
    if isinstance(content, dict) and content.get("reason") == "hangup":
        return await _hang_up(request, wiring, parse(HangUpBody, content))
    if isinstance(content, dict) and "job" in content:
        call = parse(MindCallBody, content)
        return await traced(wiring.traces, lambda: _call_mind(request, wiring, call, invocation))
    wake_call = parse(WakeCallBody, content)
    return await traced(wiring.traces, lambda: _wake(request, wiring, wake_call, invocation))


async def _wake(
    request: Request, wiring: Wiring, body: WakeCallBody, invocation: Invocation
) -> ASGIApp:
    """Continue a run, of a user's own brain or of a mind."""
    wake_call = WakeCall(
        user_id=body.user_id,
        run_id=body.run_id,
        reason=body.reason,
        fence=body.fence,
        wake=body.wake,
    )
    try:
        if not is_mind_id(body.user_id):
            await brain_again(wiring.services, wake_call, invocation)
        elif wiring.called is not None:
            await wiring.called.wake(wake_call, invocation)
    except Unreachable as error:
        if retried(request) >= RETRIES:
            await _publish_again(request, wiring, wake_call)
        _give_up_or_retry(request, error)
    return Answer({"ok": True})


async def _call_mind(
    request: Request, wiring: Wiring, body: MindCallBody, invocation: Invocation
) -> ASGIApp:
    """Let a mind begin or go on, or do what is due for its job."""
    called = wiring.called
    if called is None:
        return Answer({"ok": True})
    try:
        await called.take(body, invocation)
    except Unreachable as error:
        if retried(request) >= RETRIES:
            name = request.headers.get("upstash-message-id") or wiring.clock.new_id()
            with suppress(QueueUnreachable):
                await called.take_again(body, delay_s=OUTAGE_S, after=name)
        _give_up_or_retry(request, error)
    return Answer({"ok": True})


async def _hang_up(request: Request, wiring: Wiring, body: HangUpBody) -> ASGIApp:
    """End a voice session whose time is over, if it is still open."""
    user_id, id, call = body.user_id, body.voice_session_id, None
    if body.call_id:
        call = VendorCall(vendor=body.vendor, id=body.call_id, begun_s=body.begun_s)
    try:
        await wiring.voice_sessions.end(user_id, id, call)
    except Unreachable as error:
        if retried(request) >= RETRIES:
            name = request.headers.get("upstash-message-id") or wiring.clock.new_id()
            with suppress(QueueUnreachable):
                await wiring.queue.hang_up(user_id, id, delay_s=OUTAGE_S, call=call, after=name)
        raise _try_again(request, error) from error
    return Answer({"ok": True})


def _give_up_or_retry(request: Request, error: Unreachable) -> NoReturn:
    """Raise Problem 503, or the error itself if a service refuses the call for good."""
    if isinstance(error, StoreRefused | DatabaseRefused):
        raise error
    raise _try_again(request, error) from error


def _try_again(request: Request, error: Unreachable) -> Problem:
    headers = {"Retry-After": str(retry_after_s(retried(request)))}
    title = "A service cannot be reached. Try again."
    return Problem(503, title, detail=str(error), headers=headers)


async def _publish_again(request: Request, wiring: Wiring, wake_call: WakeCall) -> None:
    """Replace a queue message whose last retry has failed by a new one. Otherwise nobody would
    continue the run after a long outage.

    The new message's id is derived from the old one's, so a duplicate delivery publishes it only
    once. If the queue is unreachable too, the user's next text continues the run.
    """
    name = request.headers.get("upstash-message-id") or wiring.clock.new_id()
    with suppress(QueueUnreachable):
        await wiring.services.queue.publish(
            wake_call, delay_s=OUTAGE_S, dedup_id=f"{wake_call.run_id}-after-{name}"
        )


def retried(request: Request) -> int:
    """Return how often the queue has delivered this message before."""
    text = request.headers.get("upstash-retried")
    return int(text) if text and text.isdecimal() else 0
