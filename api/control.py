"""POST /api/control: stop, mark as heard, decide."""

from brain.http.edge import endpoint
from brain.routes.control import control
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"POST": control}, Wiring(environment()))
