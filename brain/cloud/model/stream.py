"""Assembles a chat completion from the chunks of its stream. Pure: chunks in, pieces out.

Servers differ in details. Normally only the first fragment of a tool call has an id and a name, and
the others have its `index`. But some servers repeat id and name in each fragment, some number all
calls 0, some omit the id or the index, and some send a whole call at once. So values of an
unexpected type are treated as missing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from brain.cloud.model.faults import Failure
from brain.codec import Json
from brain.errors import ModelCut, ModelUnavailable
from brain.run.journal import Answered
from brain.run.ports import Delta
from brain.tools.spec import ToolCall

MAX_TEXT_CHARS = 128 * 1024  # hours of speech; only a model that repeats itself reaches it
MAX_ARGUMENT_CHARS = 256 * 1024  # for all calls together; a long document has 100,000


@dataclass(kw_only=True, slots=True)
class _Call:
    """A tool call as received so far."""

    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)


class Assembly:
    """One answer as received so far. `finish` is its finish_reason, None until it arrives."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.tokens = 0
        self.calls: list[_Call] = []
        self._by_index: dict[object, _Call] = {}
        self._pieces: list[str] = []
        self._text_chars = 0
        self._argument_chars = 0
        self._thought = False

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def begun(self) -> bool:
        """Whether anything arrived that the user may already have seen."""
        return self._thought or bool(self._pieces) or bool(self.calls)

    def feed(self, chunk: Json) -> list[Delta]:
        """Add a chunk and return its new pieces.

        Raises ModelUnavailable if the answer exceeds MAX_TEXT_CHARS or MAX_ARGUMENT_CHARS.
        """
        tokens = _object(chunk.get("usage")).get("total_tokens")
        if isinstance(tokens, int):
            self.tokens = tokens
        choices = _objects(chunk.get("choices"))
        return self._take(choices[0]) if choices else []

    def _take(self, choice: Json) -> list[Delta]:
        if reason := choice.get("finish_reason"):
            self.finish = str(reason)
        # `message` instead of `delta`: a server that does not stream.
        delta = _object(choice.get("delta")) or _object(choice.get("message"))
        deltas = [*self._think(delta), *self._speak(delta)]
        for fragment in _objects(delta.get("tool_calls")):
            deltas += self._act(fragment)
        return deltas

    def _think(self, delta: Json) -> list[Delta]:
        thought = _text(delta.get("reasoning")) or _text(delta.get("reasoning_content"))
        if not thought:
            return []
        self._thought = True
        return [Delta(kind="thought", text=thought)]

    def _speak(self, delta: Json) -> list[Delta]:
        piece = _text(delta.get("content")) or _text(delta.get("refusal"))
        if not piece:
            return []
        self._text_chars += len(piece)
        if self._text_chars > MAX_TEXT_CHARS:
            raise ModelUnavailable(f"the answer has more than {MAX_TEXT_CHARS} characters")
        self._pieces.append(piece)
        return [Delta(kind="content", text=piece)]

    def _act(self, fragment: Json) -> list[Delta]:
        function = _object(fragment.get("function"))
        name = _text(function.get("name"))
        call = self._call_of(fragment.get("index"), _text(fragment.get("id")), name)
        number = self.calls.index(call)
        piece = _arguments(function.get("arguments"))
        self._argument_chars += len(piece)
        if self._argument_chars > MAX_ARGUMENT_CHARS:
            raise ModelUnavailable(f"the tool calls have more than {MAX_ARGUMENT_CHARS} characters")
        call.pieces.append(piece)
        deltas = [Delta(kind="arguments", text=piece, call=number)] if piece else []
        if call.name or not name:
            return deltas
        call.name = name
        return [Delta(kind="action", text=name, call=number), *deltas]

    def _call_of(self, index: object, tool_call_id: str, name: str) -> _Call:
        """Return the call that a fragment belongs to: a known one or a new one."""
        if not isinstance(index, int):
            index = None
        last = self.calls[-1] if self.calls else None
        known = last if index is None else self._by_index.get(index)
        if known and _continues(known, index, tool_call_id, name):
            return known
        call = _Call(id=tool_call_id)
        self.calls.append(call)
        self._by_index[index] = call
        return call


def conclude(
    assembly: Assembly, failure: Failure | None, taken_ids: Sequence[str]
) -> Answered | Failure:
    """Return the result after the stream ended, normally or with `failure`.

    A returned Failure means that nothing arrived and a retry is possible. Raises ModelCut if the
    answer was cut off, ModelUnavailable if it is empty or was filtered. `taken_ids` are the ids of
    earlier tool calls.
    """
    match assembly.finish:
        case None | "error":
            failure = failure or Failure(reason="the answer ended without a finish_reason")
            if assembly.begun:
                raise ModelCut(failure.reason, text=assembly.text)
            return failure
        case "content_filter":
            raise ModelUnavailable("the provider's content filter stopped the answer")
        case "length" if not all(_is_json(call.arguments) for call in assembly.calls):
            raise ModelCut("the answer reached its length limit", text=assembly.text)
    if assembly.text.strip() or assembly.calls:
        calls = _with_ids(assembly.calls, taken_ids)
        return Answered(text=assembly.text, calls=calls, tokens=assembly.tokens)
    if assembly.begun:
        raise ModelUnavailable("empty answer")
    return Failure(reason="empty answer")


def _continues(known: _Call, index: object, tool_call_id: str, name: str) -> bool:
    if not name:
        return True
    if tool_call_id:
        return tool_call_id == known.id
    return index is not None  # with an index the name is repeated; without one it is a new call


def _with_ids(calls: Sequence[_Call], taken_ids: Sequence[str]) -> tuple[ToolCall, ...]:
    """Return the calls, each with an id that is unique in the whole transcript.

    Idempotency keys are derived from these ids. Some servers send no ids, or the same ones in every
    answer; then two different calls would look like one.
    """
    taken = set(taken_ids)
    named: list[ToolCall] = []
    for call in calls:
        tool_call_id, number = call.id, len(taken)
        while not tool_call_id or tool_call_id in taken:
            tool_call_id, number = f"call_{number}", number + 1
        taken.add(tool_call_id)
        named.append(ToolCall(id=tool_call_id, name=call.name, arguments=call.arguments))
    return tuple(named)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a text; some servers send it as a list of parts."""
    if isinstance(value, str):
        return value
    return "".join(_text(part.get("text")) for part in _objects(value))


def _arguments(value: object) -> str:
    """Return a call's arguments as JSON text; some servers send the object itself."""
    return json.dumps(value) if isinstance(value, dict) else _text(value)
