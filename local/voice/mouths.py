"""The real mouths: programs of their own, which are given a text and give back sound.

Both are licensed under the GPL. They are run as separate programs, and nothing here imports them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from local.voice.codec import encoded, samples
from local.voice.sounds import MOUTH_RATE

SAY_LIMIT_S = 30.0  # seconds for one text
WORDS_PER_MINUTE = 160  # espeak-ng's speed at 1.0
WROTE = b"Wrote "  # the line with which piper reports a finished file


class MouthFailed(Exception):
    """The program ended, or gave no sound."""


class EspeakMouth:
    """espeak-ng: robotic and fast. It starts again for each text."""

    name = "espeak-ng"

    def __init__(self, program: str) -> None:
        self._program = program

    async def say(self, text: str, *, speed: float = 1.0) -> bytes:
        rate = str(round(WORDS_PER_MINUTE * speed))
        process = await asyncio.create_subprocess_exec(
            *(self._program, "-v", "en-us", "-s", rate, "--stdin", "--stdout"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SAY_LIMIT_S):
                audio, _ = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if not audio:
            raise MouthFailed(f"{self.name} gave no sound")
        return await asyncio.to_thread(samples, audio, MOUTH_RATE)

    def written(self, pcm: bytes, form: str, *, text: str) -> bytes:
        return encoded(pcm, form, text=text)


class PiperMouth:
    """piper: a natural voice. It loads the voice once and says one text after the other."""

    name = "piper"

    def __init__(self, voice: Path) -> None:
        self._voice = voice
        self._folder = tempfile.TemporaryDirectory(prefix="brain-voice-")
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def say(self, text: str, *, speed: float = 1.0) -> bytes:
        line = " ".join(text.split())
        if not line:
            return b""
        async with self._turn:
            try:
                async with asyncio.timeout(SAY_LIMIT_S):
                    file = await self._spoken(line)
            except (MouthFailed, TimeoutError, ConnectionError):
                await self.close()  # the next text begins with a new process
                raise
        try:
            return await asyncio.to_thread(samples, file.read_bytes(), MOUTH_RATE)
        finally:
            file.unlink()

    def written(self, pcm: bytes, form: str, *, text: str) -> bytes:
        return encoded(pcm, form, text=text)

    async def close(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def _spoken(self, line: str) -> Path:
        """Return the file with the sound of a line. Raises MouthFailed."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "piper", "-m", str(self._voice)),
                *("--output-dir", self._folder.name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        assert self._process.stdin is not None  # asked for, as is stderr
        assert self._process.stderr is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()
        async for report in self._process.stderr:
            _, wrote, name = report.rstrip().partition(WROTE)
            if wrote:
                return Path(name.decode())
        raise MouthFailed(f"{self.name} ended")
