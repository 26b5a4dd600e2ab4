"""POST /v1/chat/completions and GET /v1/models: the brain as a chat model, for voice platforms.

What serves them is imported with the first such request, because voiceToBrain starts without it.
"""

from importlib import import_module
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from brain.wiring import Wiring

V1 = "/v1/"


def beside_chat(app: ASGIApp, wiring: Wiring) -> ASGIApp:
    """Build the ASGI app of a function that serves `app`, and the chat model below /v1/."""

    seen: dict[str, str] = {}

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or V1 not in str(scope.get("path", "")):
            await app(scope, receive, send)
            return
        completions: Any = import_module("brain.routes.completions")
        await completions.serve(scope, receive, send, wiring, seen)

    return serve
