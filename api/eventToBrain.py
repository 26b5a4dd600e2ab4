"""POST /api/eventToBrain: reports of events from other programs and from the queue."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.event import event_to_brain
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"POST": event_to_brain}, Wiring(environment()), for_pages=False))
