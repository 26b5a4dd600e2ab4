"""Sends an answer as OpenAI does: whole or as a stream, correct or with a fault."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.model.directions import Call, Json, Reply
from local.model.gates import Gates

PIECE_CHARS = 16  # characters of text or arguments in a chunk; several chunks make it a stream
CHARS_PER_TOKEN = 4  # characters; the usual estimate for English

_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def refusal(
    status: int, message: str, code: str, headers: dict[str, str] | None = None
) -> Response:
    """Return an error in the vendor's format."""
    return JSONResponse(_error(message, code), status_code=status, headers=headers)


class ReplyResponse(Response):
    """Sends a reply, and stops when the client disconnects. `call` records how it ended."""

    def __init__(
        self, reply: Reply, *, gates: Gates, call: Json, model: str, stream: bool, tells_usage: bool
    ) -> None:
        super().__init__()
        self._reply = reply
        self._gates = gates
        self._call = call
        self._is_stream = stream
        self._wire = _Wire(reply, model=model, tells_usage=tells_usage)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.create_task(self._respond(scope, receive, send))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            self._call["end"] = "told" if speaking.done() else "left"
        finally:
            for task in (speaking, leaving):
                task.cancel()
            await asyncio.wait({speaking, leaving})
        if not speaking.cancelled():
            speaking.result()

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = self._reply
        await asyncio.sleep(reply.delay_s)
        if reply.hang:
            await asyncio.Event().wait()
        if reply.status != 200:
            code = _CODES.get(
                reply.status, "server_error" if reply.status >= 500 else "bad_request"
            )
            response = refusal(reply.status, "The script says so.", code, reply.headers)
            await response(scope, receive, send)
        elif self._is_stream:
            await self._stream(send)
        else:
            await JSONResponse(self._wire.whole(), headers=reply.headers)(scope, receive, send)

    async def _stream(self, send: Send) -> None:
        head = {"content-type": "text/event-stream; charset=utf-8", **self._reply.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in head.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        async for frame in self._frames():
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        if self._reply.cut_after is None:
            await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})
        # otherwise the server finds the response unfinished and breaks the connection

    async def _frames(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(self._reply.first_token_delay_s)
        for i, chunk in enumerate(self._wire.chunks()):
            if i == self._reply.cut_after:
                return
            if i:
                await asyncio.sleep(self._reply.chunk_delay_s)
            for gate in (name for name, place in self._reply.gates.items() if place == i):
                await self._gates.passed(gate)
            yield b"data: " + json.dumps(chunk).encode() + b"\n\n"


class _Wire:
    """The JSON of one answer."""

    def __init__(self, reply: Reply, *, model: str, tells_usage: bool) -> None:
        self._reply = reply
        self._tells_usage = tells_usage
        self._head = {
            "id": f"chatcmpl-{uuid.uuid4().hex[:24]}",
            "created": int(time.time()),
            "model": model,
        }
        self._calls = [_call_json(call) for call in reply.calls]

    def whole(self) -> Json:
        if self._reply.error_body:
            return _error("The script says so.", 502)
        message: Json = {"role": "assistant", "content": self._reply.text or None}
        if self._calls:
            message["tool_calls"] = self._calls
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self._finish}
        head = {**self._head, "object": "chat.completion"}
        return {**head, "choices": [choice], "usage": self._usage()}

    def chunks(self) -> Iterator[Json]:
        if self._reply.error_body:
            yield _error("The script says so.", 502)
            return
        yield self._chunk({"role": "assistant", "content": None if self._calls else ""})
        for piece in _pieces(self._reply.text):
            yield self._chunk({"content": piece})
        for i, call in enumerate(self._calls):
            function = {"name": call["function"]["name"], "arguments": ""}
            yield self._chunk({"tool_calls": [{"index": i, **call, "function": function}]})
            for piece in _pieces(call["function"]["arguments"]):
                yield self._chunk({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
        if self._finish is not None:
            yield self._chunk({}, finish_reason=self._finish)
        if self._tells_usage:
            yield {**self._chunk({}), "choices": [], "usage": self._usage()}

    @property
    def _finish(self) -> str | None:
        if self._reply.finish_reason != "auto":
            return self._reply.finish_reason
        return "tool_calls" if self._calls else "stop"

    def _chunk(self, delta: Json, *, finish_reason: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self._tells_usage else {}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice], **usage}

    def _usage(self) -> Json:
        said = len(self._reply.text) + sum(len(c["function"]["arguments"]) for c in self._calls)
        tokens = 1 + said // CHARS_PER_TOKEN
        asked = self._reply.prompt_tokens
        return {
            "prompt_tokens": asked,
            "completion_tokens": tokens,
            "total_tokens": asked + tokens,
        }


def _call_json(call: Call) -> Json:
    arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
    function = {"name": call.name, "arguments": arguments}
    call_id = f"call_{uuid.uuid4().hex[:24]}" if call.id is None else call.id
    return {"id": call_id, "type": "function", "function": function}


def _pieces(text: str) -> list[str]:
    return [text[i : i + PIECE_CHARS] for i in range(0, len(text), PIECE_CHARS)]


def _error(message: str, code: str | int) -> Json:
    return {"error": {"message": message, "type": "error", "param": None, "code": code}}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
