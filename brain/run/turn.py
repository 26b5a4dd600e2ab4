"""One invocation that is the brain: everything it knows, and the only way to record a step.

All changes go through `Turn.commit`, which checks the lease first and uses each step number once.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from brain.chat.notes import LeftOut
from brain.run.decisions import is_tainted
from brain.run.deliver import Outbox, Reply
from brain.run.journal import Equipped, Run, RunRecord, started_calls
from brain.run.lease import GIVES_BACK, RENEWED_AFTER, Lease
from brain.run.messages import Draft, Heard, LogEntry
from brain.run.moves import Admitted, Asking, Commit, CommitKind, Committed
from brain.run.refused import left_out
from brain.run.run_state import RunState
from brain.run.services import Services
from brain.run.wakeup import WakeUp
from brain.says.texts import Texts
from brain.texts.moments import DEFAULT_ZONE
from brain.tools.say import SAY_SPECS
from brain.tools.spec import ToolSpec

log = logging.getLogger(__name__)


class Invocation(Struct, frozen=True, kw_only=True):
    """One call of a function by the platform.

    Loops must end at `cut`, and the process at `deadline` (seconds of the engine's clock).
    """

    id: str
    started: float
    cut: float
    deadline: float


class Turn(Struct, kw_only=True):
    """One invocation that is the brain. Its fields from `state` on change.

    `began_seq` is the log position when the invocation began. `inherited` are the ids of calls that
    an earlier invocation recorded as started. `shown` is the memory text for the model, None
    until it is built; its summary covers the log up to `summarised_seq`. `language` and `zone` are
    those of `Admitted`. `refused` are seqs of texts in this run that the model's provider refuses.
    The texts up to `stands_upto` cannot be taken back. `left_ms` is the store's time when a caller
    of the run last went away; 0: none did. `commit_ms` is how long the last commit took.
    """

    services: Services
    invocation: Invocation
    reply: Reply
    lease: Lease
    wake_up: WakeUp
    outbox: Outbox
    state: RunState
    history: Sequence[LogEntry]
    began_seq: int
    clock_offset_ms: float
    inherited: frozenset[str]
    heard: Sequence[Heard] = ()
    shown: str | None = None
    summarised_seq: int = 0
    language: str | None = None
    zone: str = DEFAULT_ZONE
    is_announced: bool = False
    refused: frozenset[int] = frozenset()
    stands_upto: int = 0
    left_ms: int = 0
    commit_ms: int = 0
    was_quick: bool = False  # the tools of the last loop only read, and took next to no time
    _has_left: bool = False
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

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
        """Return the turn of an admission requested at `since`."""
        limits, clock, token = services.limits, services.clock, admitted.token
        lease = Lease(clock, token, lease_s=limits.lease_s, since=since)
        state = RunState.begin(admitted)
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
            state=state,
            history=admitted.tail,
            began_seq=state.seq,
            clock_offset_ms=admitted.now_ms - clock.now() * 1000,
            inherited=started_calls(admitted.run.journal),
            heard=admitted.heard,
            shown=admitted.memory,
            summarised_seq=admitted.summarised_seq,
            language=admitted.language,
            zone=admitted.zone,
            left_ms=admitted.left_ms,
        )

    @property
    def user_id(self) -> str:
        return self.lease.token.user_id

    @property
    def run(self) -> Run:
        return self.state.run

    @property
    def specs(self) -> dict[str, ToolSpec]:
        """All tools that the model is shown, by name. The front end's tools come last."""
        tools = (tool.spec for tool in self.services.tools.values())
        ours = {spec.name: spec for spec in (*SAY_SPECS, *tools)}
        equipped = (entry for entry in self.run.journal if isinstance(entry, Equipped))
        client = (tool.spec for entry in equipped for tool in entry.tools)
        return ours | {spec.name: spec for spec in client if spec.name not in ours}

    @property
    def is_tainted(self) -> bool:
        """Whether the model has read text by third parties in this run."""
        return is_tainted(self.run.journal, self.history)

    @property
    def left_out(self) -> LeftOut:
        """What the model's provider refuses."""
        found = left_out(self.run.journal, self.history)
        return replace(found, seqs=found.seqs | self.refused)

    @property
    def store_ms(self) -> int:
        """The store's time as estimated here, in milliseconds since 1970."""
        return round(self.services.clock.now() * 1000 + self.clock_offset_ms)

    async def texts(self) -> Texts:
        return await self.services.languages.texts(self.user_id, self.language)

    def announce(self, state: str) -> None:
        """Tell the pages that the run continues or has ended, unless its caller knows already."""
        if state == "running" or self.is_announced or self.reply.went_early:
            self.outbox.send("run", {"runId": self.run.run_id, "state": state})
            self.is_announced = True

    def note(self, *records: RunRecord) -> None:
        """Add records to the journal. The next commit stores them."""
        self.state = self.state.noting(*records)

    def spend(self, **figures: int) -> None:
        """Change fields of `spent`. The next commit stores them."""
        self.state = self.state.spending(**figures)

    def end_loop(self, *, pace_ms: int) -> None:
        """Count a loop of this invocation and set the estimate for the next one."""
        state = self.state.spending(pace_ms=pace_ms)
        self.state = replace(state, loops_here=state.loops_here + 1)

    def run_beside(self, work: Coroutine[Any, Any, None], *, name: str) -> "asyncio.Task[None]":
        """Run a feature's work in parallel with the loops. It is cancelled when the turn ends."""
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(partial(_log_failure, name))
        return task

    async def end_beside(self) -> None:
        """Cancel the work that still runs in parallel."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def commit(
        self,
        kind: CommitKind,
        *,
        drafts: tuple[Draft, ...] = (),
        asking: Asking | None = None,
        activity: str = "thinking",
        progress: float | None = None,
        reason: str = "",
        stands: bool = False,
    ) -> Committed:
        """Record a step with all unrecorded entries. Raises LeaseLost, StoreUnreachable.

        With `stands`, the run's texts cannot be taken back any more.

        StoreUnreachable ends the turn: it is unknown whether the step was recorded, so its number
        must not be used for another step.
        """
        commit = Commit(
            step=self.run.step,
            kind=kind,
            spent=self.run.spent,
            entries=self.state.unrecorded,
            drafts=drafts,
            asking=asking,
            activity=activity,
            progress=progress,
            reason=reason,
            stands=stands,
            left_ms=self.note_left(),
            at_ms=0 if self.lease.has_gone(RENEWED_AFTER[kind]) else self.store_ms,
        )
        upto, made = self.state.last_seq, await self._send(commit)
        self.state = self.state.committed(made, asking)
        self.stands_upto = upto if stands else self.stands_upto
        self.reply.show(*(u for u in made.taken if u.seq != self.reply.seq))
        return made

    async def _send(self, commit: Commit) -> Committed:
        self.lease.check()
        since = self.services.clock.now()
        self.state = self.state.committing()
        self.lease.is_ending = commit.kind in GIVES_BACK
        made = await self.services.store.commit(self.lease.token, commit)
        if not commit.at_ms:
            self.lease.extend(since=since)
        self.commit_ms = round((self.services.clock.now() - since) * 1000)
        self.lease.is_ending = made.finished or commit.kind is CommitKind.HAND_OVER
        return made

    def note_left(self) -> int:
        """Return when a caller last went away, in ms of the store; 0 as far as none has."""
        if self.reply.has_left and not self._has_left:
            self._has_left, self.left_ms = True, self.store_ms
        return self.left_ms


def _log_failure(name: str, task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s: failed, error=%s", name, type(error).__name__)
