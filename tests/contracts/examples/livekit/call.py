"""A call with examples/livekit without a room, in the environment of the voice platforms.

    python call.py FOLDER

FOLDER has agent.py. Reads a command a line: `say TEXT` is what the user says, `interrupt` cuts the
agent off as its voice activity detector does, `quit` ends the call. Prints an event a line as JSON:
`{"heard": text}` while the loudspeaker plays, `{"item": [role, text, interrupted]}` for what stands
in the history, `{"state": …}` of the agent. Needs nothing of this repository.
"""

import asyncio
import importlib
import json
import sys
import time
from typing import Any

from livekit.agents.voice import io
from livekit.agents.voice.transcription import TranscriptSynchronizer


def tell(**event: Any) -> None:
    print(json.dumps(event), flush=True)


class Loudspeaker(io.AudioOutput):  # type: ignore[misc]
    """Plays in real time, and makes no sound."""

    def __init__(self) -> None:
        capabilities = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="loudspeaker", capabilities=capabilities)
        self._began = self._length = 0.0
        self._end: asyncio.TimerHandle | None = None

    async def capture_frame(self, frame: Any) -> None:
        await super().capture_frame(frame)
        if not self._length:
            self._began = time.time()
            self.on_playback_started(created_at=self._began)
        self._length += frame.duration

    def flush(self) -> None:
        super().flush()
        if self._length and self._end is None:
            left_s = self._began + self._length - time.time()
            self._end = asyncio.get_running_loop().call_later(max(left_s, 0), self._stop)

    def clear_buffer(self) -> None:
        self._stop(interrupted=True)

    def _stop(self, *, interrupted: bool = False) -> None:
        if self._end is not None:
            self._end.cancel()
        length, self._length, self._end = self._length, 0.0, None
        if length:
            played = min(time.time() - self._began, length)
            self.on_playback_finished(playback_position=played, interrupted=interrupted)


class Subtitles(io.TextOutput):  # type: ignore[misc]
    """Shows the words while they are played."""

    def __init__(self) -> None:
        super().__init__(label="subtitles", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        tell(heard=text)

    def flush(self) -> None:
        pass


async def main() -> None:
    sys.path.insert(0, sys.argv[1])
    agent = importlib.import_module("agent")

    session = agent.voice("call-1")
    played = TranscriptSynchronizer(
        next_in_chain_audio=Loudspeaker(), next_in_chain_text=Subtitles()
    )
    session.output.audio, session.output.transcription = played.audio_output, played.text_output

    @session.on("conversation_item_added")  # type: ignore[untyped-decorator]
    def _(event: Any) -> None:
        if event.item.type == "message":
            told = [event.item.role, event.item.text_content.strip(), event.item.interrupted]
            tell(item=told)

    @session.on("agent_state_changed")  # type: ignore[untyped-decorator]
    def _(event: Any) -> None:
        tell(state=event.new_state)

    unasked = await agent.talk(session, record=False)
    tell(state="ready")
    while (line := await asyncio.to_thread(sys.stdin.readline)).strip() not in ("", "quit"):
        command, _, text = line.strip().partition(" ")
        if command == "say":
            session.generate_reply(user_input=text)
        else:
            await session.interrupt()
    await unasked.close()
    await session.aclose()
    await played.aclose()


if __name__ == "__main__":
    asyncio.run(main())
