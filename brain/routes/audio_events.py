"""The user's messages as audio events, sentence by sentence."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta

from brain.http.feed import Item, LogReset
from brain.http.right import Right
from brain.http.stream import StreamEvent
from brain.routes.stream import bye, event_of
from brain.run.messages import LogEntry, Message, Speak, Utterance
from brain.run.ports import Clock
from brain.texts.ear import for_the_ear, sentences_of
from brain.voice.audio.model import SoundFormat, SpokenPart
from brain.voice.audio.ports import Mouth
from brain.voice.audio.speaking import speak, within_bounds

FRESH = timedelta(minutes=10)  # older messages are history, and not read out


type Items = Callable[[float], AsyncGenerator[Item, None]]  # what there is until a time
type Coming = Message | LogReset | None  # None: the end


def sentences_in(message: Message) -> Sequence[str]:
    """Return what to say for a message, sentence by sentence; empty if there is nothing to say."""
    return within_bounds(sentences_of(for_the_ear(message.text)))


async def events_of(
    mouth: Mouth, seq: int, sentences: Sequence[str], *, format: SoundFormat
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the sentences of a message, and that it is complete. Its id is that of the last event,
    so that a listener who loses the connection before gets the whole message again.
    """
    skipped: list[int] = []
    async with aclosing(speak(mouth, sentences, format=format)) as parts:
        async for part in parts:
            if part.sound is None:
                skipped.append(part.number)
            else:
                yield _audio(seq, part)
    more = {"skipped": skipped} if skipped else {}
    yield StreamEvent(name="spoken", data={"seq": seq, **more}, id=seq)


class SpokenLog:
    """Reads the log for one listener, and has its messages spoken one after the other.

    What is taken back or replaced before it was spoken is not spoken.
    """

    def __init__(self, items: Items, mouth: Mouth, clock: Clock, *, format: SoundFormat) -> None:
        self._items = items
        self._mouth = mouth
        self._clock = clock
        self._format = format
        self._coming: asyncio.Queue[Coming] = asyncio.Queue()
        self._withdrawn: set[int] = set()
        self._settled: set[str] = set()  # ids of messages that were replaced or decided

    async def events(self, right: Right, until: float) -> AsyncGenerator[StreamEvent, None]:
        """Yield the events until the clock reaches `until`. Raises as the feed does."""
        reading = asyncio.ensure_future(self._read(until))
        try:
            while (item := await self._coming.get()) is not None:
                if isinstance(item, LogReset):
                    yield event_of(item)
                    continue
                async with aclosing(self._spoken(item, until)) as events:
                    async for event in events:
                        yield event
            await reading  # for its error
        finally:
            reading.cancel()
            await asyncio.wait({reading})
        if right.left_s <= 0:
            yield bye()

    async def _read(self, until: float) -> None:
        """Queue what is to be spoken. It is read ahead, to learn in time of what is taken back."""
        try:
            async with aclosing(self._items(until)) as items:
                async for item in items:
                    if isinstance(item, Message | Utterance):
                        self._note(item)
                    elif isinstance(item, LogReset):
                        self._coming.put_nowait(item)
        finally:
            self._coming.put_nowait(None)

    def _note(self, entry: LogEntry) -> None:
        if isinstance(entry, Utterance):
            self._withdrawn.update(entry.withdraws)
            if entry.decision is not None:
                self._settled.add(entry.decision.question_id)
            return
        if entry.supersedes is not None:
            self._settled.add(entry.supersedes)
        if self._clock.utc() - entry.created_at < FRESH:
            self._coming.put_nowait(entry)

    async def _spoken(self, message: Message, until: float) -> AsyncGenerator[StreamEvent, None]:
        """Yield the sentences of a message, while it is to be spoken."""
        if not self._is_due(message) or not (sentences := sentences_in(message)):
            return
        events = events_of(self._mouth, message.seq, sentences, format=self._format)
        async with aclosing(events):
            async for event in events:
                if not self._is_due(message) or self._clock.now() >= until:
                    return
                yield event

    def _is_due(self, message: Message) -> bool:
        is_gone = message.withdrawn or message.seq in self._withdrawn
        expires = message.expires_at
        is_late = expires is not None and expires <= self._clock.utc()
        is_settled = message.id in self._settled
        return not (is_gone or is_late or is_settled or message.speak is Speak.SILENT)


def _audio(seq: int, part: SpokenPart) -> StreamEvent:
    assert part.sound is not None
    return StreamEvent(
        name="audio",
        data={
            "seq": seq,
            "part": part.number,
            "last": part.is_last,
            "text": part.text,
            "mimeType": part.sound.mime_type,
            "data": base64.b64encode(part.sound.data).decode(),
        },
    )
