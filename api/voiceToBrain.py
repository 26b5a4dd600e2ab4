"""POST /api/voiceToBrain: takes a text of the user and returns the brain's answer.

Rewrites also lead the chat model for voice platforms here: /v1/chat/completions, /v1/models.
"""

from brain.cloud import cold
from brain.http.edge import endpoint
from brain.routes.chat import beside_chat
from brain.routes.voice import voice_to_brain
from brain.settings import environment
from brain.wiring import Wiring

wiring = Wiring(environment())
app = cold.started(beside_chat(endpoint({"POST": voice_to_brain}, wiring), wiring))
