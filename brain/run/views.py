"""What is seen of a user's state without changing it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from brain.run.codec import EMPTY_AS_NULL, MILLISECONDS, Form, Named
from brain.run.messages import LogEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A stretch of the log, in order. `first_seq` is the oldest that the store still holds (0:
    none).
    """

    entries: tuple[LogEntry, ...]
    last_seq: int
    first_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """What a listener is told: how far the log reaches, and how many notices wait for one."""

    last_seq: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Occupancy:
    """What became of the channel's word: whether it was news, and whom notices wait for."""

    is_new: bool
    held: int
    user_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What a user's brain is doing, without any text of theirs. `is_subscribed`: somebody is on the
    channel.
    """

    state: Literal["idle", "running", "stopped"]
    run_id: str | None
    loop: int
    activity: str
    started_ms: Annotated[int | None, Named("startedAt"), MILLISECONDS]
    last_event_ms: Annotated[int | None, Named("lastEventAt"), MILLISECONDS]
    last_seq: int
    progress: float | None
    reason: Annotated[str, Named("endedBecause"), EMPTY_AS_NULL]
    is_subscribed: Annotated[bool, Named("listening")] = False
    question_id: Annotated[str | None, Named("question")] = None
    is_listening: bool = False  # somebody is on the channel, or a page streams or asks
    held: int = 0


STATUS = Form(Status, without=("is_listening", "held"))
