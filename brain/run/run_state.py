"""The run as one invocation knows it: a value that every recorded step replaces."""

from dataclasses import dataclass, replace

from brain.run.journal import Entry, Joined, Run, RunRecord
from brain.run.moves import Admitted, Asking, Committed


@dataclass(frozen=True, kw_only=True, slots=True)
class RunState:
    """What changes while an invocation carries a run on.

    `seq` is the newest place of the log that is known here, `last_seq` the place of the user's
    last text, and `agent_call_id` the voice agent's call that brought it. `unrecorded` are results
    that the journal here has and the store does not have yet: they go with the next commit, which
    for tool results overlaps the next model call. `pending` counts the notices that wait for the
    end of a loop. `loops_here` counts the loops of this invocation.
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
        """The state in which the store hands the run over."""
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
        """With records that the next commit stores."""
        return replace(self._with(*records), unrecorded=(*self.unrecorded, *records))

    def spending(self, **figures: int) -> "RunState":
        """With other figures of what the run has used."""
        return replace(self, run=replace(self.run, spent=replace(self.run.spent, **figures)))

    def committing(self) -> "RunState":
        """While a commit is under way: its number is used, its records are the store's affair."""
        return replace(self, run=replace(self.run, step=self.run.step + 1), unrecorded=())

    def committed(self, made: Committed, asking: Asking | None) -> "RunState":
        """After a commit: with the result of the question and the texts that joined the run."""
        state = self
        if asking is not None:
            state = state._with(asking.asked if made.finished else asking.not_asked)
        places = [e.seq for e in made.taken] + [m.seq for m in made.messages]
        state = replace(
            state._with(*(Joined(utterance=utterance) for utterance in made.taken)),
            seq=max(self.seq, *places, 0),
            pending=made.held,
        )
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
