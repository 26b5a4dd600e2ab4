"""Holds a call with examples/livekit: a subprocess in the environment of the voice platforms."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.toolchain import HOME
from tests.local.serving import served
from tests.voice.audio.sounds import wav

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "livekit"
CALL = Path(__file__).with_name("call.py")
LIMIT_S = 100.0  # seconds; the first import of LiveKit takes ten on a busy machine
CHARS_PER_S = 20.0  # of the mouth


async def speak(request: Request) -> Response:
    """Speak as a server of OpenAI's form does, at the pace of a voice."""
    said = await request.json()
    assert said["response_format"] == "wav"
    return Response(wav(len(said["input"]) / CHARS_PER_S, hertz=24_000), media_type="audio/wav")


MOUTH = Starlette(routes=[Route("/v1/audio/speech", speak, methods=["POST"])])


class Caller:
    """Speaks to the agent, and hears it. `events` is what has happened so far."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.events: list[dict[str, Any]] = []

    @property
    def items(self) -> list[tuple[str, str, bool]]:
        """What stands in the history: role, text, and whether it was cut off."""
        return [tuple(event["item"]) for event in self.events if "item" in event]

    def command(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Listen until it is so."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(LIMIT_S):
                while not is_so():
                    line = await self._process.stdout.readline()
                    assert line, "the agent has ended"
                    if line.startswith(b"{"):
                        self.events.append(json.loads(line))
        except TimeoutError:
            raise AssertionError(f"not heard; {self.events}") from None

    async def until_item(self, text: str) -> None:
        """Listen until the agent has said this, or a beginning of it if it was cut off."""
        await self.until(lambda: any(text in item[1] for item in self.items))

    async def until_words(self, words: str) -> None:
        """Listen until these words are being played."""
        await self.until(lambda: words in "".join(e.get("heard", "") for e in self.events))


@asynccontextmanager
async def calling(url: str, key: str) -> AsyncIterator[Caller]:
    """Begin a call; it ends with the context."""
    async with served(MOUTH) as mouth:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": "/tmp",
            "BRAIN_URL": url,
            "BRAIN_KEY": key,
            "VOICE_URL": f"{mouth}/v1",
            "OPENAI_API_KEY": "local",
            "LIVEKIT_TELEMETRY": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        python = HOME / "platforms" / "bin" / "python"
        process = await asyncio.create_subprocess_exec(
            python, CALL, EXAMPLE, stdin=PIPE, stdout=PIPE, env=env
        )
        caller = Caller(process)
        try:
            await caller.until(lambda: {"state": "ready"} in caller.events)
            yield caller
            caller.command("quit")
            async with asyncio.timeout(LIMIT_S):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
