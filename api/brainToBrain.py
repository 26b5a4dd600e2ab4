"""POST /api/brainToBrain: the queue calls to continue a run."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.again import brain_to_brain
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"POST": brain_to_brain}, Wiring(environment()), for_pages=False))
