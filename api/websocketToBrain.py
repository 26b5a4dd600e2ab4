"""POST /api/websocketToBrain: webhooks of the channel's server about its connections."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.channel import channel_to_brain
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"POST": channel_to_brain}, Wiring(environment()), for_pages=False))
