"""The routes that say what runs and users have used."""

from brain.codec import Json
from brain.usage.http import MOST_ID_CHARS
from brain.usage.model import MOST_DAYS
from local.openapi.operations import CURSOR, LIMIT, USER, answered, got, operation
from local.openapi.schemas import MOMENT, TEXT, WHOLE, nullable, thing

USD = nullable({"type": "number", "minimum": 0})
SECONDS = {"type": "number", "minimum": 0}
TOKENS = {"in": WHOLE, "cached": WHOLE, "out": WHOLE}
RECEIPT = thing(
    {
        "runId": TEXT,
        "state": {"type": "string", "enum": ["running", "done", "stopped", "failed"]},
        "endedBecause": nullable(TEXT),
        "startedAt": MOMENT,
        "endedAt": nullable(MOMENT),
        "seconds": SECONDS,
        "loops": WHOLE,
        "modelCalls": WHOLE,
        "invocations": WHOLE,
        "tokens": thing(TOKENS),
        "usd": USD,
        "models": {"type": "array", "items": thing({"model": TEXT, "calls": WHOLE, **TOKENS})},
        "tools": {
            "type": "array",
            "items": thing({"name": TEXT, "count": WHOLE, "failed": WHOLE, "ms": WHOLE}),
        },
        "store": thing({"roundTrips": WHOLE, "commands": WHOLE}),
        "queue": thing({"messages": WHOLE}),
        "channel": thing({"messages": WHOLE}),
    }
)
USED = {
    "runs": WHOLE,
    "modelCalls": WHOLE,
    "tokensIn": WHOLE,
    "tokensCached": WHOLE,
    "tokensOut": WHOLE,
    "usd": USD,
}
BUDGET = {
    "tokens": nullable(WHOLE),
    "usd": USD,
    "usedTokens": WHOLE,
    "usedUsd": {"type": "number", "minimum": 0},
    "resetsAt": MOMENT,
}
DAY: Json = {"type": "string", "format": "date"}
USAGE = thing(
    {
        "days": {"type": "array", "items": thing({"day": DAY, **USED})},
        "budget": thing(BUDGET),
    }
)
USERS = thing(
    {
        "users": {"type": "array", "items": thing({"user": TEXT, **USED})},
        "total": WHOLE,
        "nextCursor": nullable(TEXT),
    }
)
BY: Json = {
    "name": "by",
    "in": "query",
    "description": "`user`: all users, for those in `BRAIN_OPERATORS`.",
    "schema": {"type": "string", "enum": ["user"]},
}
RUN: Json = {
    "name": "runId",
    "in": "query",
    "required": True,
    "schema": {**TEXT, "minLength": 1, "maxLength": MOST_ID_CHARS},
}


def usage_paths() -> Json:
    """Return the paths, with their operations."""
    return {
        "/api/receipt": {"get": got("Show what a run has used so far.", RECEIPT, RUN)},
        "/api/usage": {
            "get": operation(
                "Show what the user has used by day, and today's budget; or what each user has.",
                {"200": answered({"oneOf": [USAGE, USERS]})},
                errors=(401, 403, 404, 422, 503),
                security=USER,
                parameters=[_day("from"), _day("until"), BY, LIMIT, CURSOR],
            )
        },
    }


def _day(name: str) -> Json:
    words = f"A day. `from` to `until` are at most {MOST_DAYS} days; by default the last 30."
    schema = {"type": "string", "format": "date"}
    return {"name": name, "in": "query", "description": words, "schema": schema}
