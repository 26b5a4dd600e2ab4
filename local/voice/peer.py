"""Real WebRTC: a peer that answers, hears the caller's track, and plays into its own.

Needs aiortc, from the environment of `make ears`.
"""

from __future__ import annotations

import asyncio
import fractions
import logging
import time
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from local.voice.calls import BadOffer, Listener, check_offer
from local.voice.codec import frame_of, raw
from local.voice.sounds import EAR_RATE, MOUTH_RATE, SAMPLE_BYTES
from local.voice.turns import Began, Ended, Event, IsVoice, Paused, Turns

log = logging.getLogger(__name__)

CHANNEL = "oai-events"
FRAME_S = 0.02  # seconds; what Opus sends at once
FRAME_BYTES = round(FRAME_S * MOUTH_RATE) * SAMPLE_BYTES


class WebRtcPeer:
    def __init__(self, is_voice: IsVoice) -> None:
        # No servers: both ends are on this machine.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._speech = SpeechTrack()
        self._turns = Turns(is_voice)
        self._channel: RTCDataChannel | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._beside: set[asyncio.Task[None]] = set()

    async def accept(self, offer: str, listener: Listener) -> str:
        check_offer(offer)
        connection = self._connection

        @connection.on("datachannel")  # type: ignore[untyped-decorator]
        def open_channel(channel: RTCDataChannel) -> None:
            self._open(channel, listener)

        @connection.on("track")  # type: ignore[untyped-decorator]
        def begin_hearing(track: MediaStreamTrack) -> None:
            if track.kind == "audio" and self._hearing is None:
                self._hearing = asyncio.create_task(self._hear(track, listener))

        @connection.on("connectionstatechange")  # type: ignore[untyped-decorator]
        async def watch() -> None:
            if connection.connectionState in ("failed", "closed"):
                await listener.gone()

        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            connection.addTrack(self._speech)
            await connection.setLocalDescription(await connection.createAnswer())
        except (ValueError, IndexError, KeyError, AttributeError) as wrong:
            await connection.close()
            raise BadOffer("Failed to parse SDP.") from wrong
        return str(connection.localDescription.sdp)

    def _open(self, channel: RTCDataChannel, listener: Listener) -> None:
        if channel.label != CHANNEL:
            return
        self._channel = channel

        @channel.on("message")  # type: ignore[untyped-decorator]
        async def take(message: str | bytes) -> None:
            text = message if isinstance(message, str) else message.decode(errors="replace")
            await listener.told(text)

        self._spawn(listener.opened())

    def send(self, text: str) -> None:
        if self._channel is not None and self._channel.readyState == "open":
            self._channel.send(text)

    async def play(self, pcm: bytes) -> bool:
        return await self._speech.play(pcm)

    def cut(self) -> None:
        self._speech.cut()

    async def close(self) -> None:
        if self._hearing:
            self._hearing.cancel()
        # In a task of its own: closing is often asked for by what it ends.
        self._spawn(self._connection.close())

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _hear(self, track: MediaStreamTrack, listener: Listener) -> None:
        resampler = AudioResampler("s16", "mono", EAR_RATE)
        try:
            while True:
                for piece in resampler.resample(await track.recv()):
                    for event in self._turns.take(raw(piece)):
                        await _report(event, listener)
        except MediaStreamError:
            pass  # the track has ended, and the connection will tell


async def _report(event: Event, listener: Listener) -> None:
    match event:
        case Began():
            await listener.began(event.at_s)
        case Paused():
            listener.paused(event)
        case Ended():
            await listener.said(event)


class SpeechTrack(MediaStreamTrack):  # type: ignore[misc]  # it is not in every environment
    """What the vendor says; silence while it says nothing."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()
        self._ends: list[tuple[int, asyncio.Future[bool]]] = []  # at which byte a text ends
        self._played = 0
        self._frames = 0
        self._began_at = 0.0

    async def play(self, pcm: bytes) -> bool:
        """Play these samples after those that wait; False if they were cut."""
        self._waiting += pcm
        end: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ends.append((self._played + len(self._waiting), end))
        return await end

    def cut(self) -> None:
        self._waiting.clear()
        for _, end in self._ends:
            if not end.done():
                end.set_result(False)
        self._ends.clear()

    async def recv(self) -> AudioFrame:
        """Return the next frame, at its time."""
        now = time.monotonic()
        self._began_at = self._began_at or now
        await asyncio.sleep(self._began_at + self._frames * FRAME_S - now)
        pcm = bytes(self._waiting[:FRAME_BYTES])
        del self._waiting[:FRAME_BYTES]
        self._played += len(pcm)
        while self._ends and self._ends[0][0] <= self._played:
            _, end = self._ends.pop(0)
            if not end.done():
                end.set_result(True)
        frame = frame_of(pcm.ljust(FRAME_BYTES, b"\0"), MOUTH_RATE)
        frame.pts = self._frames * FRAME_BYTES // SAMPLE_BYTES
        frame.time_base = fractions.Fraction(1, MOUTH_RATE)
        self._frames += 1
        return frame
