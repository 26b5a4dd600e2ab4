"""The trace of one run, as far as one invocation has it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from msgspec import Struct, field

from brain.cloud.meter import meter
from brain.cloud.traces.model import Attributes, TraceSpan, first_of, trace_of

MOST_SPANS = 1_000  # of a run in one invocation, besides its loops and tools

type NowNs = Callable[[], int]
type SpanKind = Literal["server", "client", "internal"]

_tool: ContextVar[int | None] = ContextVar("tool", default=None)


class RunTrace(Struct, kw_only=True):
    """What this invocation has of the trace of a run.

    `loops` are those of which the answer is recorded. `texts` are the seqs of the run's texts, as
    far as they are known here. `provider` is that of the last model that was asked. `now` returns
    nanoseconds since 1970.
    """

    run_id: str
    user: str
    began: int
    now: NowNs
    has_texts: bool
    loops: int
    texts: set[int]
    invocation: int = 1
    provider: str = ""
    is_over: bool = False
    spans: list[TraceSpan] = field(default_factory=list)
    _loop: int | None = None
    _loops_before: int = 0
    _is_asked: bool = False
    _since: int = 0

    def __post_init__(self) -> None:
        self._since = self.now()

    def parent(self) -> int:
        """Return the span of the tool or loop that works; without one, that of a new loop."""
        if (tool := _tool.get()) is not None:
            return tool
        if self.is_over:
            return first_of(self.run_id)
        if self._loop is None:
            self._loop, self._loops_before = new_span_id(), self.loops
        return self._loop

    def parent_of_last(self) -> int:
        """Return the span of what ends the work here: the open loop, or the run between loops."""
        return self._loop or first_of(self.run_id)

    def asked(self, provider: str) -> None:
        """Note that a model was asked."""
        self._is_asked, self.provider = True, provider

    def add(
        self,
        name: str,
        *,
        began: int,
        parent: int | None,
        kind: SpanKind = "internal",
        id: int = 0,
        error: str = "",
        needed: bool = False,
        attributes: Attributes,
    ) -> None:
        """Add a span that ends now. `error` is the class of what went wrong.

        A run has at most `MOST_SPANS` spans besides those that are `needed`, because others name
        them as their parents.
        """
        if len(self.spans) >= MOST_SPANS and not needed:
            return
        named = {**attributes, "brain.run": self.run_id, "gen_ai.conversation.id": self.user}
        if error:
            named["error.type"] = error
        self.spans.append(
            TraceSpan(
                name=name,
                trace=trace_of(self.run_id),
                id=id or new_span_id(),
                parent=parent,
                kind=kind,
                began=began,
                ended=self.now(),
                attributes=named,
                failed=bool(error),
            )
        )

    def close_loop(self, *, error: str = "") -> None:
        """End the open loop, if there is one. The next one begins now."""
        if self._loop is not None:
            has_more = self.loops > self._loops_before or not self._is_asked
            self.add(
                "loop",
                began=self._since,
                parent=first_of(self.run_id),
                id=self._loop,
                error=error,
                needed=True,
                attributes={
                    "brain.loop": self.loops if has_more else self.loops + 1,
                    "brain.invocation": self.invocation,
                },
            )
        self._loop, self._is_asked, self._since = None, False, self.now()

    def end(self, state: str, *, error: str = "") -> None:
        """End the run. Its span is sent once, by the invocation that ends it."""
        if self.is_over:
            return
        self.close_loop(error=error)
        self.is_over = True
        self.add(
            "run",
            began=self.began,
            parent=None,
            kind="server",
            id=first_of(self.run_id),
            error=error,
            needed=True,
            attributes=self._sums(state),
        )

    def _sums(self, state: str) -> Attributes:
        found: Attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "brain.state": state,
            "brain.loops": self.loops,
            "brain.invocations": self.invocation,
        }
        if self.provider:
            found["gen_ai.provider.name"] = self.provider
        if (running := meter()) is not None:
            total = running.counts.total
            found |= {"brain.tokens.in": total.tokens_in, "brain.tokens.out": total.tokens_out}
        return found


@contextmanager
def ending(end: Callable[[str], None]) -> Iterator[None]:
    """Call `end` when the block has ended, with the class of its error; without one, with ""."""
    error = "cancelled"
    try:
        yield
        error = ""
    except Exception as failure:  # whatever it is, its class is noted, and it is raised again
        error = type(failure).__name__
        raise
    finally:
        end(error)


@contextmanager
def within_tool(id: int) -> Iterator[None]:
    """Let the span of a tool be the parent of what happens in it."""
    token = _tool.set(id)
    try:
        yield
    finally:
        _tool.reset(token)


def without_tool() -> None:
    """Let no span of a tool be a parent: another run begins."""
    _tool.set(None)


def new_span_id() -> int:
    """Return a random id of 64 bits."""
    return secrets.randbits(64) or 1
