"""OpenAI GPT-Live: `POST /v1/live/sessions`, and the hang-up of a session."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.voice.calls import Senses
from local.voice.errors import Refused, body_of, first_error, require_key
from local.voice.live_call import LiveCall
from local.voice.records import Json, Records
from local.voice.webrtc import hang_up

VENDOR = "openai-live"
MOST_INPUT = 128  # messages of history
MOST_CHARS = 16_384 * 4  # of instructions: the limit in tokens, of four characters each


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Part(Strict):
    type: Literal["input_text", "output_text", "text"] = "input_text"
    text: str


class Item(Strict):
    type: Literal["message"] = "message"
    role: Literal["developer", "user", "assistant"]
    content: Annotated[list[Part], Field(min_length=1, max_length=1)]
    id: str | None = None
    status: Literal["incomplete", "completed"] | None = None


class Output(Strict):
    voice: str | Json = "marin"


class Audio(Strict):
    output: Output = Output()


class Delegation(Strict):
    type: Literal["client"]
    acknowledgement_delay_ms: Annotated[int, Field(ge=0)] = 0


class DataChannel(Strict):
    allowed_client_events: Literal["all"] | list[str] | None = None
    allowed_server_events: Literal["all"] | list[Json | str] | None = None


class Client(Strict):
    data_channel: DataChannel


class WakePolicy(Strict):
    type: Literal["speech"]
    vad_threshold: Annotated[float, Field(ge=0, le=1)] = 0.5


class Settings(Strict):
    model: Annotated[str, Field(min_length=1)]
    audio: Audio = Audio()
    client: Client | None = None
    delegation: Delegation | None = None
    idle_timeout_s: Annotated[int, Field(gt=0)] | None = None
    input: Annotated[list[Item], Field(max_length=MOST_INPUT)] = []
    instructions: Annotated[str, Field(max_length=MOST_CHARS)] | None = None
    safety_identifier: str | None = None
    store: bool = False
    wake_policy: WakePolicy | None = None


class Transport(Strict):
    type: Literal["webrtc"]
    sdp: str


class Creation(Strict):
    session: Settings
    transport: Transport


class LiveRoutes:
    def __init__(self, senses: Senses, records: Records) -> None:
        self._senses = senses
        self._records = records

    def routes(self) -> list[Route]:
        return [
            Route("/v1/live/sessions", self.create, methods=["POST"]),
            Route("/v1/live/sessions/{id}/hangup", self.hang_up, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        require_key(request)
        try:
            asked = Creation.model_validate_json(await body_of(request))
        except ValidationError as error:
            where, what = first_error(error)
            raise Refused(400, what, code="unknown_parameter", param=where) from None
        session = self._records.begin(VENDOR, "live_", asked.session.model_dump(exclude_unset=True))
        call = LiveCall(session, self._senses, self._records)
        answer = await call.accept(asked.transport.sdp)
        await self._records.tell()
        transport = {"type": "webrtc", "sdp": answer}
        return JSONResponse({"session": {"id": session.id}, "transport": transport}, 201)

    async def hang_up(self, request: Request) -> Response:
        require_key(request)
        await hang_up(self._records, request.path_params["id"], VENDOR)
        return Response(status_code=200)
