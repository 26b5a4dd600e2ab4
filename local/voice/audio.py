"""OpenAI's two routes for recorded sound: `/v1/audio/transcriptions` and `/v1/audio/speech`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.voice.errors import LARGEST_BYTES, Refused, body_of, first_error, require_key
from local.voice.multipart import NotMultipart, Part, parts_of
from local.voice.records import Records
from local.voice.senses import Ear, Heard, Mouth, UnknownForm, UnreadableSound

FILES = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
ANSWERS = ("json", "text", "verbose_json")


class Speech(BaseModel):
    """The body of /audio/speech."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(min_length=1)]
    input: Annotated[str, Field(min_length=1, max_length=4096)]
    voice: Annotated[str, Field(min_length=1)]
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0
    instructions: str = ""
    stream_format: Literal["audio"] = "audio"


class AudioRoutes:
    def __init__(self, ear: Ear, mouth: Mouth, records: Records) -> None:
        self._ear = ear
        self._mouth = mouth
        self._records = records

    def routes(self) -> list[Route]:
        return [
            Route("/v1/audio/transcriptions", self.transcribe, methods=["POST"]),
            Route("/v1/audio/speech", self.speak, methods=["POST"]),
        ]

    async def transcribe(self, request: Request) -> Response:
        require_key(request)
        fields = await _fields(request)
        file, form = _file(fields), _text(fields, "response_format", "json")
        if not _text(fields, "model"):
            raise Refused(400, "you must provide a model parameter", param="model")
        if form not in ANSWERS:
            raise Refused(400, f"response_format '{form}' is not known", param="response_format")
        try:
            heard = await self._ear.hear(file.content, language=_text(fields, "language"))
        except UnreadableSound:
            message = "Audio file might be corrupted or unsupported"
            raise Refused(400, message, code="invalid_value", param="file") from None
        asked = {name: part.text for name, part in fields.items() if not part.filename}
        kept = {"file": file.filename, "bytes": len(file.content), "type": file.content_type}
        self._records.transcriptions.append({**asked, **kept, "text": heard.text})
        await self._records.tell()
        return _answered(heard, form)

    async def speak(self, request: Request) -> Response:
        require_key(request)
        try:
            asked = Speech.model_validate_json(await body_of(request))
        except ValidationError as error:
            where, what = first_error(error)
            raise Refused(400, f"{where}: {what}", param=where) from None
        pcm = await self._mouth.say(asked.input, speed=asked.speed)
        try:
            file = self._mouth.written(pcm, asked.response_format, text=asked.input)
        except UnknownForm:
            message = f"The mouth '{self._mouth.name}' does not write {asked.response_format}."
            raise Refused(400, message, param="response_format") from None
        self._records.speeches.append(asked.model_dump())
        await self._records.tell()
        return Response(file, media_type=TYPES[asked.response_format])


async def _fields(request: Request) -> dict[str, Part]:
    body = await body_of(request, LARGEST_BYTES)
    try:
        return parts_of(body, request.headers.get("content-type", ""))
    except NotMultipart as wrong:
        raise Refused(400, f"The body cannot be read: {wrong}.") from None


def _text(fields: dict[str, Part], name: str, default: str = "") -> str:
    return fields[name].text if name in fields else default


def _file(fields: dict[str, Part]) -> Part:
    """Return the file. Its name decides what it is, as at the vendor."""
    file = fields.get("file")
    if file is None or not file.filename:
        raise Refused(400, "file is a required property", param="file")
    if file.filename.rpartition(".")[2].lower() not in FILES:
        known = ", ".join(FILES)
        raise Refused(400, f"Invalid file format. Supported formats: [{known}]", param="file")
    return file


def _answered(heard: Heard, form: str) -> Response:
    if form == "text":
        return PlainTextResponse(f"{heard.text}\n")
    usage = {"type": "duration", "seconds": max(1, round(heard.seconds))}
    if form == "json":
        return JSONResponse({"text": heard.text, "usage": usage})
    segment = {"id": 0, "seek": 0, "start": 0.0, "end": heard.seconds, "text": heard.text}
    segment |= {"tokens": [], "temperature": 0.0, "avg_logprob": 0.0, "compression_ratio": 1.0}
    segment["no_speech_prob"] = heard.no_speech_prob
    whole = {"task": "transcribe", "language": "english", "duration": heard.seconds}
    return JSONResponse({**whole, "text": heard.text, "segments": [segment], "usage": usage})
