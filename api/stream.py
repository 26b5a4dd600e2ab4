"""GET /api/stream: the user's log as server-sent events. A rewrite also leads /api/assist here."""

from brain.cloud import cold
from brain.routes.resources import beside_resources
from brain.routes.stream import stream
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(beside_resources({"stream": {"GET": stream}}, Wiring(environment())))
