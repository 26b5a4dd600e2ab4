"""A voice platform that talks to the deployment: one call of one user."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.routes.stage import Deployment, Json, User

PATH = "/v1/chat/completions"
QUIT, CONTINUE = "sayToUserAndQuit", "sayToUserAndContinue"


def says(text: str, **more: Any) -> Json:
    """Return a model answer that quits with a message."""
    return {"calls": [{"name": QUIT, "arguments": {"message": text}}], **more}


def steps(text: str, **more: Any) -> Json:
    """Return a model answer that says something and goes on."""
    return {"calls": [{"name": CONTINUE, "arguments": {"message": text}}], **more}


def system(text: str) -> Json:
    return {"role": "system", "content": text}


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def assistant(text: str) -> Json:
    return {"role": "assistant", "content": text}


def tool(name: str, **properties: Json) -> Json:
    """Return a tool of the platform."""
    parameters = {"type": "object", "properties": properties}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


@dataclass(kw_only=True)
class Stream:
    """What a streamed answer has brought so far."""

    response: httpx.Response
    frames: list[str] = field(default_factory=list)

    @property
    def chunks(self) -> list[Json]:
        frames = (frame.removeprefix("data: ") for frame in self.frames if frame[:6] == "data: ")
        return [json.loads(frame) for frame in frames if frame != "[DONE]"]

    @property
    def deltas(self) -> list[Json]:
        return [choice["delta"] for chunk in self.chunks for choice in chunk["choices"]]

    @property
    def contents(self) -> list[str]:
        return [text for delta in self.deltas if (text := delta.get("content"))]

    @property
    def text(self) -> str:
        return "".join(self.contents)

    @property
    def finish(self) -> str | None:
        found = (c["finish_reason"] for chunk in self.chunks for c in chunk["choices"])
        return next(filter(None, found), None)

    @property
    def calls(self) -> list[Json]:
        return [call for delta in self.deltas for call in delta.get("tool_calls", ())]

    @property
    def beats(self) -> int:
        return sum(frame == ": still here" for frame in self.frames)

    @property
    def is_whole(self) -> bool:
        return self.frames[-1:] == ["data: [DONE]"]

    async def follow(self) -> AsyncIterator[str]:
        async for line in self.response.aiter_lines():
            if line:
                self.frames.append(line)
                yield line

    async def until(self, words: str) -> None:
        """Read on until a frame contains these words."""
        async for frame in self.follow():
            if words in frame:
                return
        raise AssertionError(f"the stream ended without {words}")


@dataclass(kw_only=True)
class Platform:
    """A platform with the key of one user, in one call."""

    deployment: Deployment
    user: User
    http: httpx.AsyncClient
    call: str | None = "c-1"
    word: str = field(default_factory=lambda: secrets.token_hex(6))

    @property
    def headers(self) -> dict[str, str]:
        return {**self.user.headers, **({"x-call-id": self.call} if self.call else {})}

    async def script(self, match: str, *answers: Json) -> None:
        await self.deployment.direct(match, *answers)

    def body(self, messages: Sequence[Json | str], **more: Any) -> Json:
        told = [user(one) if isinstance(one, str) else one for one in messages]
        return {"model": "brain", "stream": True, "messages": told, **more}

    @asynccontextmanager
    async def streaming(
        self, *messages: Json | str, headers: dict[str, str] | None = None, **more: Any
    ) -> AsyncIterator[Stream]:
        sent = {**self.headers, **(headers or {})}
        body = self.body(messages, **more)
        async with self.http.stream("POST", PATH, json=body, headers=sent) as response:
            if response.status_code != 200:
                await response.aread()
            assert response.status_code == 200, response.text
            yield Stream(response=response)

    async def ask(
        self, *messages: Json | str, headers: dict[str, str] | None = None, **more: Any
    ) -> Stream:
        """Return the whole answer."""
        async with self.streaming(*messages, headers=headers, **more) as stream:
            async for _ in stream.follow():
                pass
        assert stream.is_whole, stream.frames
        return stream

    async def post(self, *messages: Json | str, **more: Any) -> httpx.Response:
        body = {**self.body(messages), "stream": False, **more}
        return await self.http.post(PATH, json=body, headers=self.headers)

    async def log(self) -> list[Json]:
        return await self.user.log()
