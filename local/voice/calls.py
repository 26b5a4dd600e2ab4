"""What the calls of all vendors share: the media of a call, its events, and what is spoken."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from local.voice.ahead import Ahead
from local.voice.records import Json, Records, Session
from local.voice.senses import Ear, Mouth
from local.voice.sounds import EAR_RATE, MOUTH_RATE, seconds, wav
from local.voice.turns import Ended, IsVoice, Paused

log = logging.getLogger(__name__)

SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")


class BadOffer(Exception):
    """The SDP of the offer cannot be answered."""


class Listener(Protocol):
    """Told what happens on the wire of a call."""

    async def opened(self) -> None:
        """The page can be sent events from now on."""
        ...

    async def told(self, text: str) -> None:
        """The page sent an event."""
        ...

    async def began(self, at_s: float) -> None:
        """The user began to speak."""
        ...

    def paused(self, pause: Paused) -> None:
        """The user is silent, and has perhaps finished a turn."""
        ...

    async def said(self, turn: Ended) -> None:
        """The user has finished a turn."""
        ...

    async def gone(self) -> None:
        """The connection is lost or closed."""
        ...


class Peer(Protocol):
    """The media and the data channel of one call."""

    async def accept(self, offer: str, listener: Listener) -> str:
        """Answer the offer, in SDP. Raises BadOffer."""
        ...

    def send(self, text: str) -> None:
        """Send an event; it is dropped while the channel is not open."""
        ...

    async def play(self, pcm: bytes) -> bool:
        """Play samples of MOUTH_RATE after those before; False if they were cut."""
        ...

    def cut(self) -> None:
        """Stop what is being played, and drop what waits."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Senses:
    """What a call hears and speaks with, and what opens its media."""

    ear: Ear
    mouth: Mouth
    peer: Callable[[], Peer]
    is_voice: Callable[[], IsVoice]


class Call(ABC):
    """One open call of a vendor. Its tasks end with it."""

    def __init__(self, session: Session, senses: Senses, records: Records) -> None:
        self.session = session
        self.senses = senses
        self.records = records
        self._tasks: set[asyncio.Task[None]] = set()
        self._ahead = Ahead(self._words)
        self._began_at = time.monotonic()

    @abstractmethod
    async def transmit(self, text: str) -> None:
        """Send a text to the page."""

    @abstractmethod
    async def taken(self, event: Json) -> None:
        """Act on an event of the page."""

    @abstractmethod
    async def began(self, at_s: float) -> None:
        """The user began to speak."""

    @abstractmethod
    async def said(self, turn: Ended) -> None:
        """The user has finished a turn."""

    async def send(self, event: Json) -> None:
        """Send an event to the page, and record it."""
        await self.note("vendor", event)
        await self.transmit(json.dumps(event))

    async def told(self, text: str) -> None:
        """Take an event of the page: read, record, act."""
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            event = {}
        event = event if isinstance(event, dict) else {}
        await self.note("page", event)
        await self.taken(event)

    async def note(self, sender: str, event: Json) -> None:
        self.session.events.append({"from": sender, "event": event, "at": time.time()})
        await self.records.tell()

    def ms(self) -> int:
        """Return the time since the call began, in milliseconds."""
        return round((time.monotonic() - self._began_at) * 1000)

    def paused(self, pause: Paused) -> None:
        """Recognise what was said so far: if the turn ends here, its words are known at once."""
        if self.senses.ear.is_slow:
            self._ahead.begin(pause)

    async def hear(self, turn: Ended) -> str:
        """Return the words of a turn; empty if nothing was said."""
        self.session.turns.append(time.time())
        return await self._ahead.words(turn)

    async def _words(self, pcm: bytes) -> str:
        language = str(self.session.settings.get("language") or "")
        heard = await self.senses.ear.hear(wav(pcm, EAR_RATE), language=language)
        return heard.text.strip()

    async def make(self, sentence: str) -> bytes:
        """Return the samples of a sentence."""
        pcm = await self.senses.mouth.say(sentence.strip())
        self.session.sounds.append(time.time())
        return pcm

    async def sounds(self, text: str) -> AsyncGenerator[bytes]:
        """Yield the samples of each sentence; the next one is made while one is played."""
        ahead: asyncio.Task[bytes] | None = None
        try:
            for sentence in SENTENCE.findall(text):
                making = asyncio.create_task(self.make(sentence))
                if ahead is not None:
                    yield await ahead
                ahead = making
            if ahead is not None:
                yield await ahead
        finally:
            if ahead is not None:
                ahead.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the reading of events, until the call ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("voice: a call failed", exc_info=error)

    def drop_tasks(self) -> None:
        """Cancel what the call still does, except the task that asks."""
        self._ahead.drop()
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()


class SilentPeer:
    """Answers an offer in SDP, but carries neither sound nor events: there is no WebRTC here."""

    async def accept(self, offer: str, listener: Listener) -> str:
        return answer_to(offer)

    def send(self, text: str) -> None:
        pass

    async def play(self, pcm: bytes) -> bool:
        await asyncio.sleep(seconds(pcm, MOUTH_RATE))
        return True

    def cut(self) -> None:
        pass

    async def close(self) -> None:
        pass


def answer_to(offer: str) -> str:
    """Return an answer in SDP with the media of the offer. Raises BadOffer."""
    check_offer(offer)
    _, *media = offer.replace("\r\n", "\n").split("\nm=")
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    for part in media:
        kind, *attributes = part.splitlines()
        name, _, *form = kind.split()
        kept = [line for line in attributes if line.startswith(("a=mid:", "a=rtpmap:", "a=sctp"))]
        lines += [f"m={name} 9 {' '.join(form)}", "c=IN IP4 0.0.0.0", "a=setup:active"]
        lines += [f"a=ice-ufrag:{uuid.uuid4().hex[:8]}", f"a=ice-pwd:{uuid.uuid4().hex}"]
        lines += ["a=fingerprint:sha-256 " + ":".join(["00"] * 32), *kept]
    return "".join(f"{line}\r\n" for line in lines)


def check_offer(offer: str) -> None:
    """Raise BadOffer unless the offer has sound and a data channel."""
    if not offer.startswith("v=0") or "m=audio" not in offer or "m=application" not in offer:
        raise BadOffer("Failed to parse SDP: it needs audio and a data channel.")
