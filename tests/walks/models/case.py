"""What a case of a strange model server is, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.walks.models.wire import Reply

type Json = dict[str, Any]

TEXT = "Where is my boat?"
ANSWER = "In the harbour."


@dataclass(kw_only=True, slots=True)
class Played:
    """The last message to each text, everything else that was said, and the requests."""

    heard: list[Json] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)
    streamed: str = ""
    requests: list[Json] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def models(self) -> list[str]:
        return [request["model"] for request in self.requests]

    @property
    def last(self) -> str:
        return str(self.heard[-1]["text"])


def anything(_: Played) -> bool:
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A server's answers, what the user says, and what the user hears to each text. None: anything.

    `requests` is how many requests the server got, or at most how many. `right` says what else must
    be true.
    """

    replies: tuple[Reply, ...]
    texts: tuple[str, ...] = (TEXT,)
    hears: tuple[str | None, ...] = (ANSWER,)
    requests: int | range | None = None
    right: Callable[[Played], object] = anything
    teaches: bool = False
    """The brain remembers something about the model for a while, so the case has its own instance
    of the function.
    """
    approves: bool = False
    """The user approves the question that comes at the end."""
