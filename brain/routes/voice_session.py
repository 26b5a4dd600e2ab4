"""POST and DELETE /api/voiceSession: begin and end a voice session with a vendor."""

import math
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import iso
from brain.errors import VendorAbsent, VendorBusy, VendorRefused
from brain.http.bodies import INVALID_BODY, Body, Language, parse
from brain.http.edge import Answer, Problem, read_json
from brain.settings.variables import public_url
from brain.voice.relay.redis import TICKET_S, RedisTickets
from brain.voice.sessions.flow import WriteBrief
from brain.voice.sessions.model import AlreadyOpen, Begun, Brief, DayUsedUp, VendorName
from brain.voice.sessions.rules import history, instructions, safety_id
from brain.wiring import Wiring

MAX_SDP_BYTES = 64 * 1024
READ = 60  # entries of the log, from which the last lines are taken
BY_WEBRTC = ("openai-live", "openai-realtime")

type VoiceSessionId = Annotated[str, Field(pattern=r"^vs_[A-Za-z0-9_-]{1,64}$")]


class VoiceSessionBody(Body):
    """The body of POST /api/voiceSession. `sdp` is the page's offer, for OpenAI's two."""

    vendor: Literal["openai-live", "openai-realtime", "gemini-live", "relay"]
    sdp: Annotated[str, Field(min_length=1, max_length=MAX_SDP_BYTES)] | None = None
    resumes: VoiceSessionId | None = None
    language: Language = None


class VoiceEndBody(Body):
    """The body of DELETE /api/voiceSession. `usage` is what the vendor told the page."""

    voice_session_id: Annotated[str, Field(min_length=1, max_length=128)]
    usage: dict[str, Any] | None = None


async def begin_voice(request: Request, wiring: Wiring) -> ASGIApp:
    """Begin a session. The response is all that a page needs to connect; it contains no key."""
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(VoiceSessionBody, await read_json(request))
    if body.vendor == "relay":
        return await _begin_call(wiring, caller.user_id)
    _check_offer(body)
    vendor = body.vendor

    async def write(end: datetime, start_end: datetime) -> Brief:
        return await _brief(wiring, caller.user_id, body, end, start_end)

    begun = await _begun(wiring, caller.user_id, vendor, write, body.resumes)
    match begun:
        case Begun():
            return Answer(_to_wire(begun), 201)
        case AlreadyOpen():
            more = {"voiceSessionId": begun.id}
            raise Problem(409, "Another voice session is open.", more=more)
        case DayUsedUp():
            raise _later("The day's time for voice is used up.", begun.retry_after_s)
        case _:
            assert_never(begun)


async def end_voice(request: Request, wiring: Wiring) -> ASGIApp:
    """End a session, also at the vendor. Ended again, it gets the same answer."""
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(VoiceEndBody, await read_json(request))
    if await wiring.voice_sessions.end(caller.user_id, body.voice_session_id) == "unknown":
        raise Problem(404, "Voice session not found.")
    return Answer({"state": "ended"})


async def _begin_call(wiring: Wiring, user_id: str) -> Answer:
    """Return what a telephone call over ConversationRelay needs to connect, once."""
    ticket = await RedisTickets(wiring.redis).make(user_id)
    expires_at = wiring.clock.utc() + timedelta(seconds=TICKET_S)
    url = f"{public_url(wiring.env).replace('http', 'ws', 1)}/api/live"
    id = f"vs_{wiring.clock.new_id()}"
    told = {"voiceSessionId": id, "vendor": "relay", "url": url, "ticket": ticket}
    return Answer({**told, "expiresAt": iso(expires_at)}, 201)


async def _begun(
    wiring: Wiring, user_id: str, vendor: VendorName, write: WriteBrief, resumes: str | None
) -> Begun | AlreadyOpen | DayUsedUp:
    """Begin a session. Raises Problem for what the vendor says."""
    try:
        return await wiring.voice_sessions.begin(user_id, vendor, write, resumes=resumes)
    except VendorAbsent as error:
        raise Problem(503, "This vendor is not set up here.", detail=str(error)) from None
    except VendorBusy as error:
        raise _later("The vendor is busy. Try again later.", error.retry_after_s) from None
    except VendorRefused as error:
        raise Problem(502, "The vendor has refused the session.", detail=str(error)) from None


def _check_offer(body: VoiceSessionBody) -> None:
    """Raise Problem 422 unless there is an SDP offer for a vendor that needs one."""
    wrong = ""
    if body.vendor in BY_WEBRTC:
        sdp = body.sdp
        if sdp is None:
            wrong = "is missing"
        elif len(sdp.encode()) > MAX_SDP_BYTES:
            wrong = f"must not be longer than {MAX_SDP_BYTES // 1024} KiB"
        elif not sdp.startswith("v=0"):
            wrong = "must be an SDP offer"
    if wrong:
        raise Problem(422, INVALID_BODY, errors=[{"field": "sdp", "message": wrong}])


async def _brief(
    wiring: Wiring, user_id: str, body: VoiceSessionBody, end: datetime, start_end: datetime
) -> Brief:
    status = await wiring.store.status(user_id, language=body.language)
    since = max(status.last_seq - READ, 0)
    page = await wiring.log.read(user_id, since=since, limit=READ)
    language = await wiring.languages.tag(user_id, status.language)
    return Brief(
        instructions=instructions(language, has_tool=body.vendor != "openai-live"),
        input=history(page.entries),
        safety_id=safety_id(user_id),
        sdp=body.sdp,
        end=end,
        start_end=start_end,
    )


def _to_wire(begun: Begun) -> dict[str, Any]:
    return {
        "voiceSessionId": begun.id,
        "vendor": begun.vendor,
        **begun.wire,
        "expiresAt": iso(begun.expires_at),
        "maxSeconds": begun.max_s,
    }


def _later(title: str, seconds: float) -> Problem:
    return Problem(429, title, headers={"Retry-After": str(math.ceil(seconds))})
