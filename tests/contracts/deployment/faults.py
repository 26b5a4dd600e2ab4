"""Deployments that break one promise each: a wrapper around a sound one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.faults import body_of, replay

type Json = dict[str, Any]
type Change = Callable[["Answer"], None]


@dataclass(kw_only=True)
class Answer:
    """A whole answer that may be changed, and what was asked."""

    method: str
    path: str
    query: str
    asked: Mapping[str, str]
    sent: bytes
    status: int
    headers: dict[str, str]
    body: bytes

    def alter(self, change: Callable[[Any], Any]) -> None:
        """Change the JSON of the body. `change` may change it in place, or return another."""
        content = json.loads(self.body)
        changed = change(content)
        self.body = json.dumps(content if changed is None else changed).encode()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is broken. A request that is none of `methods` below one of `paths` is left alone.

    `request` changes the scope of a request, `sent` its body; `instead` answers without asking the
    deployment, and `answer` changes what it has answered. `event` changes a frame of a stream, and
    `frame` a text of a socket; None leaves it out.
    """

    paths: tuple[str, ...] = ("/",)
    methods: tuple[str, ...] = ()
    request: Callable[[Scope], Scope] | None = None
    sent: Callable[[Json], Json] | None = None
    instead: Callable[[Json], tuple[int, Json] | None] | None = None
    answer: Change | None = None
    event: Callable[[str], str | None] | None = None
    frame: Callable[[Json], Json | None] | None = None

    def meets(self, scope: Scope) -> bool:
        is_method = scope["type"] == "websocket" or scope["method"] in (self.methods or METHODS)
        return is_method and scope["path"].startswith(self.paths)


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@dataclass(kw_only=True)
class Faulty:
    """Serves `app`, with `fault` in front of it."""

    app: ASGIApp
    fault: Fault = field(default_factory=Fault)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        if not self.fault.meets(scope):
            await self.app(scope, receive, send)
            return
        if self.fault.request is not None:
            scope = self.fault.request(scope)
        if scope["type"] == "websocket":
            await self.app(scope, receive, self._framed(send))
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = await body_of(receive)
        if self.fault.sent is not None and sent:
            sent = json.dumps(self.fault.sent(json.loads(sent))).encode()
        if self.fault.instead is not None:
            made = self.fault.instead(json.loads(sent) if sent else {})
            if made is not None:
                await _reply(send, made[0], {"content-type": "application/json"}, made[1])
                return
        scope = {**scope, "headers": _with_length(scope["headers"], len(sent))}
        if self.fault.event is not None:
            await self.app(scope, replay(sent, receive), self._evented(send))
            return
        await self._changed(scope, sent, receive, send)

    async def _changed(self, scope: Scope, sent: bytes, receive: Receive, send: Send) -> None:
        if self.fault.answer is None:
            await self.app(scope, replay(sent, receive), send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, replay(sent, receive), keep)
        start, *rest = messages
        answer = Answer(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode(),
            asked=_texts(scope["headers"]),
            sent=sent,
            status=start["status"],
            headers=_texts(start["headers"]),
            body=b"".join(message.get("body", b"") for message in rest),
        )
        self.fault.answer(answer)
        await _reply(send, answer.status, answer.headers, answer.body)

    def _evented(self, send: Send) -> Send:
        """Change the frames of an event stream; each message of the server has whole ones."""
        event = self.fault.event
        assert event is not None

        async def changed(message: Message) -> None:
            if message["type"] == "http.response.body" and message.get("body"):
                frames = message["body"].decode().split("\n\n")
                kept = [frame and event(frame) for frame in frames]
                text = "\n\n".join(frame for frame in kept if frame is not None)
                message = {**message, "body": text.encode()}
            await send(message)

        return changed

    def _framed(self, send: Send) -> Send:
        frame = self.fault.frame

        async def changed(message: Message) -> None:
            if frame is not None and message["type"] == "websocket.send":
                found = frame(json.loads(message["text"]))
                if found is None:
                    return
                message = {**message, "text": json.dumps(found)}
            await send(message)

        return changed


def header(scope: Scope, name: str, value: str | None) -> Scope:
    """Return the request with a header set; None leaves it out."""
    kept = [pair for pair in scope["headers"] if pair[0] != name.encode()]
    more = [] if value is None else [(name.encode(), value.encode())]
    return {**scope, "headers": [*kept, *more]}


def user_of(scope: Scope) -> str:
    """Return the user of the request's token; empty if it has none."""
    text = _texts(scope["headers"]).get("authorization", "").partition(" ")[2]
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return ""
    return str(claims["sub"])


async def _reply(send: Send, status: int, headers: Mapping[str, str], body: bytes | Json) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {**headers, **({} if status == 304 else {"content-length": str(len(raw))})}
    pairs = [(name.encode(), value.encode()) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": raw})


def _texts(headers: Any) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in headers}


def _with_length(headers: Any, length: int) -> list[tuple[bytes, bytes]]:
    kept = [pair for pair in headers if pair[0] != b"content-length"]
    return [*kept, (b"content-length", str(length).encode())]
