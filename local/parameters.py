"""Parameters that a test sends to a stand-in's control routes: numbers and time limits."""

from __future__ import annotations

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request

DEFAULT_WAIT_S = 10.0  # seconds; longer than an event in a test takes, shorter than its time limit
LONGEST_WAIT_S = 30.0  # seconds; also answers a client that set no time limit


def number(request: Request, name: str, default: float) -> float:
    """Read a number from the query string. Raises HTTPException 400."""
    try:
        given = float(request.query_params.get(name, default))
    except ValueError:
        given = math.nan
    if not 0 <= given < math.inf:
        raise HTTPException(400, f"{name} must be a number, 0 or more")
    return given


def wait_limit_s(request: Request) -> float:
    """Return how long the request may wait, in seconds."""
    return min(LONGEST_WAIT_S, number(request, "timeout", DEFAULT_WAIT_S))
