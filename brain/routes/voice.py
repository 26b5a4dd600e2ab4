"""POST /api/voiceToBrain: takes a text and returns the answer, or that it will follow later."""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.bodies import VoiceBody, check_tools, parse
from brain.http.devices import device_of
from brain.http.edge import Answer, invocation_seconds, read_json
from brain.http.right import Right
from brain.routes.calls import answer, stream
from brain.run.requests import UserRequest
from brain.wiring import Wiring


async def voice_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Answer a text. After the response, the function continues until the brain has finished."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(VoiceBody, await read_json(request))
    user_request = await request_of(body, wiring, caller.user_id)
    if body.mind is not None or body.job is not None:
        return Answer(await wiring.background_minds.say(user_request, mind=body.mind, job=body.job))
    if "text/event-stream" in request.headers.get("accept", ""):
        return stream(wiring, user_request, invocation, Right(caller, wiring.clock))
    return await answer(wiring, user_request, invocation, request.receive)


async def request_of(body: VoiceBody, wiring: Wiring, user_id: str) -> UserRequest:
    """Convert a body to a request of this user. Raises Problem 422, CheckerUnreachable."""
    await check_tools(body, lambda: wiring.services.schemas)
    return UserRequest(
        user_id=user_id,
        text=body.text,
        message_id=body.message_id or wiring.clock.new_id(),
        agent_call_id=body.agent_call_id,
        recent_context=body.remarks(),
        client_tools=body.tools(),
        patience_s=body.patience,
        language=body.language,
        zone=body.zone,
        turn=body.call_turn(),
        replaces=body.replaces,
        speculative=body.speculative,
        device=device_of(body.device),
    )
