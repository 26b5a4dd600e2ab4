"""POST and DELETE /api/voiceSession: begin and end a voice session with a vendor."""

from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.http.bodies import Body, Language, parse
from brain.http.edge import Problem, read_json
from brain.voice.settings import VENDORS, is_set_up
from brain.wiring import Wiring

type VoiceSessionId = Annotated[str, Field(pattern=r"^vs_[A-Za-z0-9_-]{8,64}$")]


class VoiceSessionBody(Body):
    """The body of POST /api/voiceSession. `sdp` is the offer of OpenAI's two."""

    vendor: Literal["openai-live", "openai-realtime", "gemini-live"]
    sdp: Annotated[str, Field(min_length=1, max_length=65_536)] | None = None
    resumes: VoiceSessionId | None = None
    language: Language = None


class VoiceEndBody(Body):
    """The body of DELETE /api/voiceSession. `usage` is what the vendor told the page."""

    voice_session_id: VoiceSessionId
    usage: dict[str, object] | None = None


async def begin_voice(request: Request, wiring: Wiring) -> ASGIApp:
    """Begin a session. Raises Problem 503 for a vendor that is not set up."""
    await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(VoiceSessionBody, await read_json(request))
    known = is_set_up(wiring.env, VENDORS[body.vendor])
    raise Problem(503, "This vendor is not set up here.", detail="" if known else "no key")


async def end_voice(request: Request, wiring: Wiring) -> ASGIApp:
    """End a session. Raises Problem 404 for an unknown one."""
    await wiring.tokens.check(request.headers.get("authorization"))
    parse(VoiceEndBody, await read_json(request))
    raise Problem(404, "Voice session not found.")
