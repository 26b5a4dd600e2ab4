"""The forms of OpenAI's chat completions: chunks, whole answers, models and errors."""

from typing import Literal

from msgspec import Struct

from brain.codec import Json, dumps

type Finish = Literal["stop", "tool_calls"]

BEAT = b": still here\n\n"
DONE = b"data: [DONE]\n\n"
MODEL = "brain"
MODELS: Json = {
    "object": "list",
    "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "second-brain"}],
}


class Sentence(Struct, frozen=True):
    """A sentence as it is to be spoken, with the space after it."""

    text: str


class HandedCall(Struct, frozen=True):
    """A call of one of the platform's tools. `arguments` is JSON text."""

    id: str
    name: str
    arguments: str


type AnswerPart = Sentence | HandedCall


class Usage(Struct, frozen=True, kw_only=True):
    """The tokens of a run's own model calls; 0 where the provider told none."""

    prompt: int = 0
    completion: int = 0

    def to_wire(self) -> Json:
        """Return OpenAI's form."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }


class Head(Struct, frozen=True, kw_only=True):
    """What all chunks of an answer have in common. `created` is in seconds since 1970."""

    id: str
    created: int
    model: str

    def opening(self) -> bytes:
        """Return the first chunk: it says that the text was recorded."""
        return self._chunk({"role": "assistant", "content": ""})

    def part(self, part: AnswerPart) -> bytes:
        """Return the chunk of a sentence or of a call."""
        if isinstance(part, Sentence):
            return self._chunk({"content": part.text})
        return self._chunk({"tool_calls": [{"index": 0, **_call(part)}]})

    def ending(self, finish: Finish, usage: Usage | None) -> bytes:
        """Return the last chunks. `usage` is given if the platform wants to know it."""
        last = b"" if usage is None else self._frame([], usage=usage.to_wire())
        return self._chunk({}, finish) + last + DONE

    def whole(self, parts: list[AnswerPart], finish: Finish, usage: Usage) -> Json:
        """Return the answer in one piece."""
        message: Json = {
            "role": "assistant",
            "content": "".join(part.text for part in parts if isinstance(part, Sentence)).strip(),
        }
        calls = [_call(part) for part in parts if isinstance(part, HandedCall)]
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [choice],
            "usage": usage.to_wire(),
        }

    def _chunk(self, delta: Json, finish: Finish | None = None) -> bytes:
        return self._frame([{"index": 0, "delta": delta, "finish_reason": finish}])

    def _frame(self, choices: list[Json], **more: Json) -> bytes:
        chunk = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
            **more,
        }
        return f"data: {dumps(chunk)}\n\n".encode()


def _call(call: HandedCall) -> Json:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def error(message: str, kind: str, *, param: str | None = None, code: str | None = None) -> Json:
    """Return an error in OpenAI's form."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
