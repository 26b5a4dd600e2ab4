"""A connection of Gemini Live, as the page sees its model.

The model calls askBrain with the words of each turn and leaves the call open. It says an answer
when nobody speaks, and its sound is sent at once: the page plays it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
import uuid
from collections.abc import Callable
from contextlib import aclosing

from starlette.websockets import WebSocket, WebSocketDisconnect

from local.voice.calls import Call, Senses
from local.voice.realtime_call import TOOL, message_in
from local.voice.records import Json, Records, Session
from local.voice.sounds import EAR_RATE, MOUTH_RATE, SAMPLE_BYTES, seconds
from local.voice.turns import SILENCE_S, Began, Ended, Paused, Turns

PIECE_S = 0.2  # seconds of sound in a frame
MOST_CALLS = 3  # of one turn: an empty answer makes the model call again
NO_NAME = "There was a system error."  # what the model says if a response has no name


class GeminiCall(Call):
    def __init__(
        self, session: Session, senses: Senses, records: Records, socket: WebSocket
    ) -> None:
        super().__init__(session, senses, records)
        self._socket = socket
        self._turns = Turns(senses.is_voice())
        self._calls: dict[str, tuple[str, int]] = {}  # open ones: words, and which try it is
        self._speaking = asyncio.Lock()
        self._saying: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()  # the user does not speak
        self._quiet.set()
        self.on_handle: Callable[[str], object] = lambda handle: None

    async def run(self) -> None:
        """Serve the connection until it ends. Raises WebSocketDisconnect."""
        await self.send({"setupComplete": {}})
        await self._tell_handle()
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message["code"])
            raw = message.get("text") or (message.get("bytes") or b"").decode(errors="replace")
            if '"realtimeInput"' in raw[:40]:
                await self._listen(raw)
            else:
                await self.told(raw)

    async def transmit(self, text: str) -> None:
        # The vendor sends its JSON in binary frames; a browser gets a Blob.
        await self._socket.send_bytes(text.encode())

    async def end(self, reason: str, code: int) -> None:
        """Close the connection from the vendor's side."""
        self.drop_tasks()
        await self.records.end(self.session, reason)
        await self._socket.close(code, reason)

    async def gone(self) -> None:
        self.drop_tasks()
        await self.records.end(self.session, "connection_lost")

    async def _tell_handle(self) -> None:
        setup = self.session.settings.get("bidiGenerateContentSetup") or {}
        if setup.get("sessionResumption") is None:
            return
        handle = f"h-{uuid.uuid4().hex[:16]}"
        self.on_handle(handle)
        await self.send({"sessionResumptionUpdate": {"newHandle": handle, "resumable": True}})

    # ---- the user speaks

    async def _listen(self, raw: str) -> None:
        for pcm in sound_in(raw):
            for event in self._turns.take(pcm):
                match event:
                    case Began():
                        await self.began(event.at_s)
                    case Paused():
                        self.paused(event)
                    case Ended():
                        await self.said(event)

    async def began(self, at_s: float) -> None:
        self._quiet.clear()
        if self._saying:
            self._saying.cancel()
            await self.send({"serverContent": {"interrupted": True}})
            await self.send({"serverContent": {"turnComplete": True}})

    async def said(self, turn: Ended) -> None:
        self._quiet.set()
        self.spawn(self._understand(turn))

    async def _understand(self, turn: Ended) -> None:
        text = await self.hear(turn)
        if text:
            await self.send({"serverContent": {"inputTranscription": {"text": text}}})
            await self._ask(text, 1)

    async def _ask(self, text: str, number: int) -> None:
        call_id = f"function-call-{uuid.uuid4().int % 10**19}"
        self._calls[call_id] = (text, number)
        call = {"id": call_id, "name": TOOL, "args": {"text": text}}
        await self.send({"toolCall": {"functionCalls": [call]}})

    # ---- the page sends

    async def taken(self, event: Json) -> None:
        if isinstance(response := event.get("toolResponse"), dict):
            for one in response.get("functionResponses") or []:
                await self._respond(one)
        elif isinstance(content := event.get("clientContent"), dict):
            if self._saying:  # it interrupts unconditionally
                self._saying.cancel()
                await self.send({"serverContent": {"interrupted": True}})
            if content.get("turnComplete"):
                self.spawn(self._say(message_in(_texts(content))))
        else:
            await self.end("Request contains an invalid argument.", 1007)

    async def _respond(self, response: Json) -> None:
        text, number = self._calls.get(str(response.get("id")), ("", 0))
        if not number:
            return  # unknown or answered
        if not response.get("willContinue"):
            del self._calls[str(response["id"])]
        said = response.get("response") or {}
        answer = str(said.get("answer") or said.get("output") or "")
        if not response.get("name"):
            self.spawn(self._say(NO_NAME))
        elif not said and number < MOST_CALLS:
            await self._ask(text, number + 1)
        elif answer and response.get("scheduling") != "SILENT":
            if response.get("scheduling") == "INTERRUPT" and self._saying:
                self._saying.cancel()
            self.spawn(self._say(answer))

    # ---- the model speaks

    async def _say(self, text: str) -> None:
        async with self._speaking:
            await self._quiet.wait()
            self._saying = self.spawn(self._utter(text))
            try:
                await asyncio.wait([self._saying])
            finally:
                self._saying = None

    async def _utter(self, text: str) -> None:
        began_at, length_s = time.monotonic(), 0.0
        step = round(PIECE_S * MOUTH_RATE) * SAMPLE_BYTES
        async with aclosing(self.sounds(text)) as sounds:
            async for pcm in sounds:
                length_s += seconds(pcm, MOUTH_RATE)
                for place in range(0, len(pcm), step):
                    await self._send_sound(pcm[place : place + step])
        await self.send({"serverContent": {"outputTranscription": {"text": text}}})
        await self.send({"serverContent": {"generationComplete": True}})
        await asyncio.sleep(began_at + length_s - time.monotonic())
        count = {"totalTokenCount": 2, "promptTokenCount": 1, "responseTokenCount": 1}
        await self.send({"serverContent": {"turnComplete": True}, "usageMetadata": count})
        await self._tell_handle()

    async def _send_sound(self, pcm: bytes) -> None:
        data = {"mimeType": f"audio/pcm;rate={MOUTH_RATE}", "data": base64.b64encode(pcm).decode()}
        frame = {"serverContent": {"modelTurn": {"parts": [{"inlineData": data}]}}}
        await self.transmit(json.dumps(frame))  # sound is not recorded


def sound_in(raw: str) -> list[bytes]:
    """Return the samples in a frame of `realtimeInput`; none if it is something else."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    content = frame.get("realtimeInput") if isinstance(frame, dict) else None
    if isinstance(content, dict) and content.get("audioStreamEnd"):
        return [bytes(round((SILENCE_S + 0.1) * EAR_RATE) * SAMPLE_BYTES)]  # nothing more follows
    sound = content.get("audio") if isinstance(content, dict) else None
    if not isinstance(sound, dict) or "audio/pcm" not in str(sound.get("mimeType")):
        return []
    try:
        return [base64.b64decode(str(sound.get("data")), validate=True)]
    except (binascii.Error, ValueError):
        return []


def _texts(content: Json) -> str:
    parts = [part for turn in content.get("turns") or [] for part in turn.get("parts") or []]
    return " ".join(str(part.get("text") or "") for part in parts)
