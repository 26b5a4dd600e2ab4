"""GET /api/status: what the brain is doing. GET /api/health: what is not set up."""

from brain.http.edge import endpoint
from brain.routes.reading import status
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"GET": status}, Wiring(environment()))
