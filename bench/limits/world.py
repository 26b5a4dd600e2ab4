"""The services of all candidates, as lean as can be: python -m bench.limits.world FD REDIS

* The store takes commands as Upstash does (`/`, `/pipeline`, `/multi-exec`), in front of a real
  Redis. Scripts run as they are: they are held to no rule, which would take most of their time.
* The model answers each text as it asks for: `turn-7 of 20 failing loops` gets 19 calls that no
  tool takes, and then the call that ends the turn; with `searching`, calls of the web search. Its
  stream is written at once.
* The search finds nothing. Queue and channel accept everything, and do nothing.

`/_local/…` sets the model's time, and returns the counts.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from bench.limits import wire
from bench.limits.byhand import QUIT
from local.upstash.counts import Counts
from local.upstash.requests import Malformed, command_in_body, commands_in_body
from local.upstash.resp import Command, EngineGone, Pool, RedisError
from local.upstash.results import in_base64, plain, result_of
from local.upstash.scripts import Scripts

MARK = b"is turn-"  # stands in each text that a candidate is sent
TURN = re.compile(rb"turn-(\w+) of (\d+) (\w+)")
STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
PIECE_CHARS = 20  # of the arguments in one chunk; none of them divides the place
PLACE = "call_PLACE"  # stands where an id belongs: that of a call, and in different arguments
ENDS, SUMS_UP = b"", b"-"
SUMMARY = "The user asked what Anna wrote."
SAID: dict[bytes, tuple[str, dict[str, str]]] = {
    ENDS: (QUIT, {"message": "Anna wrote that she comes on Friday."}),
    b"failing": ("searchWeb", {"n": PLACE}),  # there is no such argument
    b"searching": ("searchWeb", {"query": PLACE}),
    SUMS_UP: ("", {}),
}


class World:
    """All services at one address."""

    def __init__(self, redis: Path) -> None:
        self._engine = Pool(redis)
        self._scripts = Scripts(checks=False)
        self._counts = Counts()
        self._thinks_s = 0.0
        self._asked = b""
        self._calls = 0
        self._loops: dict[bytes, int] = {}  # the loops that a turn has had
        self._streams = {kind: _stream(*said) for kind, said in SAID.items()}

    def handle(self, asked: wire.Asked, send: wire.Send) -> Any:
        """Answer at once, or return what does so later."""
        match asked.path.split(b"/"):
            case [_, b"v1", b"chat", b"completions"]:
                return self._think(asked, send)
            case [_, b"" | b"pipeline" | b"multi-exec"] if asked.body:
                return self._store(asked, send)
            case [_, b"_local", what, *values]:
                return self._control(what.decode(), values, send)
            case [_, what] if what.startswith(b"search"):
                return send(wire.response(b'{"results": []}'))
            case _:
                self._calls += 1
                return send(wire.response(b'{"messageId": "msg_%d"}' % self._calls))

    def _think(self, asked: wire.Asked, send: wire.Send) -> None:
        self._asked = asked.body
        answer = self._streams[self._chosen(asked.body)]
        self._calls += 1
        stream = answer.replace(PLACE.encode(), b"call_%05d" % (self._calls % 100_000))
        if self._thinks_s:
            asyncio.get_running_loop().call_later(self._thinks_s, send, stream)
        else:
            send(stream)

    def _chosen(self, body: bytes) -> bytes:
        """Return the kind of the answer."""
        if b'"tools"' not in body:
            return SUMS_UP
        found = TURN.search(body, max(0, body.rfind(MARK)))
        if found is None:
            return ENDS
        done = self._loops.get(found[1], 0) + 1
        if done >= int(found[2]):
            self._loops.pop(found[1], None)
            return ENDS
        self._loops[found[1]] = done
        return found[3]

    async def _store(self, asked: wire.Asked, send: wire.Send) -> None:
        text = in_base64 if b"upstash-encoding: base64" in asked.head.lower() else plain
        try:
            if asked.path == b"/":
                commands: Sequence[Command] = [command_in_body(asked.body)]
            else:
                commands = commands_in_body(asked.body)
            replies = await self._run(commands, is_whole=asked.path == b"/multi-exec")
        except (Malformed, EngineGone) as error:
            return send(_json({"error": str(error)}, 400))
        answers = [result_of(*pair, text) for pair in zip(commands, replies, strict=True)]
        is_refused = asked.path == b"/" and "error" in answers[0]
        content = _json(answers[0] if asked.path == b"/" else answers, 400 if is_refused else 200)
        self._counts.add(bytes_in=len(asked.body), bytes_out=len(content))
        send(content)

    async def _run(self, commands: Sequence[Command], *, is_whole: bool) -> list[Any]:
        translated = [self._scripts.translated(command) for command in commands]
        if not is_whole:
            return await self._engine.call_all(translated)
        done = (await self._engine.call_all([[b"MULTI"], *translated, [b"EXEC"]]))[-1]
        if isinstance(done, list):
            return done
        raise Malformed(done.text if isinstance(done, RedisError) else "discarded")

    async def _control(self, what: str, values: Sequence[bytes], send: wire.Send) -> None:
        found: Any = {}
        if what == "thinks":
            self._thinks_s = int(values[0]) / 1000
        elif what == "reset":
            await self._counts.reset(self._engine)
        elif what == "counts":
            found = await self._counts.report(self._engine)
        elif what == "asked":
            return send(wire.response(self._asked))
        send(_json(found))


def _stream(name: str, arguments: dict[str, str]) -> bytes:
    """Return a whole response in the form of OpenAI's streams, with a place for the call's id."""
    text = json.dumps(arguments, separators=(",", ":"))
    first = {"id": PLACE, "type": "function", "function": {"name": name, "arguments": ""}}
    pieces = [text[at : at + PIECE_CHARS] for at in range(0, len(text), PIECE_CHARS)]
    deltas = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    calls = [{"tool_calls": [{"index": 0, **first}]}, *deltas]
    told: list[dict[str, Any]] = [
        _chunk({"role": "assistant", "content": None}),
        *map(_chunk, calls if name else [{"content": SUMMARY}]),
        _chunk({}, "tool_calls" if name else "stop"),
        {
            **_chunk({}),
            "choices": [],
            "usage": {"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 10},
        },
    ]
    events = [f"data: {json.dumps(each)}\n\n".encode() for each in told]
    return STREAM + b"".join(map(wire.chunk, [*events, b"data: [DONE]\n\n", b""]))


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "script",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        "usage": None,
    }


def _json(content: object, status: int = 200) -> bytes:
    return wire.response(json.dumps(content, separators=(",", ":")).encode(), status)


async def _serve(place: socket.socket, redis: Path) -> None:
    async with await wire.serve(World(redis).handle, place) as server:
        await server.serve_forever()


def main(number: str, redis: str) -> None:
    """Serve until the process ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(socket.socket(fileno=int(number)), Path(redis)))


if __name__ == "__main__":
    main(*sys.argv[1:])
