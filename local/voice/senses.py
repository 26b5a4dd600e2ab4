"""What hears and what speaks: the two ports of the stand-ins, and both from a script."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from local.voice.sounds import MOUTH_RATE, pcm_of, seconds, silent_mp3, text_of, tones, wav

# What the scripted ear understands where nothing tells it anything else, in turn. The scripted
# model has an answer to each.
SAID = (
    "Hello",
    "What is my last email about?",
    "Remember: the key is under the stone",
    "Where is the key?",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What an ear understood. `no_speech_prob` is how likely it was no speech, from 0 to 1."""

    text: str
    seconds: float = 0.0
    no_speech_prob: float = 0.0


class UnreadableSound(Exception):
    """The file holds no sound that can be read."""


class UnknownForm(Exception):
    """The mouth cannot write this kind of file."""


class Ear(Protocol):
    name: str
    is_slow: bool
    """Whether it pays to begin before it is certain that a turn has ended."""

    async def hear(self, audio: bytes, *, language: str = "") -> Heard:
        """Understand a file of any usual kind. Raises UnreadableSound."""
        ...


class Mouth(Protocol):
    name: str

    async def say(self, text: str, *, speed: float = 1.0) -> bytes:
        """Return samples of MOUTH_RATE."""
        ...

    def written(self, pcm: bytes, form: str, *, text: str) -> bytes:
        """Return a file of this form with these samples of MOUTH_RATE. Raises UnknownForm."""
        ...


class ScriptedEar:
    """Understands the text that a file names, then those that a test has set, then SAID."""

    name = "script"
    is_slow = False

    def __init__(self) -> None:
        self.told: deque[Heard] = deque()
        self._said: Iterator[str] = itertools.cycle(SAID)

    async def hear(self, audio: bytes, *, language: str = "") -> Heard:
        if not audio:
            raise UnreadableSound
        found = pcm_of(audio)
        length_s = seconds(*found) if found else 0.0
        named = text_of(audio)
        if named is not None:
            return Heard(text=named, seconds=length_s)
        if self.told:
            told = self.told.popleft()
            return Heard(text=told.text, seconds=length_s, no_speech_prob=told.no_speech_prob)
        return Heard(text=next(self._said), seconds=length_s)


class ScriptedMouth:
    """Says each word as a tone. It writes WAV and raw samples; its MP3 has the length, but is
    silent.
    """

    name = "script"

    async def say(self, text: str, *, speed: float = 1.0) -> bytes:
        return tones(text, speed=speed)

    def written(self, pcm: bytes, form: str, *, text: str) -> bytes:
        match form:
            case "wav":
                return wav(pcm, MOUTH_RATE, text=text)
            case "pcm":
                return pcm
            case "mp3":
                return silent_mp3(seconds(pcm, MOUTH_RATE), text=text)
            case _:
                raise UnknownForm(form)
