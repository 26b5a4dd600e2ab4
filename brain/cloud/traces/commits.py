"""The span `commit`: a step that the store records."""

from collections.abc import Awaitable

from brain.cloud.traces.recording import trace_here
from brain.cloud.traces.runs import RunTrace, ending
from brain.run.moves import Commit, CommitKind, Committed, LeaseToken

ENDS = (CommitKind.END, CommitKind.HAND_OVER)
STATES = {CommitKind.FINISH: "done", CommitKind.REST: "asked", CommitKind.END: "failed"}


async def recorded_commit(token: LeaseToken, step: Commit, made: Awaitable[Committed]) -> Committed:
    """Return what `made` returns, and record it. Raises what it raises."""
    trace = trace_here()
    if trace is None or trace.run_id != token.run_id:
        return await made
    parent = trace.parent_of_last() if step.kind in ENDS else trace.parent()
    began = trace.now()

    def end(error: str) -> None:
        facts = {"brain.commit": step.kind.value, "brain.step": step.step}
        trace.add(
            "commit",
            began=began,
            parent=parent,
            kind="client",
            error=error,
            attributes={"db.system.name": "redis", **facts},
        )

    with ending(end):
        committed = await made
    _note(trace, step, committed)
    return committed


def _note(trace: RunTrace, step: Commit, committed: Committed) -> None:
    """Note what the step means for the trace."""
    trace.loops = step.spent.loops
    trace.texts |= {utterance.seq for utterance in committed.taken}
    if committed.finished:
        is_early = step.kind is CommitKind.END
        trace.end(STATES.get(step.kind, "done"), error=(step.reason or "ended") * is_early)
    elif step.kind is CommitKind.HAND_OVER:
        trace.close_loop()
