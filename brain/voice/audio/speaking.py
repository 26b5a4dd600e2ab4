"""Has the sentences of a message spoken, in order."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Sequence

from brain.errors import VendorRefused, VendorUnreachable
from brain.voice.audio import mp3, wav
from brain.voice.audio.model import Sound, SoundFormat, SpokenPart
from brain.voice.audio.ports import Mouth

AT_ONCE = 2  # requests to the mouth
HEAD_START_S = 0.05  # seconds by which the first request goes before the second: it is waited for
MOST_CHARS = 4_000  # of one message: more than four minutes of speech. The rest is only shown
MOST_SENTENCE_CHARS = 1_000  # of one request, in case a text could not be divided

log = logging.getLogger("brain")


def within_bounds(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences to be spoken: as many as MOST_CHARS allow."""
    found: list[str] = []
    left = MOST_CHARS
    for sentence in sentences:
        left -= len(sentence)
        if left < 0:
            break
        if sentence.strip():
            found.append(sentence[:MOST_SENTENCE_CHARS])
    return tuple(found)


async def speak(
    mouth: Mouth, sentences: Sequence[str], *, format: SoundFormat
) -> AsyncGenerator[SpokenPart, None]:
    """Yield the sentences as they are spoken, in order. The first request is for the first
    sentence; while it is on its way, the second one is made too.

    A sentence that fails comes without a sound. A caller that stops earlier must close the
    generator: then no more requests are made.
    """
    todo = deque(sentences)
    under_way: deque[asyncio.Task[Sound | None]] = deque()
    try:
        if todo:
            under_way.append(asyncio.ensure_future(_said(mouth, todo.popleft(), format)))
            await asyncio.wait(under_way, timeout=HEAD_START_S)
        for number, sentence in enumerate(sentences):
            while todo and len(under_way) < AT_ONCE:
                under_way.append(asyncio.ensure_future(_said(mouth, todo.popleft(), format)))
            sound = await under_way[0]
            under_way.popleft()
            is_last = number == len(sentences) - 1
            yield SpokenPart(number=number, is_last=is_last, text=sentence, sound=sound)
    finally:
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)


def joined(sounds: Sequence[Sound]) -> Sound:
    """Return the sounds, at least one, as one. Those of another form than the first are left out:
    one file cannot hold both.
    """
    first = sounds[0]
    same = [sound.data for sound in sounds if sound.format == first.format]
    join = wav.joined if first.format == "wav" else mp3.joined
    return Sound(format=first.format, data=join(same))


async def _said(mouth: Mouth, sentence: str, format: SoundFormat) -> Sound | None:
    try:
        return await mouth.say(sentence, format=format)
    except (VendorUnreachable, VendorRefused) as error:
        log.warning("mouth: a sentence was left out, error=%s", type(error).__name__)
        return None
