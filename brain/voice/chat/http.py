"""The responses of a chat completion: a stream of chunks, or the whole answer; and errors."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from brain.http.edge import Answer, Problem, problem_of
from brain.voice.chat.answering import Answering
from brain.voice.chat.model import ChatRequest
from brain.voice.chat.reading import NotAsked
from brain.voice.chat.wire import BEAT, AnswerPart, Head, Usage, error

BEAT_S = 2.0  # seconds of silence after which a comment keeps the client waiting
CODES = {404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
INVALID, LIMITED, SERVER = "invalid_request_error", "rate_limit_error", "server_error"

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class ChatStream:
    """A streamed answer. Its first chunk is sent at once: the text is in the log.

    A caller that goes away stops nothing: the function continues until the brain has ended.
    """

    def __init__(self, answering: Answering, head: Head) -> None:
        self._answering = answering
        self._head = head
        self._is_there = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the chunks, and a comment after every `BEAT_S` seconds of silence."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        leaving = asyncio.ensure_future(_disconnected(receive))
        telling = asyncio.ensure_future(self._tell(send))
        try:
            await asyncio.wait({leaving, telling}, return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                await telling
            else:
                self._is_there = False
                self._answering.leave()
        finally:
            leaving.cancel()
            telling.cancel()
            # Read their errors: asyncio logs those that nobody reads, with a stack trace.
            await asyncio.gather(leaving, telling, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        if self._is_there:
            await self._answering.note_sent()
        await self._answering.end()

    async def _tell(self, send: Send) -> None:
        await _send(send, self._head.opening())
        async with aclosing(_with_beats(self._answering.parts())) as parts:
            async for part in parts:
                await _send(send, BEAT if part is None else self._head.part(part))
        usage = await self._answering.usage() if self._answering.asked.tells_usage else None
        await _send(send, self._head.ending(self._answering.telling.finish, usage))


class ChatWhole:
    """An answer in one piece, sent when it is complete or the patience has ended."""

    def __init__(self, answering: Answering, head: Head) -> None:
        self._answering = answering
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the answer and send it."""
        leaving = asyncio.ensure_future(_disconnected(receive))
        leaving.add_done_callback(lambda _: self._answering.leave())
        try:
            parts = [part async for part in self._answering.parts()]
        finally:
            is_there = not leaving.done()
            leaving.cancel()
        usage, finish = await self._answering.usage(), self._answering.telling.finish
        await Answer(self._head.whole(parts, finish, usage))(scope, receive, send)
        if is_there:
            await self._answering.note_sent()
        await self._answering.end()


def nothing(head: Head, asked: ChatRequest) -> Response:
    """Return an answer without content: another text has replaced this one."""
    if not asked.is_stream:
        return Answer(head.whole([], "stop", Usage()))
    chunks = head.opening() + head.ending("stop", Usage() if asked.tells_usage else None)
    headers = {"Cache-Control": "no-store"}
    return Response(chunks, media_type="text/event-stream", headers=headers)


async def _with_beats(
    parts: AsyncGenerator[AnswerPart, None],
) -> AsyncGenerator[AnswerPart | None, None]:
    """Yield the parts, and None after every `BEAT_S` seconds without one."""
    coming = asyncio.ensure_future(anext(parts, None))
    try:
        while True:
            await asyncio.wait({coming}, timeout=BEAT_S)
            if not coming.done():
                yield None
                continue
            part = coming.result()
            if part is None:
                return
            yield part
            coming = asyncio.ensure_future(anext(parts, None))
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        await parts.aclose()  # a cancelled `anext` leaves the generator open


async def _send(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


# ---- errors


def refusal(fault: Exception) -> Answer:
    """Return the response to an error, in OpenAI's form."""
    if isinstance(fault, NotAsked):
        return _refused(400, str(fault), INVALID, param=fault.param)
    problem = problem_of(fault)
    status, message = problem.status, _message(problem)
    headers = {name: value for name, value in problem.headers.items() if name != "Content-Type"}
    if status >= 500:
        status = 503 if status == 503 else 500
        return _refused(status, message, SERVER, headers=headers)
    if status == 429:
        return _refused(429, message, LIMITED, code="rate_limit_exceeded", headers=headers)
    if status == 401:
        return _refused(401, message, INVALID, code="invalid_api_key", headers=headers)
    if status in CODES:
        return _refused(status, message, INVALID, code=CODES[status], headers=headers)
    return _refused(400, message, INVALID, param=_param(problem))


def _refused(
    status: int,
    message: str,
    kind: str,
    *,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    body = error(message, kind, param=param, code=code)
    return Answer(body, status, headers=dict(headers or {}))


def _message(problem: Problem) -> str:
    """Return the title with the details: clients show nothing but this text."""
    faults = [f"{fault['field']} {fault['message']}" for fault in problem.errors or ()]
    details = "; ".join(filter(None, [problem.detail, *faults]))
    return f"{problem.title} ({details})" if details else problem.title


def _param(problem: Problem) -> str | None:
    """Return the field of the request that is wrong."""
    field = str(problem.errors[0]["field"]) if problem.errors else ""
    names = {"text": "messages", "clientTools": "tools"}
    return names.get(field.partition(".")[0])
