"""The state of a run in one invocation: a frozen value that every commit replaces."""

from msgspec import Struct
from msgspec.structs import replace

from brain.run.journal import Entry, Joined, Run, RunRecord
from brain.run.moves import Admitted, Asking, Committed


class RunState(Struct, frozen=True, kw_only=True):
    """What changes while an invocation carries on a run.

    `seq` is the last log position known here. `last_seq` is the position of the user's last text,
    and `agent_call_id` is the voice agent's call that sent it. `unrecorded` are records that the
    store does not have yet: the next commit sends them, for tool results in parallel with the next
    model call. `pending` counts the notices that wait for the end of a loop. `loops_here` counts
    the loops of this invocation.
    """

    run: Run
    seq: int
    last_seq: int
    agent_call_id: str | None = None
    unrecorded: tuple[RunRecord, ...] = ()
    pending: int = 0
    loops_here: int = 0

    @classmethod
    def begin(cls, admitted: Admitted) -> "RunState":
        """Return the state of a run that was just admitted."""
        run = admitted.run
        joined = [e.utterance for e in run.journal if isinstance(e, Joined)]
        named = (u.agent_call_id for u in reversed(joined) if u.agent_call_id)
        return cls(
            run=run,
            seq=admitted.seq or run.first_seq,
            last_seq=max((u.seq for u in joined), default=run.first_seq),
            agent_call_id=next(named, None),
        )

    def noting(self, *records: RunRecord) -> "RunState":
        """Return the state with additional records for the next commit."""
        return replace(self._with(*records), unrecorded=(*self.unrecorded, *records))

    def spending(self, **figures: int) -> "RunState":
        """Return the state with these fields of `spent` changed."""
        return replace(self, run=replace(self.run, spent=replace(self.run.spent, **figures)))

    def committing(self) -> "RunState":
        """Return the state during a commit: the step number is used, the records are sent."""
        return replace(self, run=replace(self.run, step=self.run.step + 1), unrecorded=())

    def committed(self, made: Committed, asking: Asking | None) -> "RunState":
        """Return the state after a commit, with the question's result and the texts that joined."""
        new: list[Entry] = [Joined(utterance=utterance) for utterance in made.taken]
        if asking is not None:
            new.insert(0, asking.asked if made.finished else asking.not_asked)
        places = [e.seq for e in made.taken] + [m.seq for m in made.messages]
        state = replace(self._with(*new), seq=max(self.seq, *places, 0), pending=made.held)
        if not made.taken:
            return state
        named = (u.agent_call_id for u in reversed(made.taken) if u.agent_call_id)
        return replace(
            state,
            last_seq=made.taken[-1].seq,
            agent_call_id=next(named, self.agent_call_id),
        )

    def _with(self, *entries: Entry) -> "RunState":
        return replace(self, run=replace(self.run, journal=(*self.run.journal, *entries)))
