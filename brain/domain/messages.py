"""What the user said and what the brain says: the entries of the per-user log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


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
class Utterance:
    """What the user said, with its place in the log."""

    id: str
    seq: int
    text: str
    message_id: str
    run_id: str
    created_at: datetime
    call_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What the brain says, with its place in the log. `done_after_this` marks the terminal one of
    its run; `foreign` one that may quote what others wrote.
    """

    id: str
    seq: int
    kind: Kind
    text: str
    done_after_this: bool
    run_id: str
    answers_seq: int
    created_at: datetime
    call_id: str | None = None
    speak: Speak = Speak.NOW
    expires_at: datetime | None = None
    supersedes: str | None = None
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
    call_id: str | None = None
    speak: Speak = Speak.NOW

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
            call_id=self.call_id,
            speak=self.speak,
        )


type LogEntry = Utterance | Message
