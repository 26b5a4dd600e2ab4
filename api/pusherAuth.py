"""POST /api/pusherAuth: authorize a page to subscribe to its user's channels."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.session import authorize_channel
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"POST": authorize_channel}, Wiring(environment())))
