"""The answers that a test sets for the scripted model, and the requests that it received."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

type Json = dict[str, Any]


class Call(BaseModel):
    """A tool call. Arguments given as text are sent unchanged, valid JSON or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, Any] | str = {}
    id: str | None = None


class Reply(BaseModel):
    """One answer of the model: its content, its speed, and its faults.

    `delay_s` passes before the status line, `first_token_delay_s` before the first token, and
    `chunk_delay_s` between chunks. `cut_after` breaks the connection after that many chunks.
    `finish_reason` None ends the stream properly but without a reason. `error_body` replaces the
    answer by an error, and `hang` never answers. `repeat` is how many times the answer is used.
    `prompt_tokens` is what it says the request took.
    `gates` maps the name of a gate to the index of a chunk: the answer waits before that chunk
    until the gate is opened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    calls: tuple[Call, ...] = ()
    delay_s: float = Field(default=0.0, ge=0)
    first_token_delay_s: float = Field(default=0.0, ge=0)
    chunk_delay_s: float = Field(default=0.0, ge=0)
    cut_after: int | None = None
    status: int = Field(default=200, ge=200, le=599)
    headers: dict[str, str] = {}
    error_body: bool = False
    finish_reason: str | None = "auto"
    hang: bool = False
    prompt_tokens: int = Field(default=1, ge=0)
    gates: dict[str, int] = {}
    repeat: int = Field(default=1, ge=1)


class Script(BaseModel):
    """Answers to the requests in which any user message contains `match`; None: to all requests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str | None = None
    answers: tuple[Reply, ...]

    def answer(self, k: int) -> Reply | None:
        """Return the answer to request number `k`, counted from 0; None if all have been given."""
        for reply in self.answers:
            if k < reply.repeat:
                return reply
            k -= reply.repeat
        return None


class Directions:
    """The scripts, the progress of each, and in `calls` every request so far.

    The `end` of a request is None at first, then `told`, or `left` if its client disconnected
    before.
    """

    def __init__(self) -> None:
        self.calls: list[Json] = []
        self._scripts: list[Script] = []
        self._given: list[int] = []

    def add(self, script: Script) -> None:
        self._scripts.append(script)
        self._given.append(0)

    def next(self, request: Json, *, at: float) -> Reply | None:
        """Record a request, and return the answer that the scripts have for it; None if there is no
        answer.

        The first script that matches and has an answer left is used.
        """
        said = _said(request["messages"])
        for i, script in enumerate(self._scripts):
            fits = script.match is None or any(script.match in text for text in said)
            reply = script.answer(self._given[i]) if fits else None
            if reply is not None:
                self._given[i] += 1
                self._note(request, script.match, at)
                return reply
        self._note(request, None, at)
        return None

    def _note(self, request: Json, match: str | None, at: float) -> None:
        messages = request["messages"]
        fields = {k: v for k, v in request.items() if k != "messages"}
        self.calls.append(
            {
                "at": at,
                "end": None,
                "match": match,
                "count": len(messages),
                "lastRole": messages[-1].get("role") if messages else None,
                "messages": messages,
                "fields": fields,
            }
        )


def _said(messages: Sequence[Json]) -> list[str]:
    return [str(m.get("content") or "") for m in messages if m.get("role") == "user"]
