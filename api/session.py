"""POST /api/session: give a page its token and its channels."""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.session import begin_session
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(endpoint({"POST": begin_session}, Wiring(environment())))
