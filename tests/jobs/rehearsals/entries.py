"""Logs for the tests of verdicts and players."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from brain.run.messages import (
    Decision,
    Kind,
    LogEntry,
    Message,
    Question,
    Speak,
    Utterance,
)

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def said(seq: int, text: str, *, at_s: float = 0, **fields: Any) -> Utterance:
    """A text of the player."""
    return Utterance(
        id=f"u{seq}",
        text=text,
        message_id=f"say-{seq}",
        created_at=NOON + timedelta(seconds=at_s),
        seq=seq,
        run_id="r1",
        **fields,
    )


def told(seq: int, text: str, *, at_s: float = 0, **fields: Any) -> Message:
    """A message of the brain."""
    return Message(
        id=f"m{seq}",
        kind=fields.pop("kind", Kind.SAY),
        text=text,
        answers_seq=max(seq - 1, 0),
        created_at=NOON + timedelta(seconds=at_s),
        seq=seq,
        run_id="r1",
        done_after_this=True,
        **fields,
    )


def asked(seq: int, tool: str, arguments: dict[str, Any], *, whom: Any = "user") -> Message:
    """A question of the brain, or a call for the front end."""
    question = Question(whom=whom, tool=tool, arguments=arguments, expires_at=NOON)
    is_client = whom == "client"
    return told(
        seq,
        "" if is_client else f"Shall I {tool}?",
        kind=Kind.QUESTION,
        question=question,
        speak=Speak.SILENT if is_client else Speak.NOW,
    )


def answered(seq: int) -> Utterance:
    """A result of the front end."""
    decision = Decision(question_id="q", verdict="answer", tool="openDoor", arguments={})
    return said(seq, "Done.", decision=decision)


def log_of(*entries: LogEntry) -> Sequence[LogEntry]:
    return entries
