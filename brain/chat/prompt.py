"""What a model is asked."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from brain.codec import Json

CARRIED = "carried"  # key of a message: the fields of `Answered.carried`, for the model adapter


class Prompt(Struct, frozen=True, kw_only=True):
    """The input of the model: messages and tools in the chat completions format.

    An assistant message may have the key `carried`, which is not part of that format: see
    `Answered.carried`. The adapter puts these fields in their places if it asks the same model, and
    removes the key in any case.

    `shorter` returns the same prompt with at most that many characters of messages (as compact
    JSON). If that is not possible, it returns as little as possible; None if nothing can go.
    """

    messages: Sequence[Json]
    tools: Sequence[Json]
    shorter: Callable[[int], "Prompt | None"] = lambda _: None
