"""The routes that say what runs have used."""

from brain.codec import Json
from brain.usage.http import MOST_ID_CHARS
from local.openapi.operations import got
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
RUN: Json = {
    "name": "runId",
    "in": "query",
    "required": True,
    "schema": {**TEXT, "minLength": 1, "maxLength": MOST_ID_CHARS},
}


def usage_paths() -> Json:
    """Return the paths, with their operations."""
    return {"/api/receipt": {"get": got("Show what a run has used so far.", RECEIPT, RUN)}}
