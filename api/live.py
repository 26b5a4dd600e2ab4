"""WS /api/live: a user's log and orders over one WebSocket connection."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.live import live, only_sockets
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"GET": only_sockets}, Wiring(environment()), socket=live))
