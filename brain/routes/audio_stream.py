"""GET /api/audioStream: messages as audio. POST: a ticket, for a player that sends no header."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp

from brain import settings
from brain.codec import iso
from brain.errors import VendorUnreachable
from brain.http.bodies import Body, parse
from brain.http.edge import MAX_SEQ, Answer, Problem, invocation_seconds, read_json
from brain.http.feed import Feed, Item
from brain.http.ranges import NotInRange, part_of
from brain.http.resources import whole_number
from brain.http.right import Right
from brain.http.stream import EventStream
from brain.http.tickets import Tickets
from brain.routes.audio_events import SpokenLog, events_of, sentences_in
from brain.routes.stream import LONGEST_S, RETRY_S, since
from brain.run.messages import Message
from brain.voice.audio.model import Sound, SoundFormat
from brain.voice.audio.ports import Mouth
from brain.voice.audio.speaking import joined, speak
from brain.wiring import Wiring

FORMATS: dict[str, SoundFormat] = {"mp3": "mp3", "wav": "wav"}
PIECE = 64 * 1024  # bytes of a response that are sent at a time
NO_MOUTH = "No voice is set up here."
NOT_FOUND = "You have no message with this seq that can be spoken."


class TicketBody(Body):
    """The body of POST /api/audioStream."""

    seq: Annotated[int, Field(ge=1, le=MAX_SEQ)]


async def audio_stream(request: Request, wiring: Wiring) -> ASGIApp:
    """Send one message as a file, or new messages as events."""
    if "seq" in request.query_params:
        return await _one(request, wiring)
    invocation = wiring.begin_invocation(invocation_seconds())
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    format, mouth = _format(request), _mouth(wiring)
    right, start = Right(caller, wiring.clock), since(request)
    until = min(invocation.cut, invocation.started + LONGEST_S, right.until)
    feed = wiring.feed(caller.user_id, since=start)
    spoken = SpokenLog(partial(_items, feed), mouth, wiring.clock, format=format)
    return EventStream(spoken.events(right, until), retry_s=RETRY_S, while_read=True)


def _items(feed: Feed, until: float) -> AsyncGenerator[Item, None]:
    return feed.items(until=until)


async def audio_ticket(request: Request, wiring: Wiring) -> ASGIApp:
    """Issue a ticket for one message. Raises Problem 404 if it cannot be spoken."""
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    body = parse(TicketBody, await read_json(request))
    await _sentences(wiring, caller.user_id, body.seq)
    ticket = _tickets(wiring).make(caller.user_id, str(body.seq))
    return Answer({"ticket": ticket.text, "expiresAt": iso(ticket.expires_at)})


async def _one(request: Request, wiring: Wiring) -> ASGIApp:
    """Send one message: as a file, or sentence by sentence. Raises Problem 404, 406, 503."""
    seq = whole_number(request, "seq", default=0, low=1, high=MAX_SEQ)
    user_id = await _listener(request, wiring, seq)
    format, mouth = _format(request), _mouth(wiring)
    sentences = await _sentences(wiring, user_id, seq)
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventStream(events_of(mouth, seq, sentences, format=format), while_read=True)
    sound = await _whole(mouth, sentences, format)
    return _file(sound, request.headers.get("range"))


def _file(sound: Sound, wanted: str | None) -> StreamingResponse:
    """Return the sound, or the part that a player wants. Raises Problem 416."""
    data, size, status = sound.data, len(sound.data), 200
    headers = {"Cache-Control": "no-store", "Accept-Ranges": "bytes"}
    try:
        part = part_of(wanted, size)
    except NotInRange:
        headers = {"Content-Range": f"bytes */{size}"}
        raise Problem(416, "The message is shorter than that.", headers=headers) from None
    if part is not None:
        start, end = part
        data, status = data[start:end], 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(len(data))
    return StreamingResponse(_pieces(data), status, headers=headers, media_type=sound.mime_type)


async def _listener(request: Request, wiring: Wiring, seq: int) -> str:
    """Return who asks for the message: by token, else by ticket. Raises TokenRefused."""
    ticket, header = request.query_params.get("ticket"), request.headers.get("authorization")
    if ticket is not None and header is None:
        return _tickets(wiring).check(ticket, str(seq))
    return (await wiring.tokens.check(header)).user_id


async def _sentences(wiring: Wiring, user_id: str, seq: int) -> Sequence[str]:
    """Return the sentences of a message. Raises Problem 404."""
    page = await wiring.log.read(user_id, since=seq - 1, limit=1)
    found = page.entries[0] if page.entries else None
    if not isinstance(found, Message) or found.seq != seq or found.withdrawn:
        raise Problem(404, NOT_FOUND)
    if not (sentences := sentences_in(found)):
        raise Problem(404, NOT_FOUND)
    return sentences


async def _whole(mouth: Mouth, sentences: Sequence[str], format: SoundFormat) -> Sound:
    """Raises VendorUnreachable if no sentence could be spoken."""
    parts = [part async for part in speak(mouth, sentences, format=format)]
    if not (sounds := [part.sound for part in parts if part.sound is not None]):
        raise VendorUnreachable("no sentence could be spoken")
    return joined(sounds)


async def _pieces(data: bytes) -> AsyncGenerator[bytes, None]:
    """Yield the data in pieces: the platform limits the length of a body that is sent at once."""
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]


def _format(request: Request) -> SoundFormat:
    """Raises Problem 406 for a format that is not made here."""
    name = request.query_params.get("format", "mp3")
    if name not in FORMATS:
        raise Problem(406, "This format is not available.", detail="Available are mp3 and wav.")
    return FORMATS[name]


def _mouth(wiring: Wiring) -> Mouth:
    """Raises Problem 503 if none is set up."""
    if (mouth := wiring.audio.mouth) is None:
        raise Problem(503, NO_MOUTH)
    return mouth


def _tickets(wiring: Wiring) -> Tickets:
    return Tickets(settings.tokens(wiring.env), "audio", utc=wiring.clock.utc)
