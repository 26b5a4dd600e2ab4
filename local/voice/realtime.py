"""OpenAI Realtime: `POST /v1/realtime/calls`, and the hang-up of a call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.voice.calls import Senses
from local.voice.errors import Refused, body_of, first_error, require_key
from local.voice.multipart import NotMultipart, parts_of
from local.voice.realtime_call import RealtimeCall
from local.voice.records import Json, Records
from local.voice.webrtc import hang_up

VENDOR = "openai-realtime"


class Settings(BaseModel):
    """The part `session` of a new call. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["realtime"]
    model: Annotated[str, Field(min_length=1)]
    instructions: str = ""
    tools: list[Json] = []
    tool_choice: str | Json = "auto"
    audio: Json = {}
    include: list[str] | None = None
    max_output_tokens: int | Literal["inf"] | None = None
    output_modalities: list[Literal["text", "audio"]] = ["audio"]
    parallel_tool_calls: bool | None = None
    prompt: Json | None = None
    reasoning: Json | None = None
    tracing: str | Json | None = None
    truncation: str | Json | None = None


class RealtimeRoutes:
    def __init__(self, senses: Senses, records: Records) -> None:
        self._senses = senses
        self._records = records

    def routes(self) -> list[Route]:
        return [
            Route("/v1/realtime/calls", self.create, methods=["POST"]),
            Route("/v1/realtime/calls/{id}/hangup", self.hang_up, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        require_key(request)
        body = await body_of(request)
        try:
            fields = parts_of(body, request.headers.get("content-type", ""))
        except NotMultipart as wrong:
            raise Refused(400, f"The body cannot be read: {wrong}.") from None
        if "sdp" not in fields or "session" not in fields:
            raise Refused(400, "sdp and session are required.", param="sdp")
        try:
            settings = Settings.model_validate_json(fields["session"].content)
        except ValidationError as error:
            where, what = first_error(error)
            raise Refused(400, what, code="unknown_parameter", param=f"session.{where}") from None
        session = self._records.begin(VENDOR, "rtc_", settings.model_dump(exclude_unset=True))
        answer = await RealtimeCall(session, self._senses, self._records).accept(fields["sdp"].text)
        headers = {"Location": f"/v1/realtime/calls/{session.id}"}
        await self._records.tell()
        return Response(answer, 201, headers, media_type="application/sdp")

    async def hang_up(self, request: Request) -> Response:
        require_key(request)
        await hang_up(self._records, request.path_params["id"], VENDOR)
        return Response(status_code=200)
