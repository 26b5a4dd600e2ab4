"""Who acts in the stories: the stores on one Redis, and what is said to them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.golden.forms import (
    Answered,
    Arrival,
    Asking,
    ClientTool,
    Commit,
    CommitKind,
    Decision,
    Draft,
    Kind,
    LeaseToken,
    Limits,
    Question,
    RedisNoticeBoard,
    RedisReminders,
    RedisShownBlock,
    RedisStore,
    Remark,
    Returned,
    Spent,
    Stop,
    ToolCall,
    WakeCall,
)
from tests.golden.keeps import START_MS, USER, Keep
from tests.golden.samples import NOON

LATER = NOON + timedelta(days=7)
CALL = ToolCall(id="c1", name="send", arguments='{"to":"anna"}')
LEASE_S = 30.0  # seconds; the default of the code that wrote the golden files
STRICT = Limits(lease_s=LEASE_S, texts_per_minute=2, heard_entries=2, tail_entries=2)


class Brain:
    """Everything that changes a user's keys. `strict` and `brief` have the same keys and lower
    limits.
    """

    def __init__(self, keep: Keep) -> None:
        self.keep = keep
        self.store = RedisStore(keep.redis, Limits(lease_s=LEASE_S))
        self.strict = RedisStore(keep.redis, STRICT, has_archive=True)
        self.brief = RedisStore(keep.redis, Limits(lease_s=LEASE_S, tail_entries=1))
        self.board = RedisNoticeBoard(keep.redis)
        self.block = RedisShownBlock(keep.redis)
        self.reminders = RedisReminders(keep.redis)


@dataclass(frozen=True)
class Step:
    """A call, under the name that the golden file has it by; before it `after_s` seconds pass."""

    name: str
    call: Callable[[Brain], Awaitable[Any]]
    after_s: float = 0


type Story = Sequence[Step]


def said(
    text: str = "Hi",
    *,
    by: str = "h1",
    run: str = "r1",
    message_id: str = "",
    context: tuple[Remark, ...] = (),
    tools: tuple[ClientTool, ...] = (),
    agent_call_id: str | None = None,
    decision: Decision | None = None,
    is_spoken: bool = False,
    language: str | None = None,
) -> Arrival:
    return Arrival(
        user_id=USER,
        id=f"id-{text}",
        text=text,
        message_id=message_id or f"m-{text}",
        agent_call_id=agent_call_id,
        recent_context=context,
        created_at=NOON,
        holder=by,
        new_run_id=run,
        client_tools=tools,
        decision=decision,
        is_spoken=is_spoken,
        language=language,
    )


def draft(text: str, kind: Kind = Kind.SAY, **more: Any) -> Draft:
    named = {"answers_seq": 1, "created_at": NOON, **more}
    return Draft(id=f"id-{text}", kind=kind, text=text, **named)


def token(fence: int = 1, run: str = "r1") -> LeaseToken:
    return LeaseToken(user_id=USER, run_id=run, fence=fence)


def commit(step: int, kind: CommitKind, *texts: str, **more: Any) -> Commit:
    spent = Spent(started_ms=START_MS, loops=step + 1, tokens=7 * step, handoffs=step, pace_ms=150)
    named = {"spent": spent, "drafts": tuple(map(draft, texts)), **more}
    return Commit(step=step, kind=kind, **named)


def ask(
    step: int,
    id: str,
    *,
    supersedes: str | None = None,
    whom: Any = "user",
    expires_at: datetime = LATER,
) -> Commit:
    """A commit with which the run rests."""
    question = Question(whom=whom, tool="send", arguments={"to": "anna"}, expires_at=expires_at)
    asked = Draft(
        id=id,
        kind=Kind.QUESTION,
        text="Shall I?",
        answers_seq=1,
        created_at=NOON,
        expires_at=expires_at,
        supersedes=supersedes,
        question=question,
    )
    return Commit(
        step=step,
        kind=CommitKind.REST,
        spent=Spent(started_ms=START_MS, loops=step + 1),
        entries=(Answered(text="", calls=(CALL,), tokens=1),),
        drafts=(draft("So"), asked),
        asking=Asking(
            asked=Returned(tool_call_id=CALL.id, text="Asked."),
            not_asked=Returned(tool_call_id=CALL.id, text="Not asked.", failed=True),
        ),
    )


def decision(verdict: Any, of: str = "q1", *, to: str = "anna", result: str = "") -> Decision:
    return Decision(
        question_id=of, verdict=verdict, tool="send", arguments={"to": to}, result=result
    )


def wake_call(reason: Any, *, run: str = "r1", fence: int = 0, wake: int = 0) -> WakeCall:
    return WakeCall(user_id=USER, run_id=run, reason=reason, fence=fence, wake=wake)


def stop(run: str | None = None) -> Stop:
    return Stop(user_id=USER, run_id=run, plain=draft("Stopped."), unsure=draft("In an act."))
