"""POST /api/brainToBrain: the queue calls to go on with a run."""

from starlette.requests import Request
from starlette.types import ASGIApp

from brain.adapters.qstash import retry_after_s
from brain.domain.errors import Unreachable
from brain.flows.go import brain_again
from brain.http.bodies import SummonsBody, parse
from brain.http.edge import Answer, Problem, invocation_seconds, parse_json, read_body
from brain.ports import Summons
from brain.wiring import Wiring


async def brain_to_brain(request: Request, wiring: Wiring) -> ASGIApp:
    """Never returns a message: all of a continued run's take the channel."""
    invocation = wiring.begin_invocation(invocation_seconds())
    raw = await read_body(request)
    wiring.signature.check(request.headers.get("upstash-signature"), raw)
    body = parse(SummonsBody, parse_json(raw))
    summons = Summons(
        user_id=body.user_id,
        run_id=body.run_id,
        reason=body.reason,
        fence=body.fence,
        wake=body.wake,
    )
    try:
        await brain_again(wiring.services, summons, invocation)
    except Unreachable as error:
        retried = request.headers.get("upstash-retried", "0")
        wait = retry_after_s(int(retried) if retried.isdigit() else 0)
        headers = {"Retry-After": str(wait)}
        title = "A service cannot be reached. Try again."
        raise Problem(503, title, detail=str(error), headers=headers) from error
    return Answer({"ok": True})
