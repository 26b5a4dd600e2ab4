"""What one invocation knows of the run it carries on, and the one way to record a step of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from brain.email.ports import Emails
from brain.memory.ports import Archive, Facts, ShownBlock
from brain.notices.ports import NoticeBoard
from brain.preferences.ports import Wishes
from brain.reminders.ports import Reminders
from brain.run.decisions import is_tainted
from brain.run.deliver import Outbox, Reply
from brain.run.invocations import Tool
from brain.run.journal import Entry, Equipped, Joined, Run, RunRecord, Spent
from brain.run.lease import Lease
from brain.run.limits import Limits
from brain.run.messages import Draft, Heard, LogEntry
from brain.run.moves import Admitted, Asking, Commit, CommitKind, Committed
from brain.run.ports import Channel, Clock, Model, Queue, Schemas
from brain.run.say import SAY_SPECS
from brain.run.state import StateStore
from brain.run.step import started_calls
from brain.run.tools import ToolSpec
from brain.run.wakeup import WakeUp

if TYPE_CHECKING:
    from brain.email.sending import Account


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """What stands behind the ports. `archive`, `wishes`, `memory` and `emails` are None where no
    database is set, `account` where no email account is.
    """

    store: StateStore
    queue: Queue
    channel: Channel
    model: Model
    tools: Mapping[str, Tool]
    clock: Clock
    limits: Limits
    board: NoticeBoard
    block: ShownBlock
    reminders: Reminders
    schemas: Schemas
    archive: Archive | None = None
    wishes: Wishes | None = None
    memory: Facts | None = None
    emails: Emails | None = None
    account: "Account | None" = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """One call of a function by the platform. Times are the clock's: thinking ends at `cut`, the
    process at `deadline`.
    """

    id: str
    started: float
    cut: float
    deadline: float


class OutOfTime(Exception):
    """The invocation's time ended in mid-loop; `text` is what the model had said by then."""

    def __init__(self, text: str = "") -> None:
        super().__init__("out of time")
        self.text = text


@dataclass(kw_only=True, slots=True)
class Turn:
    """The state of one invocation that is the brain.

    `seq` is the newest place of the log that is known here, `last_seq` that of the user's last
    text. `inherited` are the calls that an invocation before us had recorded as started.
    `unrecorded` are results that the journal here has and the store has not yet: they go with the
    next commit, which for tool results overlaps the next model call. `waiting` counts the notices
    that wait for the end of a sentence.
    """

    services: Services
    invocation: Invocation
    reply: Reply
    lease: Lease
    wake_up: WakeUp
    outbox: Outbox
    run: Run
    history: Sequence[LogEntry]
    seq: int
    last_seq: int
    agent_call_id: str | None
    clock_offset_ms: float
    inherited: frozenset[str]
    heard: Sequence[Heard] = ()
    memory: str | None = None
    summarised_seq: int = 0
    waiting: int = 0
    unrecorded: list[RunRecord] = field(default_factory=list)
    loops_here: int = 0
    announced: bool = False

    @classmethod
    def begin(
        cls,
        services: Services,
        invocation: Invocation,
        reply: Reply,
        admitted: Admitted,
        *,
        since: float,
    ) -> "Turn":
        """The turn of an invocation that was admitted by a call sent at `since`."""
        limits, clock = services.limits, services.clock
        token = admitted.token
        lease = Lease(clock, token, lease_s=limits.lease_s, since=since)
        joined = [e.utterance for e in admitted.run.journal if isinstance(e, Joined)]
        return cls(
            services=services,
            invocation=invocation,
            reply=reply,
            lease=lease,
            wake_up=WakeUp(
                services.queue,
                clock,
                user_id=token.user_id,
                run_id=token.run_id,
                wake=admitted.wake,
                lease_s=limits.lease_s,
            ),
            outbox=Outbox(services.channel, lease),
            run=admitted.run,
            history=admitted.tail,
            seq=admitted.seq or admitted.run.first_seq,
            last_seq=max((u.seq for u in joined), default=admitted.run.first_seq),
            agent_call_id=next(
                (u.agent_call_id for u in reversed(joined) if u.agent_call_id), None
            ),
            clock_offset_ms=admitted.now_ms - clock.now() * 1000,
            inherited=started_calls(admitted.run.journal),
            heard=admitted.heard,
            memory=admitted.memory,
            summarised_seq=admitted.summarised_seq,
        )

    @property
    def specs(self) -> dict[str, ToolSpec]:
        """All tools that the model is told of, by name; those of the user's front end come last."""
        tools = (tool.spec for tool in self.services.tools.values())
        client = (
            tool.spec for e in self.run.journal if isinstance(e, Equipped) for tool in e.tools
        )
        ours = {spec.name: spec for spec in (*SAY_SPECS, *tools)}
        return ours | {spec.name: spec for spec in client if spec.name not in ours}

    @property
    def is_tainted(self) -> bool:
        """Whether the run has read what others wrote."""
        return is_tainted(self.run.journal, self.history)

    @property
    def store_ms(self) -> int:
        """The store's clock, as far as it can be told from here: milliseconds since 1970."""
        return round(self.services.clock.now() * 1000 + self.clock_offset_ms)

    def announce(self, state: str) -> None:
        """Let the user's pages know that the run goes on or has ended.

        A turn that is over within its HTTP response announces nothing: its caller knows.
        """
        if state == "running" or self.announced or self.reply.went_early:
            self.outbox.send("run", {"runId": self.run.run_id, "state": state})
            self.announced = True

    def note(self, *entries: RunRecord) -> None:
        """Add to the journal what the next commit records."""
        self.unrecorded += entries
        self._append(entries)

    def spend(self, **figures: int) -> Spent:
        """The run's spendings with some figures changed; recorded with the next commit."""
        self.run = replace(self.run, spent=replace(self.run.spent, **figures))
        return self.run.spent

    async def commit(
        self,
        kind: CommitKind,
        *,
        drafts: tuple[Draft, ...] = (),
        asking: Asking | None = None,
        activity: str = "thinking",
        progress: float | None = None,
        reason: str = "",
    ) -> Committed:
        """Record a step with all that is unrecorded. Raises LeaseLost, StoreUnreachable.

        After StoreUnreachable the turn is over: whether the step was recorded is not known, and
        its number may not be used for another.
        """
        self.lease.check()
        since = self.services.clock.now()
        entries, self.unrecorded = tuple(self.unrecorded), []
        step = self.run.step
        self.run = replace(self.run, step=step + 1)
        self.lease.is_ending = kind in (
            CommitKind.FINISH,
            CommitKind.END,
            CommitKind.HAND_OVER,
            CommitKind.REST,
        )
        committed = await self.services.store.commit(
            self.lease.token,
            Commit(
                step=step,
                kind=kind,
                spent=self.run.spent,
                entries=entries,
                drafts=drafts,
                asking=asking,
                activity=activity,
                progress=progress,
                reason=reason,
            ),
        )
        self.lease.extend(since=since)
        self.lease.is_ending = committed.finished or kind is CommitKind.HAND_OVER
        if asking is not None:
            self._append([asking.asked if committed.finished else asking.not_asked])
        self._take(committed)
        self.waiting = committed.held
        return committed

    def _take(self, committed: Committed) -> None:
        """Let the texts that joined the run be part of it here too."""
        places = [e.seq for e in committed.taken] + [m.seq for m in committed.messages]
        self.seq = max(self.seq, *places, 0)
        self._append([Joined(utterance=utterance) for utterance in committed.taken])
        self.reply.show(*(u for u in committed.taken if u.seq != self.reply.seq))
        for utterance in committed.taken:
            self.last_seq = utterance.seq
            self.agent_call_id = utterance.agent_call_id or self.agent_call_id

    def _append(self, entries: Sequence[Entry]) -> None:
        self.run = replace(self.run, journal=(*self.run.journal, *entries))
