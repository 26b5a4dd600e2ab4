"""A server that recognizes speech and speaks, in the form of OpenAI's, over real HTTP."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.local.serving import served
from tests.voice.audio import sounds


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request. `fields` are those of the form, lists where a name occurs again, or the JSON."""

    path: str
    headers: dict[str, str]
    fields: dict[str, Any]
    file: tuple[str, str, bytes] | None = None  # name, content type, content


@dataclass(kw_only=True)
class Reply:
    """An answer. With `hold` it waits until that is set."""

    body: bytes | str | dict[str, Any] = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hold: asyncio.Event | None = None


@dataclass
class SpeechStandIn:
    """Answers from a list, and then with what was last in it, or with good answers."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)
    text: str = "What did Anna write?"
    failing: set[str] = field(default_factory=set)  # sentences that cannot be spoken
    held: dict[str, asyncio.Event] = field(default_factory=dict)  # sentences that wait for it
    two_at_once: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)  # any request
    at_once: int = 0
    most_at_once: int = 0

    def reset(self) -> None:
        """Forget what was asked and what was to be answered."""
        for name, value in vars(SpeechStandIn(url=self.url)).items():
            setattr(self, name, value)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        asked = await _asked(request)
        self.asked.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.at_once > 1:
            self.two_at_once.set()
        try:
            reply = self.replies.popleft() if self.replies else self._good(asked)
            hold = self.held.get(asked.fields.get("input", ""), reply.hold)
            if hold is not None:
                await hold.wait()
            await _response(reply)(scope, receive, send)
        finally:
            self.at_once -= 1
            self.answered.set()

    def _good(self, asked: Asked) -> Reply:
        if asked.file is not None:
            return Reply(body={"text": self.text})
        sentence = asked.fields["input"]
        if sentence in self.failing:
            return Reply(status=400, body={"error": {"message": "cannot be spoken"}})
        return spoken(sentence, asked.fields["response_format"])


def spoken(sentence: str, form: str) -> Reply:
    """The sound of a sentence: its length is that of the text."""
    level = len(sentence) % 250
    if form == "wav":
        return Reply(body=sounds.wav(0.01 * len(sentence), level=level), kind="audio/wav")
    return Reply(body=sounds.mp3(len(sentence), fill=bytes([level])), kind="audio/mpeg")


@asynccontextmanager
async def speech_server() -> AsyncIterator[SpeechStandIn]:
    """Serve one; its `url` is the base of the paths."""
    server = SpeechStandIn()
    async with served(server) as url:
        server.url = f"{url}/v1"
        yield server


async def _asked(request: Request) -> Asked:
    headers, body = dict(request.headers), await request.body()
    kind = headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return Asked(path=request.url.path, headers=headers, fields=json.loads(body or b"{}"))
    whole = b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    fields: dict[str, Any] = {}
    file = None
    for part in BytesParser(policy=HTTP).parsebytes(whole).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is not None:
            file = (str(part.get_filename()), part.get_content_type(), content)
        elif name in fields:
            before = fields[name]
            fields[name] = [*(before if isinstance(before, list) else [before]), content.decode()]
        else:
            fields[name] = content.decode()
    return Asked(path=request.url.path, headers=headers, fields=fields, file=file)


def _response(reply: Reply) -> Response:
    body = json.dumps(reply.body) if isinstance(reply.body, dict) else reply.body
    return Response(body, reply.status, headers=reply.headers, media_type=reply.kind)
