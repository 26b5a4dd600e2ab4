"""A turn by hand, without any promise: no token, no lease, no place in a log, no recovery.

It reads the user's state with one call of the store, asks the model once per loop, and stores each
answer with one call. The two candidates that do this differ in what carries their requests.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

SYSTEM = "You are a voice assistant."
QUIT = "sayToUserAndQuit"
KEEP_S = "600"  # seconds
TOOL = {
    "type": "function",
    "function": {
        "name": QUIT,
        "description": "Answer the user.",
        "parameters": {"type": "object", "properties": {"message": {"type": "string"}}},
    },
}
DATA, DONE = "data: ", "data: [DONE]"

type Json = dict[str, Any]
type Command = Sequence[str]
type Store = Callable[[Sequence[Command]], Awaitable[list[Any]]]  # the results, in order
type Model = Callable[[Sequence[Json]], Awaitable[Json]]  # the call of a tool
type Search = Callable[[str], Awaitable[str]]  # what was found, as the engine wrote it


def keys(user: str) -> tuple[str, str]:
    """Return the names of the user's keys: log and state."""
    return f"floor:{user}:log", f"floor:{user}:run"


async def turn(user: str, text: str, store: Store, model: Model, search: Search) -> str:
    """Answer a text."""
    log, run = keys(user)
    _, known, number = await store(
        [["HGETALL", run], ["LRANGE", log, "0", "-1"], ["HINCRBY", run, "turns", "1"]]
    )
    said = [{"role": "user", "content": text}]
    messages = [{"role": "system", "content": SYSTEM}, *map(json.loads, known), *said]
    while (call := await model(messages))["name"] != QUIT:
        made = [
            {
                "role": "assistant",
                "tool_calls": [{"id": "c", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": "c", "content": await _result(call, search)},
        ]
        messages += made
        await store([["HSET", run, "journal", json.dumps(made)], ["EXPIRE", run, KEEP_S]])
    answer = str(json.loads(call["arguments"])["message"])
    said.append({"role": "assistant", "content": answer})
    await store(
        [
            ["RPUSH", log, *map(json.dumps, said)],
            ["HSET", run, "answered", str(number)],
            ["EXPIRE", log, KEEP_S],
        ]
    )
    return answer


async def _result(call: Json, search: Search) -> str:
    query = json.loads(call["arguments"]).get("query")
    return await search(query) if query else "The arguments are invalid."


def asked_for(messages: Sequence[Json]) -> bytes:
    """Return the body of a model's request."""
    asked = {"model": "script", "stream": True, "messages": messages, "tools": [TOOL]}
    return json.dumps(asked, separators=(",", ":")).encode()


class Call:
    """Puts the call of a tool together from the lines of a stream."""

    def __init__(self) -> None:
        self._name = ""
        self._arguments: list[str] = []

    def add(self, line: str) -> None:
        if not line.startswith(DATA) or line == DONE:
            return
        for choice in json.loads(line[len(DATA) :])["choices"]:
            for call in choice["delta"].get("tool_calls") or ():
                self._name = call["function"].get("name") or self._name
                self._arguments.append(call["function"].get("arguments") or "")

    def made(self) -> Json:
        return {"name": self._name, "arguments": "".join(self._arguments)}
