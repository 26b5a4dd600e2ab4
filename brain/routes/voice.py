"""POST /api/voiceToBrain: a text in; the brain's answer out, or word that it comes later."""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.bodies import VoiceBody, parse
from brain.http.edge import invocation_seconds, read_json
from brain.routes.calls import Said, answer, stream
from brain.wiring import Wiring


async def voice_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Read, admit, run, deliver. The function goes on after its response while the brain does."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    said = said_in(parse(VoiceBody, await read_json(request)), wiring)
    if "text/event-stream" in request.headers.get("accept", ""):
        return stream(wiring, caller.user_id, said, invocation)
    return await answer(wiring, caller.user_id, said, invocation)


def said_in(body: VoiceBody, wiring: Wiring) -> Said:
    """The body in the brain's words."""
    return Said(
        text=body.text,
        message_id=body.message_id or wiring.clock.new_id(),
        call_id=body.call_id,
        recent_context=body.remarks(),
        client_tools=body.tools(),
        patience_s=body.patience,
    )
