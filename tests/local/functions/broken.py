"""Cannot be imported until the file named in its environment exists."""

import os
from pathlib import Path
from typing import Any

if not Path(os.environ["REPAIRED"]).exists():
    raise ImportError("what it needs is not there")


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"repaired"})
