"""GET /api/receipt: what a run has used. GET /api/usage: what a user has used, by day."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo

from msgspec import Struct
from starlette.requests import Request
from starlette.types import ASGIApp

from brain.cloud.meter import DayCount
from brain.codec import Json
from brain.feature import Resources
from brain.http.edge import INVALID_QUERY, Answer, Problem
from brain.http.resources import after_of, limit_of, page_to_wire, there
from brain.settings.budgets import DailyBudget
from brain.settings.logs import USER_CHARS
from brain.texts.moments import ZoneOf, zone_named
from brain.usage.model import (
    MOST_DAYS,
    SHOWN_DAYS,
    Span,
    UserSum,
    budget_to_wire,
    count_of,
    receipt_to_wire,
    sum_to_wire,
)
from brain.usage.ports import Receipts, Running, Sums

MOST_ID_CHARS = 64
NOT_AN_OPERATOR = "Only users in BRAIN_OPERATORS see what others have used."
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class UsageParts(Struct, frozen=True, kw_only=True):
    """What the routes need. Receipts and sums are None without a database.

    `zone_of` returns the time zone that a user has set. `operators` see the sums of all users.
    """

    receipts: Callable[[], Receipts | None]
    sums: Callable[[], Sums | None]
    running: Callable[[], Running]
    budget: Callable[[], DailyBudget]
    zone_of: ZoneOf
    utc: Callable[[], datetime]
    operators: frozenset[str]


def usage_routes(parts: UsageParts) -> Resources:
    """Return the routes."""

    async def receipt(request: Request, user_id: str) -> ASGIApp:
        return await _receipt(parts, request, user_id)

    async def usage(request: Request, user_id: str) -> ASGIApp:
        zone, counted = await _today(parts, user_id)
        by = request.query_params.get("by")
        if by is not None:
            return await _users(parts, request, user_id, by, _span(request, counted))
        return Answer(await _usage(parts, user_id, _span(request, counted), zone, counted))

    return {"receipt": {"GET": receipt}, "usage": {"GET": usage}}


async def _receipt(parts: UsageParts, request: Request, user_id: str) -> ASGIApp:
    run_id = request.query_params.get("runId", "")
    if not 0 < len(run_id) <= MOST_ID_CHARS:
        raise _invalid("runId", f"It must have 1 to {MOST_ID_CHARS} characters.")
    found = await parts.running().last(user_id)
    if found is None or found.counts.run_id != run_id or found.state != "running":
        # The row is more complete: it has what was done after the last commit.
        rows = parts.receipts()
        kept = await rows.receipt(user_id, run_id) if rows is not None else None
        is_last = found is not None and found.counts.run_id == run_id
        found = kept or (found if is_last else None)
    if found is None:
        raise Problem(404, "Run not found.")
    return Answer(receipt_to_wire(found, now_ms=round(parts.utc().timestamp() * 1000)))


async def _usage(
    parts: UsageParts, user_id: str, span: Span, zone: tzinfo, counted: DayCount
) -> Json:
    """Return the days of a user, and how much of today's budget is used."""
    sums, today = parts.sums(), date.fromisoformat(counted.day)
    days = await sums.days(user_id, span) if sums is not None else ()
    now = await sums.days(user_id, Span(first=today, last=today)) if sums is not None else ()
    return {
        "days": [{"day": each.day.isoformat(), **sum_to_wire(each)} for each in days],
        "budget": budget_to_wire(parts.budget(), zone, counted, *map(count_of, now)),
    }


async def _users(parts: UsageParts, request: Request, user_id: str, by: str, span: Span) -> ASGIApp:
    """Return a page of all users and what they have used."""
    if by != "user":
        raise _invalid("by", "must be user")
    if user_id not in parts.operators:
        raise Problem(403, NOT_AN_OPERATOR)
    sums, limit, after = there(parts.sums(), "usage"), limit_of(request), after_of(request)
    page = await sums.users(span, limit=limit, after=after)
    return Answer(page_to_wire("users", page, _user_to_wire))


def _user_to_wire(used: UserSum) -> Json:
    return {"user": used.user[:USER_CHARS], **sum_to_wire(used)}


async def _today(parts: UsageParts, user_id: str) -> tuple[tzinfo, DayCount]:
    """Return the user's time zone, and what their runs have used on the day that it is there.

    The day of the last run may be a later one: see `brain.cloud.meter.day_of`.
    """
    device, counted = await parts.running().counted(user_id)
    zone = await parts.zone_of(user_id) or zone_named(device)
    today = parts.utc().astimezone(zone).date().isoformat()
    return zone, counted if counted is not None and counted.day >= today else DayCount(day=today)


def _span(request: Request, counted: DayCount) -> Span:
    """Read `from` and `until`; by default the last days, with today. Raises Problem 422."""
    last = _day(request, "until") or date.fromisoformat(counted.day)
    shown = timedelta(days=min(SHOWN_DAYS, last.toordinal()) - 1)
    first = _day(request, "from") or last - shown
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise _invalid("from", f"must be at most {MOST_DAYS - 1} days before until, and not after")
    return Span(first=first, last=last)


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _invalid(name, "must be a date such as 2026-01-31")


def _invalid(field: str, message: str) -> Problem:
    return Problem(422, INVALID_QUERY, errors=[{"field": field, "message": message}])
