"""Runs the examples of the documentation with the clients that they are for."""

import asyncio
import json
import re
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from local.toolchain import HOME
from tests.routes.stage import Json
from tests.voice.chat.stage import Platform

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = Path(__file__).with_name("clients.py")
LIMIT_S = 100.0  # seconds; the first import of LiveKit takes ten on a busy machine
# The clients log to standard error and may look for updates or models: nothing may leave.
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LIVEKIT_TELEMETRY": "0"}


def example(heading: str, language: str = "python") -> str:
    """Return the code of a section of docs/voice.md."""
    text = (ROOT / "docs" / "voice.md").read_text("utf-8")
    section = re.split(rf"^### {re.escape(heading)}\n", text, flags=re.MULTILINE)[1]
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


async def run(client: str, heading: str, platform: Platform, *turns: Json) -> list[Any]:
    """Return what the client has made of the answer to each turn."""
    asked = {
        "example": example(heading),
        "url": platform.deployment.url,
        "key": platform.key,
        "call": platform.call,
        "turns": turns,
    }
    python = HOME / "platforms" / "bin" / "python"
    process = await asyncio.create_subprocess_exec(
        python, CLIENTS, client, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=ENV
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            out, told = await process.communicate(json.dumps(asked).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, told.decode()[-3_000:]
    return list(json.loads(out.decode().rstrip().rpartition("\n")[2]))
