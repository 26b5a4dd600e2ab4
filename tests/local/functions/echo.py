"""Answers with the request that it received."""

import json
import os
from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        print("took", message["body"])
        body += message["body"]
        if not message["more_body"]:
            break
    print("asked for", scope["path"])
    content = {
        "pid": os.getpid(),
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        "body": body.decode(),
        "env": dict(os.environ),
    }
    headers = [(b"content-type", b"application/json"), (b"x-frame-options", b"its own")]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})
