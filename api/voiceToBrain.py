"""POST /api/voiceToBrain: takes a text of the user and returns the brain's answer."""

from brain.http.edge import endpoint
from brain.routes.voice import voice_to_brain
from brain.settings import environment
from brain.wiring import Wiring

app = endpoint({"POST": voice_to_brain}, Wiring(environment()))
