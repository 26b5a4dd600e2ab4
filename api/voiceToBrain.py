"""POST /api/voiceToBrain: a text of the user in, the brain's answer out."""

from brain.http.edge import endpoint
from brain.routes.voice import voice_to_brain
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"POST": voice_to_brain}, Wiring(environment()))
