"""A stage for the state store's tests: a Redis, one user on it, and what they may say."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from brain.cloud.redis.scripts import BatchRedis, Redis
from brain.cloud.redis.store import RedisStore
from brain.run.journal import Answered, Interrupted, Returned, RunRecord, Spent, Started
from brain.run.limits import Limits
from brain.run.messages import (
    CallTurn,
    Decision,
    Draft,
    Kind,
    Question,
    Remark,
    Utterance,
    UtteranceDraft,
)
from brain.run.moves import (
    Admitted,
    Arrival,
    Asking,
    Commit,
    CommitKind,
    Committed,
    LeaseToken,
    WakeCall,
)
from brain.run.requests import Stop, Withdraw
from brain.tools.spec import ToolCall

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=365 * 100)
CALL = ToolCall(id="c1", name="send", arguments='{"to":"anna"}')
SHORT = Limits(lease_s=0.2, handover_s=0.2)  # seconds; long enough for the steps before the wait
CONTEXT = (Remark(role="user", text="Well"), Remark(role="assistant", text="Yes?"))
RECORDED: tuple[RunRecord, ...] = (
    Answered(text="So", calls=(ToolCall(id="c1", name="note", arguments='{"a":1}'),), tokens=7),
    Started(tool_call_id="c1"),
    Returned(tool_call_id="c1", text="Noted.", failed=True),
    Interrupted(text="And th"),
)

type Verdict = Literal["approve", "reject", "answer"]
type Reason = Literal["handoff", "wakeup", "event"]


class Stage(Struct):
    """A Redis with a unique user."""

    redis: BatchRedis
    pass_time: Callable[[float], Awaitable[None]]
    user: str

    def store(self, limits: Limits | None = None) -> RedisStore:
        return RedisStore(self.redis, limits or Limits())

    async def run_out(self) -> None:
        """Wait until a lease of SHORT has expired."""
        await self.pass_time(SHORT.lease_s * 1.5)

    def arrival(
        self,
        text: str = "Hi",
        *,
        message_id: str = "",
        holder: str = "h1",
        run: str = "r1",
        context: tuple[Remark, ...] = (),
        agent_call_id: str | None = None,
        language: str | None = None,
        turn: CallTurn | None = None,
        replaces: str | None = None,
    ) -> Arrival:
        return Arrival(
            user_id=self.user,
            id=f"id of {text}",
            text=text,
            message_id=message_id or f"message-{text}",
            agent_call_id=agent_call_id,
            recent_context=context,
            created_at=NOON,
            holder=holder,
            new_run_id=run,
            language=language,
            turn=turn,
            replaces=replaces,
            speculative=turn is not None,
        )

    def wake_call(
        self, reason: Reason, *, run: str = "r1", fence: int = 0, wake: int = 0
    ) -> WakeCall:
        return WakeCall(user_id=self.user, run_id=run, reason=reason, fence=fence, wake=wake)

    def utterance(self, text: str, seq: int, *, run: str = "r1") -> Utterance:
        return Utterance(
            id=f"id of {text}",
            seq=seq,
            text=text,
            message_id=f"message-{text}",
            run_id=run,
            created_at=NOON,
        )

    async def begin(self, limits: Limits | None = None) -> Admitted:
        """A run with its first text, held by h1."""
        admitted = await self.store(limits).admit(self.arrival())
        assert isinstance(admitted, Admitted)
        return admitted

    async def ask(
        self,
        token: LeaseToken,
        question: str = "q1",
        *,
        step: int = 0,
        supersedes: str | None = None,
    ) -> Committed:
        """Pause a run with a question with this id."""
        return await self.store().commit(token, asking(step, question, supersedes=supersedes))

    def decision(
        self, verdict: Verdict = "approve", *, of: str = "q1", to: str = "anna"
    ) -> Arrival:
        """A decision as it comes by /api/control."""
        decided = decision(verdict, of=of, to=to)
        message_id = f"{verdict}-{of}-{to}"
        arrival = self.arrival("Yes.", message_id=message_id, holder="h2", run="r2")
        return replace(arrival, decision=decided)

    def stop(self, run: str | None = None) -> Stop:
        return Stop(
            user_id=self.user,
            run_id=run,
            plain=draft("Stopped."),
            unsure=draft("Stopped in an act."),
        )

    def withdraw(self, text: str) -> Withdraw:
        entry = UtteranceDraft(
            id=f"back {text}", text="", message_id=f"message-{text}", created_at=NOON
        )
        return Withdraw(user_id=self.user, entry=entry)

    async def last(self, token: LeaseToken, text: str = "Bye.", *, step: int = 0) -> Committed:
        """End the run."""
        return await self.store().commit(token, commit(step, CommitKind.END, text))


class Watch(Struct):
    """The clock of the Redis in memory."""

    ms: int = 1_769_860_800_000

    async def pass_time(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


class Twice:
    """A connection that loses the first response of each script, so that the adapter retries."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def evaluate(
        self, script: str, keys: Sequence[str], args: Sequence[str], *, limit_s: float
    ) -> Any:
        await self._redis.evaluate(script, keys, args, limit_s=limit_s)
        return await self._redis.evaluate(script, keys, args, limit_s=limit_s)

    async def execute(self, command: Sequence[str], *, limit_s: float) -> Any:
        return await self._redis.execute(command, limit_s=limit_s)


def draft(text: str) -> Draft:
    return Draft(id=f"id of {text}", kind=Kind.SAY, text=text, answers_seq=1, created_at=NOON)


def commit(step: int, move: CommitKind, *texts: str, entries: tuple[RunRecord, ...] = ()) -> Commit:
    return Commit(
        step=step,
        kind=move,
        spent=Spent(started_ms=0, loops=step + 1),
        entries=entries,
        drafts=tuple(draft(text) for text in texts),
    )


def decision(verdict: Verdict = "approve", *, of: str = "q1", to: str = "anna") -> Decision:
    return Decision(question_id=of, verdict=verdict, tool="send", arguments={"to": to})


def asking(step: int, id: str, *, supersedes: str | None = None) -> Commit:
    question = Question(whom="user", tool="send", arguments={"to": "anna"}, expires_at=LATER)
    asked = replace(
        draft("Shall I?"),
        id=id,
        kind=Kind.QUESTION,
        question=question,
        expires_at=LATER,
        supersedes=supersedes,
    )
    return Commit(
        step=step,
        kind=CommitKind.REST,
        spent=Spent(started_ms=0, loops=step + 1),
        entries=(Answered(text="", calls=(CALL,), tokens=1),),
        asking=Asking(
            asked=Returned(tool_call_id=CALL.id, text="Asked."),
            not_asked=Returned(tool_call_id=CALL.id, text="Not asked.", failed=True),
        ),
        drafts=(asked,),
    )


async def texts(stage: Stage) -> list[str]:
    page = await stage.store().read(stage.user, since=0, limit=100)
    assert [entry.seq for entry in page.entries] == list(range(1, page.last_seq + 1))
    return [entry.text for entry in page.entries]
