"""What the user said and what the brain says: the entries of the per-user log."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from brain.codec import SPARSE, Json, Named


class Kind(StrEnum):
    """What a message is for; the page shows each in its own way."""

    SAY = "say"
    BREADCRUMB = "breadcrumb"
    NOTIFICATION = "notification"
    ERROR = "error"
    QUESTION = "question"


class Speak(StrEnum):
    """When a voice front end reads a message aloud."""

    NOW = "now"
    WHEN_IDLE = "whenIdle"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One line of the conversation between the user and the voice agent that the log does not hold
    yet.
    """

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a message of kind question waits for: a yes of the user to a call (`whom` is user), or
    what came of it in their front end (client).

    It is bound to just these arguments, and to its place in the log: what was said before it is no
    answer to it.
    """

    whom: Annotated[Literal["user", "client"], Named("for")]
    tool: str
    arguments: Json
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided on a question: that its call runs (approve), with `arguments`, which the
    user may have edited; that it does not (reject); or what came of it in the front end (answer).
    """

    question_id: str
    verdict: Literal["approve", "reject", "answer"]
    tool: str
    arguments: Json
    result: str = ""


class How(StrEnum):
    """What became of a message at the user's ear."""

    PLAYED = "played"
    CUT_OFF = "cutOff"
    UNSPOKEN = "unspoken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """How much of the message at `seq` was heard: `chars` of it, where it was cut off."""

    seq: int
    how: How
    chars: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class UtteranceDraft:
    """What the user said, before the log has given it its place. `decision`: they answered a
    question by it.
    """

    id: str
    text: str
    message_id: str
    agent_call_id: Annotated[str | None, Named("callId")] = None
    created_at: datetime
    decision: Annotated[Decision | None, SPARSE] = None

    def placed(self, *, seq: int, run_id: str) -> "Utterance":
        """The utterance that this became at `seq`."""
        return Utterance(**_shared(self, UtteranceDraft), seq=seq, run_id=run_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance(UtteranceDraft):
    """What the user said, with its place in the log."""

    seq: int
    run_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What the brain says, before the log has given it its place. Only the log knows whether it
    becomes terminal.

    `foreign` marks one that may quote what others wrote. The id of a question is its message's.
    """

    id: str
    kind: Kind
    text: str
    answers_seq: int
    agent_call_id: Annotated[str | None, Named("callId")] = None
    speak: Speak = Speak.NOW
    expires_at: datetime | None = None
    supersedes: str | None = None
    created_at: datetime
    question: Annotated[Question | None, SPARSE] = None
    foreign: Annotated[bool, SPARSE] = False

    def placed(self, *, seq: int, run_id: str, done_after_this: bool) -> "Message":
        """The message that this draft became at `seq`."""
        return Message(
            **_shared(self, Draft), seq=seq, run_id=run_id, done_after_this=done_after_this
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Message(Draft):
    """What the brain says, with its place in the log. `done_after_this` marks the terminal message
    of its run.
    """

    seq: int
    run_id: str
    done_after_this: bool


type LogEntry = Utterance | Message


def _shared(value: object, kind: type) -> dict[str, Any]:
    """The fields of `kind` with what they are in a value that has them too."""
    return {field.name: getattr(value, field.name) for field in fields(kind)}
