"""What the scripted model is told to answer, and what it was asked."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

type Json = dict[str, Any]


class Call(BaseModel):
    """A tool call. Arguments given as a text go out as they are, valid JSON or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, Any] | str = {}
    id: str | None = None


class Reply(BaseModel):
    """One answer of the model: what it says, how fast, and what goes wrong on the way.

    `delay_s` passes before the status line, `first_token_delay_s` between it and the first token,
    `chunk_delay_s` between chunks. `cut_after` breaks the connection after so many chunks,
    `finish_reason` None ends the stream properly but without one, `error_body` puts an error in
    the place of the answer, `hang` never answers. `repeat` uses the answer that many times. Before
    the chunk that a name in `gates` gives (0: the first) it waits until that gate is opened.
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
    gates: dict[str, int] = {}
    repeat: int = Field(default=1, ge=1)


class Script(BaseModel):
    """Answers for the requests in which any user message contains `match`; None: for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str | None = None
    answers: tuple[Reply, ...]

    def answer(self, k: int) -> Reply | None:
        """The answer to the k-th request, from 0; None when all have been given."""
        for reply in self.answers:
            if k < reply.repeat:
                return reply
            k -= reply.repeat
        return None


class Directions:
    """The scripts, how far each has got, and every request since the beginning, in `calls`: its
    `end` is None at first, and then `told` or, when its client went before, `left`.
    """

    def __init__(self) -> None:
        self.calls: list[Json] = []
        self._scripts: list[Script] = []
        self._given: list[int] = []

    def add(self, script: Script) -> None:
        self._scripts.append(script)
        self._given.append(0)

    def next(self, request: Json, *, at: float) -> Reply | None:
        """Take note of a request, and the answer that the scripts have for it, if any.

        The first script that fits and has an answer left gives it.
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
