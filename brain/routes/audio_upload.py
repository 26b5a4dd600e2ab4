"""POST /api/audioUpload: takes a recording, and answers what was said in it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.codec import Json
from brain.errors import VendorRefused
from brain.http.bodies import MAX_TEXT_CHARS, Body, ClientId, Language, Zone, parse
from brain.http.devices import named_in
from brain.http.edge import INVALID_BODY, INVALID_QUERY, Answer, Problem, invocation_seconds
from brain.http.right import Right
from brain.http.stream import EventStream, StreamEvent
from brain.http.takes import NO_AUDIO, read_recording
from brain.routes.calls import answer, stream
from brain.run.requests import UserRequest
from brain.voice.audio.kinds import ACCEPTED, bare, extension_of
from brain.voice.audio.lengths import seconds_of
from brain.voice.audio.model import Take, Transcript
from brain.voice.audio.ports import Ear
from brain.wiring import Wiring

EMPTY = "is empty"
NOTHING_HEARD = "nothing was heard"
UNREADABLE = "cannot be read as audio of this type"
TOO_LONG = f"has more than {MAX_TEXT_CHARS} characters of speech"
NO_EAR = "Speech recognition is not set up here."
EAR_REFUSED = "The speech recognition refused the recording."
FORMATS = f"Accepted are {', '.join(ACCEPTED)}."

log = logging.getLogger("brain")


class UploadQuery(Body):
    """The query of POST /api/audioUpload."""

    message_id: ClientId | None = None
    patience: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    only: Literal["text"] | None = None
    language: Language = None
    zone: Zone = None


async def audio_upload(request: Request, wiring: Wiring) -> ASGIApp:
    """Recognize a recording and answer it. The recording is not kept."""
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    asked = parse(UploadQuery, dict(request.query_params), title=INVALID_QUERY)
    take = await _take(request)
    if (ear := wiring.audio.ear) is None:
        raise Problem(503, NO_EAR)
    message_id = asked.message_id or wiring.clock.new_id()
    found = await _heard(take, asked, ear, wiring, caller.user_id, message_id)
    heard: Json = {"heard": found.text, "seconds": found.seconds}
    is_stream = "text/event-stream" in request.headers.get("accept", "")
    if asked.only == "text":
        return EventStream(_one(_event(heard))) if is_stream else Answer(heard)
    user_request = UserRequest(
        user_id=caller.user_id,
        text=_short_enough(found.text),
        message_id=message_id,
        patience_s=asked.patience,
        language=asked.language,
        zone=asked.zone,
        device=named_in(request.query_params),
    )
    if is_stream:
        right = Right(caller, wiring.clock)
        return stream(wiring, user_request, invocation, right, first=_event(heard))
    return await answer(wiring, user_request, invocation, first=heard)


async def _take(request: Request) -> Take:
    """Read the recording. Raises Problem 400, 413, 415, 422."""
    data, content_type = await read_recording(request)
    extension = extension_of(content_type)
    if extension is None:
        raise Problem(415, NO_AUDIO, detail=FORMATS)
    if not data:
        raise _unheard(EMPTY)
    return Take(data=data, mime_type=bare(content_type), extension=extension)


async def _heard(
    take: Take, asked: UploadQuery, ear: Ear, wiring: Wiring, user_id: str, message_id: str
) -> Transcript:
    """Return what was said in the take. The ear is not asked again for a text that was recorded
    with this id. Raises Problem 422, 502.
    """
    audio = wiring.audio
    seconds = seconds_of(take)
    known, names = await asyncio.gather(
        audio.uploads.begin(user_id, message_id), audio.names(user_id)
    )
    if known is not None:
        return Transcript(text=known, seconds=seconds)
    began = wiring.clock.now()
    try:
        found = await ear.hear(take, names=names, language=asked.language)
    except VendorRefused as error:
        log.error("upload: refused, reason=%s", error)
        raise Problem(502, EAR_REFUSED) from error
    if found is None:
        raise _unheard(UNREADABLE)
    ms = round((wiring.clock.now() - began) * 1000)
    log.info("upload: heard, bytes=%d chars=%d ms=%d", len(take.data), len(found.text), ms)
    if not found.text:
        raise _unheard(NOTHING_HEARD)
    return Transcript(text=found.text, seconds=found.seconds if seconds is None else seconds)


def _short_enough(text: str) -> str:
    """Raises Problem 422 for a text that is too long to be answered."""
    if len(text) > MAX_TEXT_CHARS:
        raise _unheard(TOO_LONG)
    return text


def _unheard(why: str) -> Problem:
    return Problem(422, INVALID_BODY, errors=[{"field": "audio", "message": why}])


def _event(heard: Json) -> StreamEvent:
    return StreamEvent(name="heard", data=heard)


async def _one(event: StreamEvent) -> AsyncGenerator[StreamEvent, None]:
    yield event
