"""GET /api/messages: the user's log, in order."""

from brain.http.edge import endpoint
from brain.routes.reading import messages
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"GET": messages}, Wiring(environment()))
