"""GET /api/receipt: what a run has used."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.feature import Resources
from brain.http.edge import INVALID_QUERY, Answer, Problem
from brain.usage.model import receipt_to_wire
from brain.usage.ports import Receipts, Running

MOST_ID_CHARS = 64


def receipt_routes(
    receipts: Callable[[], Receipts | None],
    running: Callable[[], Running],
    now_ms: Callable[[], int],
) -> Resources:
    """Return the routes. `now_ms` is the time in ms since 1970."""

    async def receipt(request: Request, user_id: str) -> ASGIApp:
        run_id = request.query_params.get("runId", "")
        if not 0 < len(run_id) <= MOST_ID_CHARS:
            fault = {"field": "runId", "message": f"It must have 1 to {MOST_ID_CHARS} characters."}
            raise Problem(422, INVALID_QUERY, errors=[fault])
        found = await running().last(user_id)
        if found is None or found.counts.run_id != run_id or found.state != "running":
            # The row is more complete: it has what was done after the last commit.
            rows = receipts()
            kept = await rows.receipt(user_id, run_id) if rows is not None else None
            is_last = found is not None and found.counts.run_id == run_id
            found = kept or (found if is_last else None)
        if found is None:
            raise Problem(404, "Run not found.")
        return Answer(receipt_to_wire(found, now_ms=now_ms()))

    return {"receipt": {"GET": receipt}}
