"""What an instance has learned about a model, and the requests that follow from it."""

from collections.abc import Sequence

from msgspec import Struct, field

from brain.cloud.model.carried import restored
from brain.cloud.model.faults import Failure
from brain.cloud.model.signs import Window
from brain.codec import Json, dumps
from brain.errors import FaultClass
from brain.run.ports import CARRIED, Prompt

UNFIT_S = 600.0  # seconds after which a model that refused everything is asked again
ANSWER_TOKENS = 1_000  # to leave in the window for the answer
ANSWER_SHARE = 0.25  # of a small window, instead
CHARS_PER_TOKEN = 3  # if only the window is known; a low estimate, so that the request fits
SHRINK = 2 / 3  # of the characters, if nothing is known
MOST_KEPT = 0.9  # of the characters, in any case

# The two names of the length of an answer: newer models of OpenAI know only the second one.
_OTHER_NAME = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_BOUNDS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength"}
    | {"maxLength", "minItems", "maxItems", "uniqueItems", "pattern", "format", "default"}
)


class Known(Struct, kw_only=True):
    """What is known about one model.

    `dropped` are optional fields that it rejects. `refuses_carried`: it rejects its own fields.
    `is_loose`: it takes schemas without bounds only. `room` is how many characters of messages and
    tools it takes. `opens_thought`: its texts begin with a thought without a tag. `unfit` is why
    it refuses everything, until `unfit_until`. `rests_until` is when it may be asked again after a
    cut. Times are of the loop.
    """

    dropped: set[str] = field(default_factory=set)
    refuses_carried: bool = False
    is_loose: bool = False
    room: int | None = None
    opens_thought: bool = False
    unfit: Failure | None = None
    unfit_until: float = 0.0
    rests_until: float = 0.0

    def is_unfit(self, prompt: Prompt, now: float) -> bool:
        """Whether the model is known to refuse this prompt."""
        if self.unfit is None or now >= self.unfit_until:
            return False
        return self.unfit.fault is not FaultClass.NO_TOOLS or bool(prompt.tools)


def request(model: str, prompt: Prompt, known: Known, optional: Json) -> Json:
    """Return the body of a request to a model."""
    body: Json = {
        "model": model,
        "messages": restored(prompt.messages, model, refused=known.refuses_carried),
        "stream": True,
        **accepted(optional, known),
    }
    if prompt.tools:
        body["tools"] = _loose(list(prompt.tools)) if known.is_loose else prompt.tools
    return body


def accepted(optional: Json, known: Known) -> Json:
    """Return the optional fields that the model is not known to reject, under a name it takes."""
    found: Json = {}
    for name, value in optional.items():
        names = (name, _OTHER_NAME.get(name, name))
        taken = next((one for one in names if one not in known.dropped), None)
        if taken is not None:
            found[taken] = value
    return found


def carries(prompt: Prompt, model: str) -> bool:
    """Whether a request to the model has fields that it sent itself."""
    return any((message.get(CARRIED) or {}).get("model") == model for message in prompt.messages)


def offered_tools(tools: Sequence[Json]) -> dict[str, Json]:
    """Return the schemas of the tools, by name."""
    functions = [tool.get("function") or {} for tool in tools]
    return {str(one.get("name")): one.get("parameters") or {} for one in functions}


def fitted(prompt: Prompt, known: Known) -> Prompt:
    """Return the prompt in a size that the model takes, as far as this is known and possible."""
    if known.room is None or _chars(prompt) <= known.room:
        return prompt
    return prompt.shorter(max(0, known.room - _tool_chars(prompt))) or prompt


def shrunk(prompt: Prompt, known: Known, window: Window | None) -> Prompt | None:
    """Return a smaller prompt after a refusal, and note its size; None if nothing can go."""
    room = _room(_chars(prompt), window or Window())
    smaller = prompt.shorter(max(0, room - _tool_chars(prompt)))
    if smaller is None or _chars(smaller) >= _chars(prompt):
        return None
    known.room = room
    return smaller


def _room(chars: int, window: Window) -> int:
    """Return how many characters a model takes that has refused `chars` of them."""
    tokens = max(window.limit - ANSWER_TOKENS, window.limit * (1 - ANSWER_SHARE))
    if window.limit and window.asked:
        return int(min(chars * tokens / window.asked, chars * MOST_KEPT))
    if window.limit and tokens * CHARS_PER_TOKEN < chars:
        return int(min(tokens * CHARS_PER_TOKEN, chars * MOST_KEPT))
    return int(chars * SHRINK)


def _chars(prompt: Prompt) -> int:
    return len(dumps({"messages": list(prompt.messages)})) + _tool_chars(prompt)


def _tool_chars(prompt: Prompt) -> int:
    return len(dumps({"tools": list(prompt.tools)}))


def _loose(schema: object, *, names: bool = False) -> object:
    """Return schemas without bounds. `names`: the keys are names of properties."""
    if isinstance(schema, list):
        return [_loose(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _loose(value, names=key == "properties" and not names)
        for key, value in schema.items()
        if names or key not in _BOUNDS
    }
