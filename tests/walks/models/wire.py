"""A model server that answers each talk by a script, byte for byte.

    async with model_server() as server:
        server.expect(word, replies)

Raw sockets, so that nothing corrects its bytes. It closes each connection after its answer.
"""

import asyncio
import json
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

type Json = dict[str, Any]
type Part = bytes | float
"""Bytes to send, or a pause in seconds."""

LARGEST = 2**24  # bytes of a request's head
EVENTS = "text/event-stream"
JSON = "application/json"
PLAIN = b'{"choices":[{"message":{"content":"Nothing."},"finish_reason":"stop"}]}'


def always(_: Json) -> bool:
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One answer, given to the first `times` requests that it fits; the last one of a talk has no
    end. `parts` may follow from the request.
    """

    parts: tuple[Part, ...] | Callable[[Json], bytes]
    status: int = 200
    type: str = EVENTS
    headers: tuple[str, ...] = ()
    before: float = 0.0
    """Seconds of silence before the head."""
    open: bool = False
    """The connection stays open after the last part."""
    fits: Callable[[Json], bool] = always
    times: int = 1


@dataclass(kw_only=True, slots=True)
class Talk:
    """The answers that are left, and the requests so far with their times in seconds."""

    replies: list[Reply]
    given: dict[int, int] = field(default_factory=dict)
    requests: list[Json] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def next(self, request: Json) -> Reply:
        self.requests.append(request)
        self.times.append(asyncio.get_running_loop().time())
        for place, reply in enumerate(self.replies[:-1]):
            if self.given.get(place, 0) < reply.times and reply.fits(request):
                self.given[place] = self.given.get(place, 0) + 1
                return reply
        return self.replies[-1]


class ModelServer:
    """Finds a talk by a word in the messages of a request."""

    def __init__(self) -> None:
        self.talks: dict[str, Talk] = {}
        self.url = ""

    def expect(self, word: str, replies: Sequence[Reply]) -> Talk:
        self.talks[word] = Talk(replies=list(replies))
        return self.talks[word]

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away first
        finally:
            writer.close()

    async def _answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: *(\d+)", head, re.IGNORECASE)
        body = json.loads(await reader.readexactly(int(length[1]) if length else 0) or b"{}")
        reply = self._reply(body)
        await asyncio.sleep(reply.before)
        kind = (f"content-type: {reply.type}",) if reply.type else ()
        lines = (f"HTTP/1.1 {reply.status} X", "connection: close", *kind, *reply.headers, "", "")
        writer.write("\r\n".join(lines).encode())
        parts = reply.parts(body) if callable(reply.parts) else reply.parts
        for part in (parts,) if isinstance(parts, bytes) else parts:
            if isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(part)
        if reply.open:
            await reader.read()

    def _reply(self, body: Json) -> Reply:
        text = json.dumps(body.get("messages"))
        talk = next((talk for word, talk in self.talks.items() if word in text), None)
        # Without tools it is a summary, which belongs to no script.
        if talk is None or not body.get("tools"):
            return Reply(parts=(PLAIN,), type=JSON)
        return talk.next(body)


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    script = ModelServer()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0, limit=LARGEST)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()


# ---- what servers send


def chunk(finish: str | None = None, **delta: Any) -> Json:
    """One chunk of a stream with one choice."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def event(*chunks: Json | bytes, end: bytes = b"\n") -> bytes:
    """Chunks as events; bytes are sent unchanged."""
    made = (
        one if isinstance(one, bytes) else b"data: " + json.dumps(one).encode() + end + end
        for one in chunks
    )
    return b"".join(made)


DONE = b"data: [DONE]\n\n"


def stream(*chunks: Json | bytes | float, finish: str = "stop", **more: Any) -> Reply:
    """A stream that ends as it should."""
    parts = [one if isinstance(one, float) else event(one) for one in chunks]
    return Reply(parts=(*parts, event(chunk(finish), DONE)), **more)


def text(words: str, *, at_once: int = 1000, **more: Any) -> Reply:
    """A text in pieces of so many characters."""
    pieces = (words[i : i + at_once] for i in range(0, len(words), at_once))
    return stream(*(chunk(content=piece) for piece in pieces), **more)


def call(name: str, arguments: Json | str, **more: Any) -> Json:
    """A whole call, as it stands in a message or in a chunk."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": name, "arguments": written}
    return {"index": 0, "id": "call_1", "type": "function", "function": function, **more}


def calling(*calls: Json, beside: Json | None = None, **more: Any) -> Reply:
    """A stream with these calls, each in a chunk of its own."""
    chunks = [chunk(tool_calls=[one]) for one in calls]
    first = [chunk(**beside)] if beside else []
    return stream(*first, *chunks, finish="tool_calls", **more)


def refusal(status: int, body: Any, *headers: str, **more: Any) -> Reply:
    """An error with a JSON body."""
    parts = (json.dumps(body).encode(),)
    return Reply(parts=parts, status=status, type=JSON, headers=headers, **more)


def error(message: str, **more: Any) -> Json:
    """The body of an error as OpenAI sends it."""
    return {"error": {"message": message, "type": "invalid_request_error", **more}}


# ---- what a request shows


def results(request: Json) -> list[str]:
    """The results of tools in a request."""
    return [str(message["content"]) for message in request["messages"] if message["role"] == "tool"]


def has_results(request: Json) -> bool:
    """Whether the request ends with results."""
    return bool(request["messages"][-1]["role"] == "tool")


def is_spare(request: Json) -> bool:
    """Whether the fallback model is asked."""
    return bool(request["model"] == SPARE)


MODEL, SPARE = "first-model", "spare-model"
