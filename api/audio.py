"""POST, DELETE /api/voiceSession: a voice session with a vendor. Rewrites lead here."""

from brain.http.names import by_name
from brain.routes.voice_session import begin_voice, end_voice
from brain.settings import environment
from brain.wiring import Wiring

app = by_name({"voiceSession": {"POST": begin_voice, "DELETE": end_voice}}, Wiring(environment()))
