"""Decides when a text that its speaker may still be saying is whole. Pure.

A voice platform asks before the user has finished, and asks again when more has been said. What
such a text asks for must not happen while it may still be half a sentence.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from brain.run.journal import Entry, Joined, Started
from brain.run.limits import Limits
from brain.run.messages import Utterance
from brain.run.store import Sight

type Fate = Literal["settled", "abandoned", "corrected"]


class Wait(Struct, frozen=True, kw_only=True):
    """It is not known yet. `ms` is how long to wait before the next look."""

    ms: float


class Times(Struct, frozen=True, kw_only=True):
    """What is known here, in ms of the store. `left_ms` is when the caller went; 0: it is there."""

    now_ms: float
    left_ms: int


def unsettled(journal: Sequence[Entry], *, stands_upto: int) -> list[Utterance]:
    """Return the texts that may not be whole.

    A text is whole if an effect has followed it, if the user has decided on a question after it, or
    if the run has its correction as well. A spoken decision may be half a sentence itself.
    """
    joined = [entry.utterance for entry in journal if isinstance(entry, Joined)]
    begun = max((at for at, entry in enumerate(journal) if isinstance(entry, Started)), default=0)
    stood = (entry.utterance.seq for entry in journal[:begun] if isinstance(entry, Joined))
    stands_upto = max((stands_upto, *stood))
    decided = max((each.seq for each in joined if each.decision is not None), default=0)
    last = {each.turn: each.seq for each in joined if each.turn is not None}
    return [
        each
        for each in joined
        if each.speculative
        and each.seq > stands_upto
        and each.seq >= decided
        and each.seq >= last.get(each.turn, each.seq)  # type: ignore[arg-type]
    ]


def fate(texts: Sequence[Utterance], sight: Sight, times: Times, limits: Limits) -> Fate | Wait:
    """Decide what becomes of these texts: the worst that becomes of any."""
    fates = [_fate_of(each, sight, times, limits) for each in texts]
    waits = [each.ms for each in fates if isinstance(each, Wait)]
    if "corrected" in fates:
        return "corrected"
    if waits:
        return Wait(ms=min(waits))
    return "abandoned" if "abandoned" in fates else "settled"


def _fate_of(text: Utterance, sight: Sight, times: Times, limits: Limits) -> Fate | Wait:
    last = sight.turn_of(text.turn.call) if text.turn else None
    asked_ms = text.created_at.timestamp() * 1000
    if last is not None and text.turn is not None:
        if last.index == text.turn.index and last.seq > text.seq:
            return "corrected"
        if last.index > text.turn.index:
            return "settled"
        asked_ms = last.asked_ms
    if sight.heard_seq > text.seq:
        return "settled"
    if times.left_ms and asked_ms <= times.left_ms:
        left_ms = times.left_ms + limits.abandoned_s * 1000 - times.now_ms
        return Wait(ms=left_ms) if left_ms > 0 else "abandoned"
    left_ms = asked_ms + limits.settle_s * 1000 - times.now_ms
    return Wait(ms=left_ms) if left_ms > 0 else "settled"
