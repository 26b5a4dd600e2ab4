"""What runs have used: a receipt for each run, and sums of days. Pure."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

from brain.cloud.meter import Counts, DayCount, ModelCount
from brain.codec import Json, iso
from brain.settings.budgets import DailyBudget

KEEP_DAYS = 90  # of a receipt
MOST_DAYS = 92  # of which sums are shown at once: three months
SHOWN_DAYS = 30  # if nothing else is asked for
USD_DIGITS = 6  # after the point

type EndState = Literal["running", "done", "stopped", "failed"]


class Receipt(Struct, frozen=True, kw_only=True):
    """What a run has used. `ended_ms` is in ms since 1970; None while the run is on."""

    counts: Counts
    state: EndState
    because: str = ""
    ended_ms: int | None = None


def told_usd(usd: float | None) -> float | None:
    """Return dollars as they are told: without what adding floats leaves at the end."""
    return None if usd is None else round(usd, USD_DIGITS + 3)  # one call may cost little


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
        "usd": told_usd(total.usd),
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


class Span(Struct, frozen=True, kw_only=True):
    """Days from `first` to `last`, with both."""

    first: date
    last: date


class UsedSum(Struct, frozen=True, kw_only=True):
    """What was used. `usd` counts what has a known price; `unpriced` is how often there was none.

    Tokens and `usd` are of runs and of jobs, `runs` and `model_calls` of runs only. `used` are the
    tokens of both directions.
    """

    used: int
    runs: int
    model_calls: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    usd: float
    unpriced: int


class DaySum(UsedSum, frozen=True, kw_only=True):
    """What a user has used on a day of theirs."""

    day: date


class UserSum(UsedSum, frozen=True, kw_only=True):
    """What a user has used on some days. `user` is the SHA-256 of their id, in hex."""

    user: str


def sum_to_wire(used: UsedSum) -> Json:
    """Return the figures in the wire format. `usd` is null if a price is not known."""
    return {
        "runs": used.runs,
        "modelCalls": used.model_calls,
        "tokensIn": used.tokens_in,
        "tokensCached": used.tokens_cached,
        "tokensOut": used.tokens_out,
        "usd": None if used.unpriced else round(used.usd, USD_DIGITS),
    }


def count_of(used: DaySum) -> DayCount:
    """Return what a day has used of its budget."""
    return DayCount(day=used.day.isoformat(), tokens=used.used, usd=used.usd)


def budget_to_wire(budget: DailyBudget, zone: tzinfo, *counts: DayCount) -> Json:
    """Return a budget in the wire format, with what was used of it.

    `counts` are of one day. Each may know of something that the others do not: the largest counts.
    """
    after = date.fromisoformat(counts[0].day) + timedelta(days=1)
    return {
        "tokens": budget.tokens,
        "usd": budget.usd,
        "usedTokens": max(each.tokens for each in counts),
        "usedUsd": round(max(each.usd for each in counts), USD_DIGITS),
        "resetsAt": iso(datetime.combine(after, time(), zone).astimezone(UTC)),
    }
