"""What a test asks of a stand-in's control routes: numbers, and how long it will wait."""

from __future__ import annotations

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request

DEFAULT_WAIT_S = 10.0  # seconds; longer than any test's event takes, shorter than a test's limit
LONGEST_WAIT_S = 30.0  # seconds; a client that forgot its own limit is answered all the same


def number(request: Request, name: str, default: float) -> float:
    """A number of the query string. Raises HTTPException 400."""
    try:
        given = float(request.query_params.get(name, default))
    except ValueError:
        given = math.nan
    if not 0 <= given < math.inf:
        raise HTTPException(400, f"{name} must be a number, 0 or more")
    return given


def wait_limit_s(request: Request) -> float:
    """How long to wait for what is asked, in seconds."""
    return min(LONGEST_WAIT_S, number(request, "timeout", DEFAULT_WAIT_S))
