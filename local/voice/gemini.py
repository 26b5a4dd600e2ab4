"""Gemini Live: `POST /v1alpha/auth_tokens`, and the WebSocket that such a token opens."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from local.voice.calls import Senses
from local.voice.errors import LARGEST_JSON_BYTES, as_google, first_error
from local.voice.gemini_call import GeminiCall
from local.voice.records import Json, Records, Session

VENDOR = "gemini-live"
SERVICE = "google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained"
SETUP_LIMIT_S = 10.0  # seconds until the first frame must have come
POLICY, INVALID = 1008, 1007  # close codes
CAMEL = ConfigDict(extra="forbid", alias_generator=to_camel)


class Setup(BaseModel):
    """The setup that a token locks. Unknown fields are refused."""

    model_config = CAMEL

    model: Annotated[str, Field(pattern="^models/.+")]
    generation_config: Json = {}
    system_instruction: Json | str | None = None
    tools: list[Json] = []
    realtime_input_config: Json | None = None
    session_resumption: Json | None = None
    input_audio_transcription: Json | None = None
    output_audio_transcription: Json | None = None
    context_window_compression: Json | None = None
    proactivity: Json | None = None


class Token(BaseModel):
    """The body of /v1alpha/auth_tokens."""

    model_config = CAMEL

    uses: Annotated[int, Field(ge=0)] = 1
    expire_time: AwareDatetime
    new_session_expire_time: AwareDatetime
    bidi_generate_content_setup: Setup
    field_mask: str | None = None


class GeminiRoutes:
    def __init__(self, senses: Senses, records: Records) -> None:
        self._senses = senses
        self._records = records
        self._tokens: dict[str, tuple[Token, Session]] = {}
        self._handles: dict[str, str] = {}  # of resumption, and the token that they belong to

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1alpha/auth_tokens", self.create, methods=["POST"]),
            WebSocketRoute(f"/ws/{SERVICE}", self.converse),
        ]

    async def create(self, request: Request) -> Response:
        if not request.headers.get("x-goog-api-key", "").strip():
            return as_google(403, "Method doesn't allow unregistered callers.")
        body = await request.body()
        if len(body) > LARGEST_JSON_BYTES:
            return as_google(400, "The request is too large.")
        try:
            token = Token.model_validate_json(body)
        except ValidationError as error:
            where, what = first_error(error)
            return as_google(400, f"Invalid value at '{where}': {what}")
        name = f"auth_tokens/{uuid.uuid4().hex}"
        settings = token.model_dump(mode="json", exclude_unset=True, by_alias=True)
        session = self._records.begin(VENDOR, "gem_", {**settings, "token": name})
        self._tokens[name] = (token, session)
        await self._records.tell()
        return JSONResponse({"name": name})

    async def converse(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            async with asyncio.timeout(SETUP_LIMIT_S):
                setup = _setup_of(await _text(socket))
        except (TimeoutError, WebSocketDisconnect):
            return
        name = socket.query_params.get("access_token", "")
        token, session = self._tokens.get(name, (None, None))
        if token is None or session is None:
            await socket.close(POLICY, "The token is not known.")
            return
        refusal = self._refusal(token, session, name, setup)
        if refusal:
            await socket.close(*refusal)
            return
        session.connections += 1
        await self._hold(GeminiCall(session, self._senses, self._records, socket), token, name)

    def _refusal(
        self, token: Token, session: Session, name: str, setup: Json | None
    ) -> tuple[int, str] | None:
        """Return the close code and the reason, if this connection may not begin."""
        now = datetime.now(UTC)
        if setup is None:
            return INVALID, "The first message must be a setup."
        handle = (setup.get("sessionResumption") or {}).get("handle")
        if handle is not None:
            is_known = self._handles.get(handle) == name and now < token.expire_time
            return None if is_known else (INVALID, "The session cannot be resumed.")
        if now >= token.new_session_expire_time or now >= token.expire_time:
            return POLICY, "The token has expired."
        if token.uses and session.connections >= token.uses:
            return POLICY, "The token has been used."
        return None

    async def _hold(self, call: GeminiCall, token: Token, name: str) -> None:
        left_s = (token.expire_time - datetime.now(UTC)).total_seconds()
        call.on_handle = lambda handle: self._handles.update({handle: name})
        self._records.lines[call.session.id] = call
        try:
            async with asyncio.timeout(left_s):
                await call.run()
        except TimeoutError:
            await call.end("expired", POLICY)
        except WebSocketDisconnect:
            await call.gone()
        finally:
            call.drop_tasks()


async def _text(socket: WebSocket) -> str:
    """Return the next frame, text or binary. Raises WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    return str(message.get("text") or (message.get("bytes") or b"").decode(errors="replace"))


def _setup_of(text: str) -> Json | None:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    setup = frame.get("setup") if isinstance(frame, dict) else None
    return setup if isinstance(setup, dict) else None
