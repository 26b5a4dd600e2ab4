"""Records the spans of the runs that one call of a function works for.

What records is found by the task that works, as `brain.cloud.meter` is. Without a collector
nothing is recorded, and each function here costs one look into a variable. A run is recorded from
its admission on. Its loops are opened by what happens in them, and closed between two of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct, field

from brain.cloud.meter import meter
from brain.cloud.traces.model import TraceSpan, began_at
from brain.cloud.traces.runs import NowNs, RunTrace, without_tool
from brain.run.journal import Joined
from brain.run.moves import Admitted
from brain.settings.logs import user_hash


class Recording(Struct, kw_only=True):
    """The traces of the runs of one call of a function."""

    now: NowNs
    has_texts: bool
    traces: list[RunTrace] = field(default_factory=list)

    def spans(self) -> list[TraceSpan]:
        """End what is open, and return all spans."""
        for trace in self.traces:
            trace.close_loop(error="interrupted")
        return [span for trace in self.traces for span in trace.spans]


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)
_trace: ContextVar[RunTrace | None] = ContextVar("trace", default=None)


@contextmanager
def recorded(recording: Recording) -> Iterator[None]:
    """Record the runs for which this task, and those that it starts, work."""
    token = _recording.set(recording)
    try:
        yield
    finally:
        _recording.reset(token)


def begin_trace(admitted: Admitted) -> None:
    """Record the run to which this task was admitted."""
    if (recording := _recording.get()) is None:
        return
    run, running = admitted.run, meter()
    seqs = {entry.utterance.seq for entry in run.journal if isinstance(entry, Joined)}
    trace = RunTrace(
        run_id=run.run_id,
        user=user_hash(admitted.token.user_id),
        began=began_at(run.run_id, started_ms=run.spent.started_ms),
        now=recording.now,
        has_texts=recording.has_texts,
        loops=run.spent.loops,
        texts=seqs | ({admitted.seq} if admitted.seq is not None else set()),
        invocation=running.counts.invocations if running is not None else 1,
    )
    recording.traces.append(trace)
    _trace.set(trace)
    without_tool()


def trace_here() -> RunTrace | None:
    """Return the trace of the run that this task works for; None if nothing is recorded."""
    return _trace.get()


def next_loop() -> None:
    """Note that a loop has ended."""
    if (trace := _trace.get()) is not None and not trace.is_over:
        trace.close_loop()


def lease_lost(*, is_stopped: bool, undone: frozenset[int]) -> None:
    """Note that this invocation is not the brain any more.

    A run that was stopped has ended, and one whose texts were all taken back. Else another
    invocation has it, and ends it.
    """
    if (trace := _trace.get()) is None:
        return
    if is_stopped:
        trace.end("stopped")
    elif trace.texts and trace.texts <= undone:
        trace.end("withdrawn")
