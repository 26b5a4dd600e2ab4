"""Finds the turns of a speaker in a stream of samples: when one begins, and its sound at its end.

A turn ends after a silence. A shorter one is a pause: perhaps the end, perhaps not. Sounds shorter
than a word open no turn.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.voice.sounds import EAR_RATE, SAMPLE_BYTES, seconds

CHUNK_SAMPLES = 512  # of EAR_RATE, 32 ms; what the recogniser of speech takes at once
CHUNK_BYTES = CHUNK_SAMPLES * SAMPLE_BYTES
SILENCE_S = 0.6  # seconds after which a turn has ended
PAUSE_S = 0.25  # seconds; between words it is seldom silent for so long
LEAST_VOICE_S = 0.15  # seconds; a click is shorter, "yes" is longer
BEFORE_S = 0.3  # seconds kept from before the voice was noticed: the first sound is often soft
LONGEST_S = 30  # seconds; then the turn ends without a silence
QUIET = 0.01  # of the loudest possible: below this, loudness is not a voice

type IsVoice = Callable[[bytes], bool]
type Event = Began | Paused | Ended


@dataclass(frozen=True, kw_only=True, slots=True)
class Began:
    """The speaker began at `at_s`, in seconds of the stream."""

    at_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Paused:
    """The speaker is silent since `at_s`, and may go on. `pcm` is the turn so far."""

    at_s: float
    pcm: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The speaker was silent long enough. `pcm` is the whole turn; the voice ended at `at_s`."""

    at_s: float
    pcm: bytes


def is_loud(chunk: bytes) -> bool:
    """Tell a voice by its loudness, where there is no recogniser of speech."""
    samples = array("h", chunk)
    mean_square = sum(sample * sample for sample in samples) / max(1, len(samples))
    return mean_square > (QUIET * 32_767) ** 2


class Turns:
    """Takes the samples of one speaker, in pieces of any length."""

    def __init__(self, is_voice: IsVoice = is_loud, *, silence_s: float = SILENCE_S) -> None:
        self._is_voice = is_voice
        self._silence_s = silence_s
        self._rest = b""
        self._at_s = 0.0
        self._voice_at_s = 0.0  # the end of the last voice: the same for a pause and for the end
        self._before: deque[bytes] = deque(maxlen=round(BEFORE_S * EAR_RATE / CHUNK_SAMPLES))
        self._turn = bytearray()
        self._voice_s = 0.0
        self._silent_s = 0.0
        self._has_begun = False
        self._has_paused = False  # since the last voice

    def take(self, pcm: bytes) -> Iterator[Event]:
        """Take samples of EAR_RATE, and yield what happened in them."""
        data = self._rest + pcm
        whole = len(data) // CHUNK_BYTES * CHUNK_BYTES
        self._rest = data[whole:]
        for place in range(0, whole, CHUNK_BYTES):
            yield from self._step(data[place : place + CHUNK_BYTES])

    def _step(self, chunk: bytes) -> Iterator[Event]:
        length_s = seconds(chunk, EAR_RATE)
        self._at_s += length_s
        has_voice = self._is_voice(chunk)
        if not self._turn and not has_voice:
            self._before.append(chunk)
            return
        if not self._turn:
            self._turn += b"".join(self._before)
        self._turn += chunk
        self._silent_s += length_s
        if has_voice:
            self._voice_at_s, self._silent_s = self._at_s, 0.0
            self._voice_s += length_s
        if not self._has_begun and self._voice_s >= LEAST_VOICE_S:
            self._has_begun = True
            yield Began(at_s=self._at_s - self._voice_s)
        yield from self._pauses()
        is_too_long = len(self._turn) >= LONGEST_S * EAR_RATE * SAMPLE_BYTES
        if self._silent_s >= self._silence_s or is_too_long:
            if self._has_begun:
                yield Ended(at_s=self._voice_at_s, pcm=bytes(self._turn))
            self._forget()

    def _pauses(self) -> Iterator[Paused]:
        """Yield the pause once it is long enough, once in each."""
        is_pause = self._has_begun and self._silent_s >= PAUSE_S
        if is_pause and not self._has_paused:
            yield Paused(at_s=self._voice_at_s, pcm=bytes(self._turn))
        self._has_paused = is_pause

    def _forget(self) -> None:
        self._before.clear()
        self._turn.clear()
        self._voice_s = self._silent_s = 0.0
        self._has_begun = self._has_paused = False
