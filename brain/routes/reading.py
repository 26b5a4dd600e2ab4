"""GET /api/messages, /api/status, /api/health and /api/openapi.json: what a page polls, and what
describes the deployment. Small, and free of heavy imports.
"""

import json
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.types import ASGIApp

from brain import settings
from brain.http.edge import MAX_SEQ, Answer, tagged, whole_number
from brain.run.records import entry_to_wire
from brain.run.store import STATUS
from brain.version import VERSION
from brain.wiring import Wiring

DEFAULT_LIMIT = 100  # messages of a page
MAX_LIMIT = 500
OPENAPI = Path(__file__).parent.parent / "http" / "openapi.json"  # made by `make docs`


async def messages(request: Request, wiring: Wiring) -> ASGIApp:
    """The log after `sinceSeq`, from the archive where the state store no longer holds it."""
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    since = whole_number(request, "sinceSeq", default=0, low=0, high=MAX_SEQ)
    limit = whole_number(request, "limit", default=DEFAULT_LIMIT, low=1, high=MAX_LIMIT)
    page = await wiring.log.read(caller.user_id, since=since, limit=limit)
    return tagged(
        request,
        {
            "messages": [entry_to_wire(entry) for entry in page.entries],
            "nextSince": page.entries[-1].seq if page.entries else since,
            "lastSeq": page.last_seq,
        },
    )


async def status(request: Request, wiring: Wiring) -> ASGIApp:
    """What the user's brain is doing; health where the rewrite says so."""
    if request.url.path.endswith("/health") or request.query_params.get("check") == "health":
        return health(wiring)
    caller = await wiring.tokens.check(request.headers.get("authorization"))
    found = await wiring.store.status(caller.user_id, is_here=True)
    beside = BackgroundTask(wiring.wake, caller.user_id) if found.held else None
    return tagged(request, STATUS.encode(found), beside=beside)


def health(wiring: Wiring) -> Answer:
    """Which services are set up: names of what is missing, and no value. Calls nobody."""
    groups = {name: read for each in wiring.features for name, read in each.settings.items()}
    problems = settings.problems(wiring.env, groups)
    checks = {
        name: {"ok": not text, **({"missing": text} if text else {})}
        for name, text in problems.items()
    }
    return Answer({"ok": not any(problems.values()), "version": VERSION, "checks": checks})


async def openapi(request: Request, wiring: Wiring) -> ASGIApp:
    """Describe the routes as OpenAPI. Read when it is asked for: no start has to wait for it."""
    return tagged(request, json.loads(OPENAPI.read_text()))
