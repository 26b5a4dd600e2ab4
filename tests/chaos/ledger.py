"""What happened in a history, written down by the far sides of the ports and by nobody else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brain.cloud.redis.scripts import Keys
from brain.codec import Json
from brain.run.decisions import is_decided_id
from brain.run.deliver import Outcome
from brain.run.journal import Answered, Returned, Started
from brain.run.messages import Decision, Message
from brain.run.moves import Commit, CommitKind, LeaseToken, Stopped, WakeCall
from brain.tools.spec import ToolCall
from tests.chaos.processes import Process
from tests.chaos.spoken.speaking import Speaking
from tests.fakes.redis import MemoryRedis

if TYPE_CHECKING:
    from tests.chaos.boards import Told

# Seconds in which a brain may not yet know that its run was stopped: a look, and its way to the
# store and back. It acts no more, but may look things up, or publish what was recorded before.
NOTICED_S = 6.0
MARK = re.compile(r'"mark":"(m\d+\.)"')
LONGEST_LEASE_MS = 60_000  # a lease that ends later is of a clock that was set back


@dataclass(kw_only=True)
class Said:
    """A text of a user. `outcomes` are the 200s its caller got, each with the process it is from;
    `unheard` those that were sent when the caller had hung up.
    """

    user: str
    text: str
    message_id: str
    decides: bool = False
    reports: tuple[tuple[str, float], ...] = ()
    turn: int | None = None
    replaces: str | None = None
    leaves_s: float | None = None
    is_seen: bool = True
    decision: Decision | None = None
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    unheard: list[tuple[str, Outcome]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A commit that changed the store."""

    process: str
    user: str
    run_id: str
    commit: Commit
    ended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A run that its user has stopped, by a process of theirs."""

    process: str
    user: str
    message: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Thought:
    """A question to the model. `shown` is all that it was shown, as one text."""

    run_id: str
    shown: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """A run of a tool."""

    user: str
    tool: str
    key: str
    call_id: str
    at_ms: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stood:
    """A commit before an effect, from which on the run's texts stand.

    In ms of the store: `looked_ms` is the last look before it, `asked_ms` when it was asked for,
    and `at_ms` when it took effect.
    """

    run_id: str
    looked_ms: int
    asked_ms: int
    at_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """An event that was handed to the channel, whether or not it took it."""

    process: str
    user: str
    event: str
    data: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """A user's state in the store at one moment."""

    run: Mapping[str, str]
    lines: tuple[str, ...]

    @property
    def journal(self) -> int:
        return len(self.lines)

    def number(self, name: str) -> int:
        return int(self.run.get(name) or 0)

    @property
    def is_idle(self) -> bool:
        return self.run.get("state") not in ("running", "handingOver")


class Ledger:
    """The records of one history, and what was seen to be wrong as it happened."""

    def __init__(self, redis: MemoryRedis) -> None:
        self.redis = redis
        self.said: list[Said] = []
        self.steps: list[Step] = []
        self.stops: list[Ended] = []
        self.thoughts: list[Thought] = []
        self.deeds: list[Deed] = []
        self.begun: list[Deed] = []  # the same, and those that broke before they did anything
        self.stood: list[Stood] = []
        self.published: list[Published] = []
        self.queued: list[WakeCall] = []
        self.told: list[Told] = []
        self.happened: list[tuple[str, str]] = []  # users and events whose senders have a 200
        self.overran: list[str] = []
        self.crashes: list[str] = []
        self.attempts: dict[tuple[str, int], int] = {}
        self.wrong: list[str] = []
        self.speaking = Speaking()
        self.clock_jumped = False
        self.asked: list[tuple[int, str, int]] = []  # the requests of turns, with the store's time
        # Processes, and texts whose callers they saw go, with the store's time.
        self.left: list[tuple[str, str, int]] = []
        self.cut: set[str] = set()  # marks of answers that went with a text
        self._good_until: dict[str, float] = {}
        self._stopped_at: dict[str, float] = {}

    def state(self, user: str) -> State:
        """The truth: what the store holds of this user now."""
        keys = Keys.of(user)
        run: Any = self.redis.dump(keys.key("run")) or {}
        journal: Any = self.redis.dump(keys.key("journal")) or ""
        return State(run=dict(run), lines=tuple(journal.split("\n")[:-1]))

    def answers(self, run_id: str) -> list[Answered]:
        """The model's answers that are recorded of a run."""
        answers = [entry for entry in self._entries(run_id) if isinstance(entry, Answered)]
        return [answer for answer in answers if not any(is_decided_id(c.id) for c in answer.calls)]

    def decided(self, run_id: str) -> list[ToolCall]:
        """The calls that the user has approved and the run has taken up."""
        answers = [entry for entry in self._entries(run_id) if isinstance(entry, Answered)]
        return [call for answer in answers for call in answer.calls if is_decided_id(call.id)]

    def results(self, run_id: str) -> list[Returned]:
        """The tool results that are recorded of a run."""
        return [entry for entry in self._entries(run_id) if isinstance(entry, Returned)]

    def committed(
        self,
        process: Process,
        token: LeaseToken,
        commit: Commit,
        before: State,
        after: State,
        *,
        at: float,
        lease_s: float,
    ) -> None:
        """A commit was executed at the store."""
        if before == after:
            return
        self.check_holder(process, token, before, f"commit of step {commit.step}")
        ended = after.is_idle
        self.steps.append(
            Step(
                process=process.name,
                user=token.user_id,
                run_id=token.run_id,
                commit=commit,
                ended=ended,
            )
        )
        if ended or commit.kind is CommitKind.HAND_OVER:
            # Done in good standing: it may say the rest as long as its lease would have lasted.
            self._good_until[process.name] = at + lease_s

    def stopped(self, process: Process, stopped: Stopped, *, at: float) -> None:
        """A run was stopped at the store."""
        ended = Ended(process=process.name, user=process.user, message=stopped.message)
        self.stops.append(ended)
        self._stopped_at[process.user] = at
        self._good_until[process.name] = float("inf")  # it tells of the stop, and does nothing else

    def withdrew(self, process: Process, before: State, after: State, *, at: float) -> None:
        """A text was taken back at the store. Its brain may not know yet."""
        if before.run.get("undone") == after.run.get("undone"):
            return
        gone = set(before.lines) - set(after.lines)
        self.cut |= {mark for line in gone for mark in MARK.findall(line)}
        self._stopped_at[process.user] = at

    def taken(self, process: Process, before: State, after: State, *, now_ms: int) -> None:
        """An admission or a summons was executed at the store."""
        if before.run.get("undone") != after.run.get("undone"):
            return  # a text was taken back, and its brain with it
        names = ("fence", "holder", "id")
        if all(before.run.get(name) == after.run.get(name) for name in names):
            return
        handed_over = before.run.get("state") == "handingOver"
        lease_ms = before.number("lease")
        is_over = lease_ms <= now_ms or lease_ms > now_ms + LONGEST_LEASE_MS
        if not (before.is_idle or handed_over or is_over):
            self.wrong.append(f"I2 {process.name} took a lease that {before.run['holder']} held")
        called = handed_over and before.run.get("fence") == after.run.get("fence")
        if after.run.get("id") == before.run.get("id") and not called:
            step = (after.run["id"], after.number("step"))
            self.attempts[step] = self.attempts.get(step, 0) + 1

    def check_holder(self, process: Process, token: LeaseToken, before: State, what: str) -> None:
        """Only the holder of the newest fence changes anything."""
        holds = before.run.get("holder") == process.name and before.number("fence") == token.fence
        if not holds or before.is_idle:
            self.wrong.append(f"I2 {process.name} changed the store without the lease: {what}")

    def check_standing(self, process: Process, what: str, *, at: float, strictly: bool) -> None:
        """Only the brain shows anything or acts, or one that has ended its part of the run."""
        state = self.state(process.user)
        if state.run.get("holder") == process.name and not state.is_idle:
            return
        if not strictly and at < self._good_until.get(process.name, 0):
            return
        if not strictly and self._was_stopped(process.user, at):
            return
        if not self.clock_jumped:
            self.wrong.append(f"I2 {process.name} was no longer the brain: {what}")

    def thought(self, process: Process, shown: str, *, at: float) -> None:
        """The model is asked."""
        state = self.state(process.user)
        if state.run.get("holder") != process.name and self._was_stopped(process.user, at):
            return  # by a brain that has not noticed yet, about a run that is over
        run_id = state.run.get("id", "")
        for answer in self.answers(run_id):
            is_cut = any(mark in mark_of(answer) for mark in self.cut)
            is_known = mark_of(answer) in shown or is_cut
            if not is_known and not self.clock_jumped:
                self.wrong.append(f"I5 asked again for a recorded answer: {mark_of(answer)}")
        self.thoughts.append(Thought(run_id=run_id, shown=shown))

    def did(self, process: Process, deed: Deed, *, at: float, acts: bool) -> None:
        """A tool runs."""
        run_id = self.state(process.user).run.get("id", "")
        recently_stopped = self._was_stopped(process.user, at)
        # An act that was under way, by the journal, when the stop came: the stop has said so.
        under_way = Started(tool_call_id=deed.call_id) in self._entries(run_id)
        if not (recently_stopped and (under_way or not acts)):
            self.check_standing(process, f"tool {deed.tool}", at=at, strictly=True)
        if deed.call_id in {result.tool_call_id for result in self.results(run_id)}:
            self.wrong.append(f"I5 ran again after its result was recorded: {deed.key}")
        self.deeds.append(deed)

    def _was_stopped(self, user: str, at: float) -> bool:
        """Whether a run was stopped so lately that its brain may not know yet."""
        return at < self._stopped_at.get(user, -NOTICED_S) + NOTICED_S

    def _entries(self, run_id: str) -> list[Any]:
        steps = [step for step in self.steps if step.run_id == run_id]
        return [entry for step in steps for entry in (*step.commit.entries, *_of_asking(step))]


def _of_asking(step: Step) -> list[Returned]:
    if (asking := step.commit.asking) is None:
        return []
    return [asking.asked if step.ended else asking.not_asked]


def mark_of(answer: Answered) -> str:
    """What tells an answer of the model from every other: the beginning of its calls' ids."""
    return answer.calls[0].id.partition(".")[0] + "." if answer.calls else answer.text
