"""GET /api/status: what the brain is doing. GET /api/health: which settings are missing.
GET /api/openapi.json: the description of all routes.
"""

from brain.http.names import by_name
from brain.routes.reading import openapi, status
from brain.settings import environment
from brain.wiring import Wiring

app = by_name({"status": {"GET": status}, "openapi.json": {"GET": openapi}}, Wiring(environment()))
