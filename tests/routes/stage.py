"""A deployment in one process: the functions over HTTP and the local services."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import jwt
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from brain.cloud.pusher import channel_names
from brain.http.edge import Handler, SocketHandler, endpoint
from brain.http.names import by_name, name_in
from brain.routes.again import brain_to_brain
from brain.routes.audio_stream import audio_stream, audio_ticket
from brain.routes.audio_upload import audio_upload
from brain.routes.channel import channel_to_brain
from brain.routes.chat import beside_chat
from brain.routes.control import control
from brain.routes.event import event_to_brain
from brain.routes.live import live, only_sockets
from brain.routes.reading import messages, openapi, status
from brain.routes.resources import resources
from brain.routes.session import authorize_channel, begin_session
from brain.routes.stream import stream
from brain.routes.voice import voice_to_brain
from brain.routes.voice_session import begin_voice, end_voice
from brain.wiring import Wiring
from local.engines import valkey
from local.faults import FaultInjector
from local.model import scripted_model
from local.pusher import LocalPusher
from local.qstash import CURRENT_SIGNING_KEY, NEXT_SIGNING_KEY, TOKEN, LocalQueue
from local.upstash import upstash_app
from tests.local.serving import served
from tests.routes.conforming import conforms

APP_ID, KEY, SECRET = "4200420042", "pusher-key", "pusher-secret"
JWT_SECRET = "a secret of at least thirty-two bytes"
EVENT_SECRET = f"whsec_{base64.b64encode(b'a secret of some thirty-two bytes').decode()}"
POSTMARK_PASSWORD = "a password of Postmark's"
ROUTES: Mapping[str, Mapping[str, Handler[Wiring]]] = {
    "/api/session": {"POST": begin_session},
    "/api/voiceToBrain": {"POST": voice_to_brain},
    "/api/brainToBrain": {"POST": brain_to_brain},
    "/api/control": {"POST": control},
    "/api/eventToBrain": {"POST": event_to_brain},
    "/api/pusherAuth": {"POST": authorize_channel},
    "/api/websocketToBrain": {"POST": channel_to_brain},
    "/api/stream": {"GET": stream},
    "/api/live": {"GET": only_sockets},
    "/api/messages": {"GET": messages},
    "/api/status": {"GET": status},
    "/api/health": {"GET": status},
    "/api/openapi.json": {"GET": openapi},
    "/api/audioUpload": {"POST": audio_upload},
    "/api/audioStream": {"GET": audio_stream, "POST": audio_ticket},
    "/api/voiceSession": {"POST": begin_voice, "DELETE": end_voice},
    **{f"/api/{name}": handlers for name, handlers in resources(Wiring({})).items()},
    **{f"/api/{name}": handlers for name, handlers in resources(Wiring({}), "polled").items()},
    "/api/promptbro/assist": resources(Wiring({}))["assist"],
}
CHAT = ("/v1/chat/completions", "/v1/models", "/api/v1/chat/completions", "/api/v1/models")
SOCKETS: Mapping[str, SocketHandler[Wiring]] = {"/api/live": live}
CONFORMING = {"response": [conforms]}  # checks every response against the OpenAPI document
ACCESS_KEY = "open sesame, please"
SETTINGS: Mapping[str, str] = {  # independent of the services' addresses
    "UPSTASH_REDIS_REST_TOKEN": "redis-token",
    "QSTASH_TOKEN": TOKEN,
    "QSTASH_CURRENT_SIGNING_KEY": CURRENT_SIGNING_KEY,
    "QSTASH_NEXT_SIGNING_KEY": NEXT_SIGNING_KEY,
    "PUSHER_APP_ID": APP_ID,
    "PUSHER_KEY": KEY,
    "PUSHER_SECRET": SECRET,
    "PUSHER_HOST": "127.0.0.1",
    "PUSHER_TLS": "0",
    "OPENAI_API_KEY": "model-key",
    "BRAIN_MODEL": "script",
    "BRAIN_SCRIPTED_MODEL": "1",
    "BRAIN_JWT_SECRET": JWT_SECRET,
    "BRAIN_ACCESS_KEY": ACCESS_KEY,
    "BRAIN_HTTP_PATIENCE_S": "0",  # makes the outcome independent of the machine's speed
    "BRAIN_EVENT_SECRET": EVENT_SECRET,
    "BRAIN_POSTMARK_PASSWORD": POSTMARK_PASSWORD,
}
USERS = count(1)

type Json = dict[str, Any]


class Functions:
    """Build one app per route, each with its own services, as on the platform."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.wirings = {path: Wiring(env) for path in ROUTES}
        self._apps = {path: _app(path, self.wirings[path]) for path in ROUTES}
        voice = "/api/voiceToBrain"
        chat = beside_chat(self._apps[voice], self.wirings[voice])
        self._apps |= dict.fromkeys((*CHAT, voice), chat)
        self._calls: set[asyncio.Future[None]] = set()
        self._is_closed = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if self._is_closed:
            await Response(status_code=503)(scope, receive, send)
            return
        route = name_in(scope["path"], [path[1:] for path in self._apps])
        call = asyncio.ensure_future(self._apps[f"/{route}"](scope, receive, send))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        await call

    async def aclose(self) -> None:
        """Refuse new calls and wait for the active ones."""
        self._is_closed = True
        await asyncio.gather(*self._calls, return_exceptions=True)
        for wiring in self.wirings.values():
            await wiring.aclose()


def _app(path: str, wiring: Wiring) -> ASGIApp:
    """Build the app of one route; the path may have parameters."""
    if path in SOCKETS:
        return endpoint(ROUTES[path], wiring, socket=SOCKETS[path])
    return by_name({path.removeprefix("/api/"): ROUTES[path]}, wiring)


class Later:
    """An app that is created after its address is known."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is not None:
            await self.app(scope, receive, send)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """`env` is the functions' environment; `faults` is a proxy in front of the store."""

    env: Mapping[str, str]
    functions: Functions
    http: httpx.AsyncClient
    model: httpx.AsyncClient
    pusher: LocalPusher
    queue: LocalQueue
    faults: FaultInjector

    @property
    def url(self) -> str:
        return str(self.http.base_url)

    def user(self) -> User:
        """Return a new user without any texts."""
        name = f"user-{next(USERS)}"
        return User(id=name, deployment=self, headers={"Authorization": f"Bearer {token(name)}"})

    @asynccontextmanager
    async def changed(self, **env: str) -> AsyncIterator[httpx.AsyncClient]:
        """Run the functions with another environment. They respond when they have ended."""
        functions = Functions({**self.env, **env})
        transport = httpx.ASGITransport(functions)
        async with (
            aclosing(functions),
            httpx.AsyncClient(
                transport=transport, base_url="http://brain", event_hooks=CONFORMING
            ) as http,
        ):
            yield http

    @asynccontextmanager
    async def served(self, **env: str) -> AsyncIterator[httpx.AsyncClient]:
        """Serve the functions with another environment over HTTP: callers can leave."""
        async with AsyncExitStack() as stack:
            functions = await stack.enter_async_context(aclosing(Functions({**self.env, **env})))
            url = await stack.enter_async_context(served(functions))
            client = httpx.AsyncClient(base_url=url, timeout=30, event_hooks=CONFORMING)
            yield await stack.enter_async_context(client)

    async def direct(self, match: str, *answers: Json) -> None:
        """Set the model's answers to texts that contain `match`."""
        script = {"match": match, "answers": answers}
        (await self.model.post("/_local/script", json=script)).raise_for_status()

    async def asked(self, match: str) -> list[Json]:
        """Return the model requests that contain the text `match`."""
        return [c for c in (await self.model.get("/_local/calls")).json() if c["match"] == match]


@dataclass(frozen=True, kw_only=True)
class User:
    id: str
    deployment: Deployment
    headers: dict[str, str] = field(repr=False)

    async def ask(self, text: str, **fields: Any) -> httpx.Response:
        return await self.post("/api/voiceToBrain", json={"text": text, **fields})

    def connecting(self) -> connect:
        """Open a WebSocket with the token in a subprotocol, as a page does."""
        protocols = [Subprotocol("brain"), Subprotocol(f"token.{token(self.id)}")]
        url = f"{self.deployment.url.replace('http', 'ws', 1)}/api/live"
        return connect(url, subprotocols=protocols, proxy=None)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.deployment.http.post(path, headers=self.headers, **options)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.deployment.http.get(path, headers=self.headers | headers)

    async def log(self) -> list[Json]:
        page: Json = (await self.get("/api/messages")).json()
        return list(page["messages"])

    def heard(self) -> list[Json]:
        """Return the messages on the user's channel in the order of their arrival."""
        channel, _ = channel_names(self.id)
        events = self.deployment.pusher.events(channel)
        return [json.loads(event.data) for event in events if event.name == "message"]

    async def until_heard(self, text: str) -> Json:
        async with asyncio.timeout(20):
            await self.deployment.pusher.until(lambda: text in [m["text"] for m in self.heard()])
        return next(message for message in self.heard() if message["text"] == text)


def token(user: str) -> str:
    return jwt.encode({"sub": user, "exp": int(time.time()) + 600}, JWT_SECRET, algorithm="HS256")


@asynccontextmanager
async def deployed(folder: Path, **more: str) -> AsyncIterator[Deployment]:
    """Start a deployment. `more` are additional settings of the functions."""
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(valkey(folder))
        faults = FaultInjector(upstash_app(engine.socket, token="redis-token"))
        pusher, later = LocalPusher(APP_ID, KEY, SECRET), Later()
        queue = LocalQueue(folder / "queue.db")
        redis_url, queue_url, pusher_url, model_url, url = [
            await stack.enter_async_context(served(app))
            for app in (faults, queue.app, pusher.app, scripted_model(pace=0), later)
        ]
        env = {
            **SETTINGS,
            "UPSTASH_REDIS_REST_URL": redis_url,
            "QSTASH_URL": queue_url,
            "PUSHER_PORT": pusher_url.rpartition(":")[2],
            "OPENAI_BASE_URL": f"{model_url}/v1",
            "BRAIN_PUBLIC_URL": url,
            **more,
        }
        later.app = functions = await stack.enter_async_context(aclosing(Functions(env)))
        yield Deployment(
            env=env,
            functions=functions,
            http=await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, timeout=30, event_hooks=CONFORMING)
            ),
            model=await stack.enter_async_context(httpx.AsyncClient(base_url=model_url)),
            pusher=pusher,
            queue=queue,
            faults=faults,
        )
