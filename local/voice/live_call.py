"""A session of OpenAI GPT-Live, as the page sees its model.

The model delegates each turn, and says what is appended as commentary. It acknowledges a delegation
with a few words of its own, unless something is appended before.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Iterator

from local.voice.calls import SENTENCE, Senses
from local.voice.records import Json, Records, Session
from local.voice.sounds import MOUTH_RATE, seconds
from local.voice.turns import Ended, Paused
from local.voice.webrtc import WebRtcCall

PIECE_WORDS = 4  # in a fragment of a transcript
LIFE_S = 7200  # seconds after which a session expires
ACKNOWLEDGEMENT = "One moment."
APPENDED = {
    "session.thinking.append": "session.thinking.appended",
    "session.commentary.append": "session.commentary.appended",
    "session.instructions.append": "session.instructions.appended",
}


class LiveCall(WebRtcCall):
    def __init__(self, session: Session, senses: Senses, records: Records) -> None:
        super().__init__(session, senses, records)
        self._speaking = asyncio.Lock()  # one sentence after the other
        self._cuts = 0  # how often the user interrupted
        self._delegations: set[str] = set()
        self._acknowledgement: asyncio.Task[None] | None = None
        self._is_muted = False
        self._pausing: asyncio.Task[None] | None = None
        self._paused_at: float | None = None
        self._paused_s = 0.0

    async def greet(self) -> None:
        await self.emit("session.started", session=self._resource())
        self._wait_for_idleness()

    async def farewell(self, reason: str) -> None:
        await self._close_with(reason)

    async def _close_with(self, reason: str, **more: object) -> None:
        usage = self._usage()
        await self.emit(
            "session.closed", reason=reason, session=self._resource(), usage=usage, **more
        )

    def _resource(self) -> Json:
        kept = {"model", "delegation", "audio", "client", "store"}
        settings = {name: one for name, one in self.session.settings.items() if name in kept}
        expires_at = int(self.session.created_at + LIFE_S)
        own = {"id": self.session.id, "status": "active", "expires_at": expires_at}
        return {"delegation": {"type": "client"}, **settings, **own}

    def _usage(self) -> Json:
        paused_s = self._paused_s + (time.time() - self._paused_at if self._paused_at else 0.0)
        whole = max(15, round(time.time() - self.session.created_at))  # 15 s are billed at once
        paused = min(whole, int(paused_s))
        return {"seconds": whole, "active_seconds": whole - paused, "paused_seconds": paused}

    # ---- idleness

    def _wait_for_idleness(self) -> None:
        if self._pausing:
            self._pausing.cancel()
        if idle_s := self.session.settings.get("idle_timeout_s"):
            self._pausing = self.spawn(self._pause(float(idle_s)))

    async def _pause(self, idle_s: float) -> None:
        await asyncio.sleep(idle_s)
        self._paused_at = time.time()
        await self.emit("session.paused")

    async def _resume(self) -> None:
        if self._paused_at is not None:
            self._paused_s += time.time() - self._paused_at
            self._paused_at = None
            await self.emit("session.resumed")
        self._wait_for_idleness()

    # ---- the user speaks

    async def began(self, at_s: float) -> None:
        if not self._is_muted:
            await self._resume()
            self._cuts += 1
            self.peer.cut()

    def paused(self, pause: Paused) -> None:
        if not self._is_muted:
            super().paused(pause)

    async def said(self, turn: Ended) -> None:
        if not self._is_muted:
            self.spawn(self._understand(turn))

    async def _understand(self, turn: Ended) -> None:
        text = await self.hear(turn)
        if not text:
            return
        end_ms = round(turn.at_s * 1000)
        start_ms = max(0, end_ms - round(len(text) * 1000 / 15))
        for piece, begin, end in _timed(text, start_ms, end_ms):
            await self.emit(
                "session.input_transcript.delta", delta=piece, start_ms=begin, end_ms=end
            )
        delegation = {"id": f"dlg_{uuid.uuid4().hex[:20]}", "type": "delegation"}
        self._delegations.add(delegation["id"])
        await self.emit(
            "session.delegation.created",
            delegation={**delegation, "target": "client"},
            offset_ms=self.ms(),
        )
        self._acknowledgement = self.spawn(self._acknowledge())

    async def _acknowledge(self) -> None:
        asked = self.session.settings.get("delegation") or {}
        await asyncio.sleep(asked.get("acknowledgement_delay_ms", 0) / 1000)
        self.spawn(self._say(ACKNOWLEDGEMENT))

    # ---- the page sends

    async def taken(self, event: Json) -> None:
        kind, client_id = str(event.get("type")), event.get("event_id")
        told = {"client_event_id": client_id} if client_id else {}
        if not self._allows(kind):
            await self._refuse(event, "event_not_allowed", f"'{kind}' is not allowed here.")
        elif kind in APPENDED:
            await self._append(kind, event, told)
        elif kind in ("session.input_audio.mute", "session.input_audio.unmute"):
            self._is_muted = kind.endswith(".mute")
            await self.emit(f"{kind}d", **told)
        elif kind == "session.update":
            await self.emit("session.updated", session=self._resource(), **told)
        elif kind == "session.close":
            await self._close_with("close_requested", **told)
            await self.close("close_requested")
        else:
            await self._refuse(event, "unknown_event", f"Unknown event '{kind}'.")

    def _allows(self, kind: str) -> bool:
        client = self.session.settings.get("client") or {}
        allowed = (client.get("data_channel") or {}).get("allowed_client_events")
        return allowed in (None, "all") or kind in allowed

    async def _append(self, kind: str, event: Json, told: Json) -> None:
        content, delegation_id = event.get("content"), event.get("delegation_id")
        if not isinstance(content, str) or "delegation_id" not in event:
            await self._refuse(event, "missing_required_parameter", "content, delegation_id")
            return
        if delegation_id is not None and delegation_id not in self._delegations:
            await self._refuse(event, "invalid_delegation", "No such delegation.")
            return
        if self._acknowledgement:
            self._acknowledgement.cancel()
        now = self.ms()
        await self.emit(APPENDED[kind], start_ms=now, end_ms=now, **told)
        await self._resume()
        if kind == "session.commentary.append":
            self.spawn(self._say(content))

    async def _refuse(self, event: Json, code: str, message: str) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": message}
        client_id = event.get("event_id")
        await self.emit("error", error={**error, "client_event_id": client_id, "param": None})

    # ---- the model speaks

    async def _say(self, text: str) -> None:
        cuts = self._cuts
        async with self._speaking:
            for sentence in SENTENCE.findall(text):
                if self._cuts != cuts or not await self._say_sentence(sentence):
                    break
            await self.emit("session.usage.updated", usage=self._usage())

    async def _say_sentence(self, sentence: str) -> bool:
        """Return whether it was said to its end. Its words are told as they are spoken."""
        pcm = await self.make(sentence)
        start_ms, length_ms = self.ms(), round(seconds(pcm, MOUTH_RATE) * 1000)
        playing = asyncio.create_task(self.peer.play(pcm))
        try:
            for piece, begin, end in _timed(sentence, start_ms, start_ms + length_ms):
                await asyncio.wait([playing], timeout=max(0.0, (begin - self.ms()) / 1000))
                if playing.done() and not playing.result():
                    return False
                await self.emit(
                    "session.output_transcript.delta", delta=piece, start_ms=begin, end_ms=end
                )
            return await playing
        finally:
            playing.cancel()


def _timed(text: str, start_ms: int, end_ms: int) -> Iterator[tuple[str, int, int]]:
    """Yield the text in pieces of a few words, with the time of each, by its characters."""
    words = re.findall(r"\s*\S+(?:\s+$)?", text)
    per_char, place = (end_ms - start_ms) / max(1, len(text)), 0
    for i in range(0, len(words), PIECE_WORDS):
        piece = "".join(words[i : i + PIECE_WORDS])
        begin = start_ms + round(place * per_char)
        place += len(piece)
        yield piece, begin, start_ms + round(place * per_char)
