"""The chat model beside voiceToBrain: it is imported when first asked, and knows its routes."""

import subprocess
import sys

import httpx
from starlette.responses import PlainTextResponse

from brain.routes.chat import beside_chat
from brain.wiring import Wiring

START = """
import sys
import brain.routes.chat, brain.routes.voice
late = ("brain.voice", "brain.routes.completions", "brain.texts.sentences")
print([name for name in sys.modules if name.startswith(late)])
"""


def test_voice_to_brain_starts_without_it() -> None:
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


async def test_an_unknown_route_has_openais_form() -> None:
    app = beside_chat(PlainTextResponse("voiceToBrain"), Wiring({}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://brain") as http:
        assert (await http.post("/api/voiceToBrain")).text == "voiceToBrain"
        for path in ("/v1/embeddings", "/api/v1/chat", "/v1/", "/v1/chat/completions/x"):
            answer = await http.post(path, json={})
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (404, "not_found")
        broken = (await http.get("/v1/models", headers={"authorization": "Bearer x"})).json()
        assert broken["error"]["type"] == "server_error"
