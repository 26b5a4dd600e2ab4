"""GET /api/status: what the brain is doing. GET /api/health: which settings are missing.
GET /api/openapi.json: the description of all routes.

Rewrites also lead the status and the report of jobs here: /api/jobs/:id/status.
"""

from brain.cloud import cold
from brain.routes.reading import openapi, status
from brain.routes.resources import beside_resources
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(
    beside_resources(
        {"status": {"GET": status}, "health": {"GET": status}, "openapi.json": {"GET": openapi}},
        Wiring(environment()),
        "polled",
    )
)
