"""Echoes WebSocket messages. The query makes it refuse or hang; the message `bye` makes it
close.
"""

import asyncio
from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        return
    await receive()
    if scope["query_string"] == b"refuse":
        await send({"type": "websocket.close"})
        return
    if scope["query_string"] == b"hang":
        await asyncio.Event().wait()
    await send({"type": "websocket.accept", "subprotocol": (scope["subprotocols"] or [None])[0]})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "bye":
            await send({"type": "websocket.close", "code": 4001, "reason": "bye"})
            return
        kind = "text" if message.get("text") is not None else "bytes"
        await send({"type": "websocket.send", kind: message[kind]})
    print("closed with", message["code"])
