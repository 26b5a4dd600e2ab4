"""What the user said and what the brain says: the entries of the per-user log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from brain.run.tools import Json


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

    whom: Literal["user", "client"]
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
class Utterance:
    """What the user said, with its place in the log. `decision`: they answered a question by it."""

    id: str
    seq: int
    text: str
    message_id: str
    run_id: str
    created_at: datetime
    agent_call_id: str | None = None
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What the brain says, with its place in the log. `done_after_this` marks the terminal one of
    its run; `foreign` one that may quote what others wrote. The id of a question is its message's.
    """

    id: str
    seq: int
    kind: Kind
    text: str
    done_after_this: bool
    run_id: str
    answers_seq: int
    created_at: datetime
    agent_call_id: str | None = None
    speak: Speak = Speak.NOW
    expires_at: datetime | None = None
    supersedes: str | None = None
    question: Question | None = None
    foreign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A message before the log has given it its place. Only the log knows whether it becomes
    terminal.
    """

    id: str
    kind: Kind
    text: str
    answers_seq: int
    created_at: datetime
    agent_call_id: str | None = None
    speak: Speak = Speak.NOW
    expires_at: datetime | None = None
    supersedes: str | None = None
    question: Question | None = None
    foreign: bool = False

    def placed(self, *, seq: int, run_id: str, done_after_this: bool) -> Message:
        """The message that this draft became at `seq`."""
        return Message(
            id=self.id,
            seq=seq,
            kind=self.kind,
            text=self.text,
            done_after_this=done_after_this,
            run_id=run_id,
            answers_seq=self.answers_seq,
            created_at=self.created_at,
            agent_call_id=self.agent_call_id,
            speak=self.speak,
            expires_at=self.expires_at,
            supersedes=self.supersedes,
            question=self.question,
            foreign=self.foreign,
        )


type LogEntry = Utterance | Message
