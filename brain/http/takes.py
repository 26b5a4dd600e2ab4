"""Reads a recording from the body of a request: the recording itself, or JSON with base64."""

import base64
import binascii
from typing import Annotated

from pydantic import Field
from starlette.requests import Request

from brain.http.bodies import Body, parse
from brain.http.edge import INVALID_BODY, Problem, read_body, read_json

MOST_BYTES = 4 * 1024 * 1024  # of a recording; the platform accepts bodies of 4.5 MB
MOST_JSON = MOST_BYTES * 4 // 3 + 8 * 1024  # bytes of the JSON form
TOO_LONG = f"The recording is longer than {MOST_BYTES // 1024 // 1024} MiB."
NO_AUDIO = "The body must be audio, or JSON with audio."


class AudioBody(Body):
    """The JSON form of POST /api/audioUpload. `sessionId` is accepted and has no effect: the token
    says who speaks.
    """

    session_id: Annotated[str, Field(max_length=256)] | None = None
    audio_data: Annotated[str, Field(min_length=1)]
    mime_type: Annotated[str, Field(min_length=1, max_length=256)]


async def read_recording(request: Request) -> tuple[bytes, str]:
    """Return the recording and its content type, as sent.

    Raises Problem 413 over MOST_BYTES, 415 for a body of another kind, 400 and 422.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return await read_body(request, limit=MOST_BYTES), content_type
    if kind != "application/json":
        raise Problem(415, NO_AUDIO)
    body = parse(AudioBody, await read_json(request, limit=MOST_JSON))
    return _decoded(body.audio_data), body.mime_type


def _decoded(text: str) -> bytes:
    """Raises Problem 413, 422."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        fault = {"field": "audioData", "message": "must be base64"}
        raise Problem(422, INVALID_BODY, errors=[fault]) from None
    if len(data) > MOST_BYTES:
        raise Problem(413, TOO_LONG)
    return data
