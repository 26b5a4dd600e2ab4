"""A model for jobs: helpers, their reporter and the owner's brain, told apart by the tools that
they are offered.

It keeps no state. How far somebody is follows from the messages, as with a real model, so it does
not matter how often a process dies or a call comes twice. What a helper does stands in its brief,
as JSON after the mark DO.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.model.directions import Call, Reply
from local.model.gates import Gates
from local.model.wire import ReplyResponse, refusal

DO = "DO"
JOB_WORD = re.compile(r"\bword-[0-9a-f]{12}\b")
PROMPT_TOKENS = 500  # a call's, unless the brief says otherwise
LEFT_S = 60.0  # seconds after which a call that nobody closes is given up

type Json = dict[str, Any]
type Role = Literal["brain", "helper", "reporter", "other"]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one helper does: `loops` calls, each after `pause_s`, and with the last one it ends.

    `way`: it finishes; its provider refuses; it never comes to an end; it answers in plain words;
    it says that it could not finish.
    """

    name: str
    loops: int = 2
    pause_s: float = 0.1
    tokens: int = PROMPT_TOKENS
    way: Literal["finishes", "refused", "endless", "plain", "gives up"] = "finishes"

    def brief(self, word: str) -> str:
        return f"Look into {self.name}. {word} {DO} {json.dumps(asdict(self))}"

    @property
    def result(self) -> str:
        return f"All about {self.name}."


@dataclass(kw_only=True)
class Asked:
    """A request to the model. `at` and `ended` are Unix times; `ended` None: it is under way."""

    role: Role
    word: str
    part: Part | None
    messages: list[Json]
    tools: frozenset[str]
    at: float = field(default_factory=time.time)
    ended: float | None = None

    @property
    def said(self) -> list[str]:
        """What the user has said, in order."""
        return [str(m.get("content") or "") for m in self.messages if m.get("role") == "user"]


class Troupe:
    """The model, as an ASGI app. `asked` are all requests so far."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.headlines: dict[str, str] = {}
        self.sent: dict[str, Json] = {}
        self._gates = Gates()

    def of(self, word: str, role: Role | None = None) -> list[Asked]:
        """Return the requests of one job, perhaps only those of a role."""
        return [one for one in self.asked if one.word == word and role in (None, one.role)]

    def of_part(self, word: str, name: str) -> list[Asked]:
        """Return the requests of one helper."""
        return [one for one in self.of(word, "helper") if one.part and one.part.name == name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        content = await Request(scope, receive).json()
        asked = _read(content)
        self.asked.append(asked)
        try:
            response = await self._answer(asked, content)
            await response(scope, receive, send)
        finally:
            asked.ended = time.time()

    async def _answer(self, asked: Asked, content: Json) -> Response:
        match asked.role:
            case "helper" if asked.part is not None and asked.part.way == "refused":
                return refusal(400, "This model cannot do that.", "bad_request")
            case "helper" if asked.part is not None:
                reply, tokens = _helper(asked.part, asked.messages), asked.part.tokens
            case "reporter":
                reply, tokens = self._report(asked), PROMPT_TOKENS
            case _:
                reply, tokens = self._speak(asked), PROMPT_TOKENS
        return ReplyResponse(
            reply.model_copy(update={"prompt_tokens": tokens}),
            gates=self._gates,
            call={},
            model=str(content["model"]),
            stream=bool(content.get("stream")),
            tells_usage=bool((content.get("stream_options") or {}).get("include_usage")),
        )

    def _report(self, asked: Asked) -> Reply:
        headline = self.headlines.get(asked.word, f"Here is the report, {asked.word}.")
        arguments = {"headline": headline, "summary": "In short: everything was looked into."}
        return Reply(calls=(Call(name="fileReport", arguments=arguments),), delay_s=0.1)

    def _speak(self, asked: Asked) -> Reply:
        wanted = self.sent.get(asked.word)
        has_sent = any(message.get("role") == "tool" for message in asked.messages)
        if wanted is not None and not has_sent:
            return Reply(calls=(Call(name="sendHelpers", arguments=wanted),))
        words = "They are on their way." if wanted is not None else "Yes."
        return Reply(calls=(Call(name="sayToUserAndQuit", arguments={"message": words}),))


def _helper(part: Part, messages: Sequence[Json]) -> Reply:
    begun = sum(1 for message in messages if message.get("tool_calls"))
    if part.way == "endless" or begun < part.loops - 1:
        note = Call(name="noteResult", arguments={"text": f"{part.name}, page {begun + 1}"})
        return Reply(calls=(note,), delay_s=part.pause_s)
    if part.way == "plain":
        return Reply(text=part.result, delay_s=part.pause_s)
    done = {"result": part.result, "complete": part.way != "gives up"}
    return Reply(calls=(Call(name="finish", arguments=done),), delay_s=part.pause_s)


def _read(content: Json) -> Asked:
    messages = content["messages"]
    tools = frozenset(str(tool["function"]["name"]) for tool in content.get("tools") or ())
    said = "\n".join(str(m.get("content") or "") for m in messages if m.get("role") == "user")
    words = JOB_WORD.findall(said)
    is_helper, is_reporter = "finish" in tools, "fileReport" in tools
    role: Role = "helper" if is_helper else "reporter" if is_reporter else "brain"
    return Asked(
        role=role,
        word=words[0] if words else "",
        part=_part(said) if is_helper else None,
        messages=messages,
        tools=tools,
    )


def _part(said: str) -> Part | None:
    _, mark, rest = said.partition(f" {DO} ")
    return Part(**json.JSONDecoder().raw_decode(rest)[0]) if mark else None
