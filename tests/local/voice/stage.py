"""The stand-ins of the voice vendors, served, with a connection whose media the test plays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from openai import AsyncOpenAI

from local.voice.app import voice_app
from local.voice.calls import Listener, answer_to
from local.voice.control import PATH
from local.voice.senses import Ear
from local.voice.sounds import EAR_RATE, SAMPLE_BYTES
from local.voice.turns import Ended
from tests.local.serving import served

LIMIT_S = 10.0  # seconds for anything that a test waits for
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=sctp-port:5000\r\n"
)

type Json = dict[str, Any]


class StagePeer:
    """The media of one call: what the vendor says waits until the test lets it end."""

    def __init__(self) -> None:
        self.listener: Listener | None = None
        self.sent: list[Json] = []
        self.played: list[bytes] = []
        self.is_closed = False
        self._ending: asyncio.Future[bool] | None = None
        self._changed = asyncio.Condition()

    async def accept(self, offer: str, listener: Listener) -> str:
        self.listener = listener
        return answer_to(offer)

    def send(self, text: str) -> None:
        self.sent.append(json.loads(text))
        asyncio.get_running_loop().create_task(self._tell())

    async def play(self, pcm: bytes) -> bool:
        self.played.append(pcm)
        self._ending = asyncio.get_running_loop().create_future()
        await self._tell()
        return await self._ending

    def cut(self) -> None:
        self._end(whole=False)

    async def close(self) -> None:
        self.is_closed = True

    # ---- the test's side

    async def end_sound(self) -> None:
        """Wait until something is played, and let it end."""
        await self.until(lambda: self._ending is not None and not self._ending.done())
        self._end(whole=True)

    async def until(self, is_reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S), self._changed:
            await self._changed.wait_for(is_reached)

    async def event(self, type: str, number: int = 1) -> Json:
        """Wait for the n-th event of this type; return it."""

        def found() -> list[Json]:
            return [one for one in self.sent if one["type"] == type]

        await self.until(lambda: len(found()) >= number)
        return found()[number - 1]

    def types(self) -> list[str]:
        return [one["type"] for one in self.sent]

    async def tell(self, **event: Any) -> None:
        """Send an event as the page."""
        assert self.listener
        await self.listener.told(json.dumps(event))

    async def speak(self) -> None:
        """Say something as the user: one second."""
        assert self.listener
        await self.listener.began(0.5)
        await self.listener.said(Ended(at_s=1.5, pcm=bytes(EAR_RATE * SAMPLE_BYTES)))

    def _end(self, *, whole: bool) -> None:
        if self._ending and not self._ending.done():
            self._ending.set_result(whole)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    url: str
    http: httpx.AsyncClient
    openai: AsyncOpenAI
    peers: list[StagePeer]

    async def hears(self, *texts: str | Json) -> None:
        """Set what the ear understands next."""
        (await self.http.post(PATH, json={"hears": texts})).raise_for_status()

    async def records(self, **least: int) -> Json:
        """Return the records, once these counts are reached."""
        answer = await self.http.get(PATH, params=least)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@asynccontextmanager
async def staged(ear: Ear | None = None) -> AsyncIterator[Stage]:
    peers: list[StagePeer] = []

    def peer() -> StagePeer:
        peers.append(StagePeer())
        return peers[-1]

    async with (
        served(voice_app(ear=ear, peer=peer)) as url,
        httpx.AsyncClient(base_url=url, timeout=LIMIT_S) as http,
        AsyncOpenAI(base_url=f"{url}/v1", api_key="local", max_retries=0) as openai,
    ):
        yield Stage(url=url, http=http, openai=openai, peers=peers)
