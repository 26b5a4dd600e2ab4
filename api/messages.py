"""GET /api/messages: the user's log, in order.

Rewrites also lead the logs of minds here: /api/battles/:id/messages.
"""

from brain.cloud import cold
from brain.routes.reading import messages
from brain.routes.resources import beside_resources
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(
    beside_resources({"messages": {"GET": messages}}, Wiring(environment()), "polled")
)
