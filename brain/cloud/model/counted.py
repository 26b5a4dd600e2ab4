"""Logs each request to a model in facts, without any text, counts it for its run, and records it in
the trace of the run.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Self

from msgspec import Struct

from brain.chat.prices import Prices, usd_of
from brain.cloud import meter
from brain.cloud.model.assembly import Assembly
from brain.cloud.model.faults import Failure
from brain.cloud.traces.chats import ChatEnd, ChatSpan
from brain.errors import ModelFault
from brain.run.journal import Answered
from brain.run.ports import Delta

type Concluded = Answered | Failure | ModelFault

log = logging.getLogger(__name__)


class Attempt(Struct, kw_only=True):
    """One request. `now` returns seconds; `tell` gets the parts of the answer. `span` is its place
    in the trace of the run, if one is recorded.
    """

    model: str
    span: ChatSpan | None
    tell: Callable[[Delta], None]
    now: Callable[[], float]
    began: float
    first: float | None = None

    def __call__(self, delta: Delta) -> None:
        """Pass a part on, and note when the first one came."""
        self.first = self.now() if self.first is None else self.first
        self.tell(delta)

    def end(self, outcome: Concluded, assembly: Assembly, prices: Prices) -> None:
        """Log and count how the request ended."""
        used = _used(self.model, outcome, assembly, prices)
        if (running := meter.meter()) is not None and (used.tokens_in or used.tokens_out):
            running.add_model(used)
        if isinstance(outcome, Answered):
            self._answered(outcome, used)
        else:
            self._failed(outcome)
        self._record(_fault(outcome), getattr(outcome, "status", 0), used, outcome)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Record that the request was given up by its caller, if it was."""
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            self._record("cancelled")

    def _record(
        self,
        error: str,
        status: int = 0,
        used: meter.ModelCount | None = None,
        outcome: Concluded | None = None,
    ) -> None:
        if self.span is None:
            return
        self.span.end(
            ChatEnd(
                seconds=self.now() - self.began,
                first_s=None if self.first is None else self.first - self.began,
                error=error,
                status=status,
                used=used,
                answer=outcome if isinstance(outcome, Answered) else None,
            )
        )

    def _answered(self, outcome: Answered, used: meter.ModelCount) -> None:
        first_ms = -1 if self.first is None else self._ms(self.first)
        log.info(
            "model.answered: model=%s ms=%d firstTokenMs=%d tokensIn=%d tokensCached=%d"
            " tokensOut=%d usd=%s calls=%d",
            self.model,
            self._ms(self.now()),
            first_ms,
            used.tokens_in,
            used.tokens_cached,
            used.tokens_out,
            used.usd,
            len(outcome.calls),
        )

    def _failed(self, outcome: Failure | ModelFault) -> None:
        status, reason = 0, type(outcome).__name__
        if isinstance(outcome, Failure):
            status, reason = outcome.status, outcome.reason
            if outcome.lacks:
                code = outcome.code or "-"
                log.error("model.refused: model=%s status=%d code=%s", self.model, status, code)
        facts = (self.model, outcome.fault, self._ms(self.now()), status, reason)
        log.warning('model.failed: model=%s fault="%s" ms=%d status=%d reason=%s', *facts)

    def _ms(self, at: float) -> int:
        return round((at - self.began) * 1000)


def _fault(outcome: Concluded) -> str:
    """Return the class of a fault; empty for an answer."""
    return "" if isinstance(outcome, Answered) else outcome.fault.value


def _used(model: str, outcome: Concluded, assembly: Assembly, prices: Prices) -> meter.ModelCount:
    """Return what a request used: as reported, else as estimated. Estimates have no price."""
    tokens_in, tokens_out = assembly.parts
    usd = assembly.usd
    if not any(assembly.parts):
        tokens_in = getattr(outcome, "tokens", 0)
    elif usd is None:
        usd = usd_of(model, tokens_in, tokens_out, prices, cached=assembly.cached)
    return meter.ModelCount(
        model=model,
        calls=1,
        tokens_in=tokens_in,
        tokens_cached=min(assembly.cached, tokens_in),
        tokens_out=tokens_out,
        usd=usd,
    )
