"""What a provider says when it refuses, as far as no words must be read. Pure.

`refusals`, `filters` and `waits` read the words.
"""

from typing import Literal, NamedTuple

from brain.cloud.model.values import as_object
from brain.codec import Json

type Lack = Literal["", "modelKey", "modelQuota", "modelName"]

# How the reason begins for which an answer ended.
FINISHES = (
    *("content_filter", "content-filter", "content filter", "safety", "image_safety", "sensitive"),
    *("prohibited", "blocklist", "spii", "moderation", "guardrail", "error_toxic", "refusal"),
)
# Numbers for it: Zhipu, MiniMax (input, output), Spark (input, output).
CODES = frozenset({"1301", "1026", "1027", "10013", "10014"})


class Window(NamedTuple):
    """How many tokens a model takes, and how many the request has; 0 if unknown."""

    limit: int = 0
    asked: int = 0


def is_blocked(chunk: Json) -> bool:
    """Whether a part of an answer says that a filter blocked it, without an error.

    Gemini sends feedback about the prompt, MiniMax a number.
    """
    feedback = as_object(chunk.get("promptFeedback") or chunk.get("prompt_feedback"))
    number = as_object(chunk.get("base_resp")).get("status_code")
    return bool(feedback.get("blockReason") or feedback.get("block_reason")) or str(number) in CODES
