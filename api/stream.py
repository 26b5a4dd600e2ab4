"""GET /api/stream: the user's log as server-sent events."""

from brain.http.edge import endpoint
from brain.routes.stream import stream
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"GET": stream}, Wiring(environment()))
