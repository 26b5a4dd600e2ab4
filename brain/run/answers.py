"""An answer of the model while it comes."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Delta:
    """A piece of an answer as it comes: `thought` (reasoning), `content` (text), `action` (a tool's
    name, once a call), `arguments` (of a call, JSON in pieces). `call` numbers the answer's calls.
    """

    kind: Literal["thought", "content", "action", "arguments"]
    text: str
    call: int = 0
