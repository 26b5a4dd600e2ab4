"""Assembles an answer from the chunks of its stream, or from one document. Pure.

All choices are parts of one answer. A `message` counts only where no delta did. Values of an
unexpected type are treated as missing.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from brain.cloud.model.calls import Call, Calls
from brain.cloud.model.carried import merged, unknown_fields
from brain.cloud.model.speech import Growth, Speech
from brain.cloud.model.text_calls import TextCall, text_calls
from brain.cloud.model.usage import cached_in, has_usage, parts_in, tokens_in, usd_in
from brain.cloud.model.values import as_index, as_object, as_objects, as_text, parsed
from brain.codec import Json
from brain.run.ports import Delta

MOST_CHOICES = 16
CALLS_APART = 1_000  # between the indexes that listeners are told for calls of two choices

_THOUGHT_FIELDS = ("reasoning", "reasoning_content")
_THOUGHT_PARTS = frozenset({"thinking", "reasoning", "reasoning_content"})


class Choice:
    """One choice as received so far."""

    def __init__(self, offered: Mapping[str, Json], *, number: int, held: bool) -> None:
        self.finish = ""  # the last finish_reason
        self.extra: Json = {}
        self.has_thought = False
        self.speech = Speech(held=held)
        self.calls = Calls(offered, first=number * CALLS_APART)
        self._spoken = False
        self._thought = Growth()
        self._message: Json = {}

    def feed(self, choice: Json) -> list[Delta]:
        """Add what a chunk says of this choice, and return what may be shown."""
        if reason := as_text(choice.get("finish_reason")):
            self.finish = reason
        self._message = as_object(choice.get("message")) or self._message
        return self._take(as_object(choice.get("delta")))

    def end(self) -> list[Delta]:
        """End the choice. Of its message, the fields that no delta had are taken."""
        message = dict(self._message)
        for key, is_known in (
            ("content", self._spoken),
            ("refusal", self._spoken),
            ("tool_calls", len(self.calls) > 0),
            ("function_call", len(self.calls) > 0),
            *((key, self.has_thought) for key in _THOUGHT_FIELDS),
            *((key, True) for key in self.extra),
        ):
            if is_known:
                message.pop(key, None)
        deltas = self._take(message)
        held = self._thought.end()
        return [*deltas, *_thoughts(held), *self.speech.end()]

    def _take(self, delta: Json) -> list[Delta]:
        merged(self.extra, unknown_fields(delta))
        thought, text = _split_content(delta.get("content"))
        reasonings = [as_text(delta.get(key)) for key in _THOUGHT_FIELDS]
        reasoning = next(filter(None, reasonings), "")
        self.has_thought = self.has_thought or bool(reasoning or thought)
        deltas = _thoughts(self._thought.feed(reasoning) + thought)
        if text := text or as_text(delta.get("refusal")):
            self._spoken = True
            deltas += self.speech.feed(text)
        deltas += self.calls.feed(as_objects(delta.get("tool_calls")))
        if legacy := as_object(delta.get("function_call")):
            deltas += self.calls.feed([{"function": legacy}], legacy=True)
        return deltas


class Assembled(Struct, frozen=True, kw_only=True):
    """An answer that is put together. `extra` are fields of its message that we do not know."""

    text: str
    calls: tuple[Call, ...]
    extra: Json = field(default_factory=dict)


class Assembly:
    """One answer as received so far. `offered` are the schemas of the request's tools, by name.

    `held`: the model's template opens a thought without a tag, so no text is shown before its
    closing tag or the end.
    """

    def __init__(self, offered: Mapping[str, Json] | None = None, *, held: bool = False) -> None:
        self.tokens = 0
        self.parts = (0, 0)  # the tokens of the request and of the answer, as reported
        self.cached = 0  # the tokens of the request that the provider had kept
        self.usd: float | None = None  # what the provider says that it costs
        self.is_done = False  # `[DONE]` arrived, or it was one document
        self._offered = offered or {}
        self._held = held
        self._choices: dict[int, Choice] = {}

    @property
    def finishes(self) -> list[str]:
        """The finish_reasons of all choices, as far as they have arrived."""
        return [choice.finish for choice in self._choices.values() if choice.finish]

    @property
    def is_said(self) -> bool:
        """Whether something is said or called; thoughts and white space are not."""
        choices = self._choices.values()
        return any(choice.speech.is_said or len(choice.calls) for choice in choices)

    @property
    def begun(self) -> bool:
        """Whether anything arrived."""
        choices = self._choices.values()
        return self.is_said or any(one.has_thought or one.speech.begun for one in choices)

    @property
    def opens_thought(self) -> bool:
        """Whether a thought without an opening tag was found."""
        return any(choice.speech.opened for choice in self._choices.values())

    def feed(self, chunk: Json) -> list[Delta]:
        """Add a chunk and return what may be shown. Raises ModelUnavailable if it is too long."""
        if has_usage(chunk):
            self._count(chunk)
        deltas: list[Delta] = []
        for place, given in enumerate(as_objects(chunk.get("choices"))):
            number = as_index(given.get("index"))
            number = place if number is None else number
            choice = self._choices.get(number)
            if choice is None and len(self._choices) < MOST_CHOICES:
                # Texts of several choices are joined at the end; listeners see the first one.
                held = self._held or bool(self._choices)
                choice = Choice(self._offered, number=len(self._choices), held=held)
                self._choices[number] = choice
            if choice is not None:
                deltas += choice.feed(given)
        return deltas

    def _count(self, chunk: Json) -> None:
        self.tokens = max(self.tokens, tokens_in(chunk))
        self.parts = max(self.parts, parts_in(chunk), key=sum)
        self.cached = max(self.cached, cached_in(chunk))
        usd = usd_in(chunk)
        self.usd = self.usd if usd is None else max(usd, self.usd or 0.0)

    def end(self) -> tuple[Assembled, list[Delta]]:
        """End the answer. Return it, and what is still to be shown."""
        deltas: list[Delta] = []
        texts: list[str] = []
        calls: list[Call] = []
        extra: Json = {}
        for _, choice in sorted(self._choices.items()):
            deltas += choice.end()
            text, marked = text_calls(choice.speech.text, self._offered)
            own = choice.calls.end()
            added = [call for call in marked if not _is_among(call, own)]
            own += [Call(id="", name=call.name, arguments=call.arguments) for call in added]
            for number, call in enumerate(added, choice.calls.next_number):
                deltas.append(Delta(kind="action", text=call.name, call=number))
                deltas.append(Delta(kind="arguments", text=call.arguments, call=number))
            if choice.speech.pending and not marked:
                deltas.append(Delta(kind="content", text=choice.speech.pending))
            if text.strip() and text not in texts:
                texts.append(text)
            calls += own
            merged(extra, choice.extra)
        whole = Assembled(text="\n\n".join(texts), calls=tuple(calls), extra=extra)
        return whole, deltas


def _is_among(call: TextCall, calls: list[Call]) -> bool:
    """Whether a call in the text was also sent as a call."""
    value = parsed(call.arguments)
    return any(one.name == call.name and parsed(one.arguments) == value for one in calls)


def _split_content(content: object) -> tuple[str, str]:
    """Return the thought and the text of a content, which may be a list of parts."""
    if not isinstance(content, list):
        return "", as_text(content)
    thought = text = ""
    for part in content:
        if as_object(part).get("type") in _THOUGHT_PARTS:
            thought += as_text(part.get("thinking")) or as_text(part.get("text"))
        else:
            text += as_text([part])
    return thought, text


def _thoughts(text: str) -> list[Delta]:
    return [Delta(kind="thought", text=text)] if text else []
