"""What runs have used: a receipt for each run. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from brain.cloud.meter import Counts, ModelCount
from brain.codec import Json, iso

KEEP_DAYS = 90  # of a receipt

type EndState = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What a run has used. `ended_ms` is in ms since 1970; None while the run is on."""

    counts: Counts
    state: EndState
    because: str = ""
    ended_ms: int | None = None


def state_of(because: str) -> EndState:
    """Return the state of a run that has ended for this reason; empty for an ordinary end."""
    if because == "stopped":
        return "stopped"
    return "failed" if because else "done"


def receipt_to_wire(receipt: Receipt, *, now_ms: int) -> Json:
    """Return the receipt in the wire format. `now_ms` is the present, in ms since 1970."""
    counts, total = receipt.counts, receipt.counts.total
    until = now_ms if receipt.ended_ms is None else receipt.ended_ms
    return {
        "runId": counts.run_id,
        "state": receipt.state,
        "endedBecause": receipt.because or None,
        "startedAt": _at(counts.started_ms),
        "endedAt": None if receipt.ended_ms is None else _at(receipt.ended_ms),
        "seconds": round(max(until - counts.started_ms, 0) / 1000, 1),
        "loops": counts.loops,
        "modelCalls": total.calls,
        "invocations": counts.invocations,
        "tokens": _tokens(total),
        "usd": total.usd,
        "models": [
            {"model": each.model, "calls": each.calls, **_tokens(each)} for each in counts.models
        ],
        "tools": [
            {"name": each.name, "count": each.count, "failed": each.failed, "ms": each.ms}
            for each in counts.tools
        ],
        "store": {"roundTrips": counts.round_trips, "commands": counts.commands},
        "queue": {"messages": counts.queued},
        "channel": {"messages": counts.published},
    }


def _tokens(count: ModelCount) -> Json:
    return {"in": count.tokens_in, "cached": count.tokens_cached, "out": count.tokens_out}


def _at(ms: int) -> str:
    return iso(datetime.fromtimestamp(ms / 1000, UTC))
