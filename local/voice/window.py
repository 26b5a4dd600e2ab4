"""How much of its window of 30 s Whisper is given for a sound, and whether its words then fit.

Whisper fills each sound with silence up to 30 s, and encoding that takes most of the time. With
less silence it is several times faster. With too little it says the same words again and again, or
stops after the first sentence, so doubtful words are recognised once more with all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

WINDOW_S = 30.0
FRAMES_PER_S = 100
LEAST_FRAMES = 1000
SILENT_FRAMES = 300  # after the sound
SLOWEST, FASTEST = 1.5, 12.0  # tokens per second; people speak between these
FEW_S = 3.0  # seconds; a shorter sound may have as few tokens as there are
MORE_TOKENS = 24  # than by the length: short texts have more in proportion
MOST_REPETITIVE = 2.4  # ratio of compression; this limit and the next are Whisper's own
LEAST_LIKELY = -1.0  # mean logarithm of the probability of a token


class Said(Protocol):
    """A part of what was understood. Times are seconds of the sound."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float: ...

    @property
    def tokens(self) -> Sequence[int]: ...

    @property
    def avg_logprob(self) -> float: ...

    @property
    def compression_ratio(self) -> float: ...


def frames_for(length_s: float) -> int:
    """Return how many frames are enough for a sound; an even number."""
    frames = max(LEAST_FRAMES, round(length_s * FRAMES_PER_S) + SILENT_FRAMES)
    return min(frames, round(WINDOW_S * FRAMES_PER_S)) // 2 * 2


def most_tokens(length_s: float) -> int:
    """Return how many tokens one window of such a sound can have. A model takes at most 448."""
    return MORE_TOKENS + round(min(WINDOW_S, length_s) * FASTEST)


def is_doubtful(found: Sequence[Said], length_s: float) -> bool:
    """Return whether the words do not fit the sound: too many, too few, unlikely or repeated."""
    count = sum(len(one.tokens) for one in found)
    voice_s = found[-1].end - found[0].start if found else 0.0
    if voice_s > FEW_S and count < voice_s * SLOWEST:
        return True
    return any(
        one.compression_ratio > MOST_REPETITIVE
        or one.avg_logprob < LEAST_LIKELY
        or len(one.tokens) >= most_tokens(length_s)
        for one in found
    )
