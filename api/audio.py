"""/api/voiceSession: sessions with vendors. /api/audioUpload, /api/audioStream: audio over HTTP.

Rewrites lead here.
"""

from brain.cloud import cold
from brain.http.names import by_name
from brain.routes.audio import AUDIO_ROUTES
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(by_name(AUDIO_ROUTES, Wiring(environment())))
