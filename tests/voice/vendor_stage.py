"""Stand-ins of the vendors, over HTTP: they take what the vendors take, and record it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.local.serving import served

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
ANSWER = OFFER.replace("o=- 1", "o=- 2")
KEY = "the-vendors-key"
SECRET = "Incorrect API key provided: the-vendors-key, said Anna's words"

type Json = dict[str, Any]


@dataclass
class Vendors:
    """OpenAI's two and Gemini. `fails`: the answer to every request, until it is None again."""

    created: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    fails: Response | None = None
    has_hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/live/sessions", self._live, methods=["POST"]),
                Route("/v1/live/sessions/{id}/hangup", self._hang_up, methods=["POST"]),
                Route("/v1/realtime/calls", self._realtime, methods=["POST"]),
                Route("/v1/realtime/calls/{id}/hangup", self._hang_up, methods=["POST"]),
                Route("/v1alpha/auth_tokens", self._gemini, methods=["POST"]),
            ]
        )

    async def _live(self, request: Request) -> Response:
        body = await request.json()
        return self._made(request, body) or JSONResponse(
            {"session": {"id": self._id("live")}, "transport": {"type": "webrtc", "sdp": ANSWER}},
            201,
        )

    async def _realtime(self, request: Request) -> Response:
        kind = request.headers["content-type"]
        raw = f"Content-Type: {kind}\r\n\r\n".encode() + await request.body()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in BytesParser(policy=HTTP).parsebytes(raw).walk()
            if not part.is_multipart()
        }
        sdp, session = parts["sdp"], parts["session"]
        assert sdp.get_content_type() == "application/sdp"
        assert session.get_content_type() == "application/json"
        assert sdp.get_filename() is session.get_filename() is None
        payload = session.get_payload(decode=True)
        assert isinstance(payload, bytes)
        body = {"session": json.loads(payload), "sdp": sdp.get_payload()}
        refused = self._made(request, body)
        headers = {"Location": f"/v1/realtime/calls/{self._id('rtc')}"}
        return refused or Response(ANSWER, 201, headers, "application/sdp")

    async def _gemini(self, request: Request) -> Response:
        body = await request.json()
        made = self._made(request, body)
        return made or JSONResponse({"name": f"auth_tokens/{len(self.created)}"})

    async def _hang_up(self, request: Request) -> Response:
        if self.fails is not None:
            return self.fails
        id = request.path_params["id"]
        self.hung_up.append(id)
        self.has_hung_up.set()
        if id in self.gone:
            return PlainTextResponse(SECRET, 404)
        self.gone.add(id)
        return Response()

    def _made(self, request: Request, body: Json) -> Response | None:
        self.headers.append(dict(request.headers))
        if self.fails is None:
            self.created.append(body)
        return self.fails

    def _id(self, kind: str) -> str:
        return f"{kind}_{len(self.created)}"


def failing(status: int, **headers: str) -> Response:
    """An error of the vendor, with a text that nobody may see."""
    return JSONResponse({"error": {"message": SECRET}}, status, headers=headers)


@asynccontextmanager
async def vendors() -> AsyncIterator[tuple[Vendors, dict[str, str]]]:
    """The stand-ins, and the settings with which a deployment reaches them."""
    made = Vendors()
    async with served(made.app()) as url:
        yield (
            made,
            {
                "BRAIN_VOICE_OPENAI_BASE_URL": f"{url}/v1",
                "BRAIN_VOICE_OPENAI_API_KEY": KEY,
                "BRAIN_VOICE_GEMINI_BASE_URL": url,
                "GEMINI_API_KEY": KEY,
            },
        )
