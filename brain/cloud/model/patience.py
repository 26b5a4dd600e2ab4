"""How often a model is tried again, with which pauses, and what a listener sees of it. Pure."""

from collections.abc import Callable

from msgspec import Struct

from brain.cloud.model.faults import Failure
from brain.errors import FaultClass
from brain.run.ports import Delta

TRIES = 3  # per model; after three failures a fourth try rarely succeeds
FEWER_TRIES = 2  # after an empty answer, or none in time: a third one is as slow and dear
BACKOFF_S = 0.3  # seconds before the second try, doubled for each further one
BUSY_TRIES = 20  # per model: in the limit of a call of 120 s the pauses allow about 18
MOST_PAUSE_S = 8.0  # seconds between two tries at a busy server that does not say how long
LEAVE_S = 5.0  # seconds; if a busy server asks for more, the next model is asked first


class Telling:
    """Passes an answer on to a listener, until a try fails of which the listener has seen words.

    The later answer replaces those words when it is complete.
    """

    def __init__(self, tell: Callable[[Delta], None]) -> None:
        self._tell = tell
        self._has_words = False
        self._is_muted = False

    def __call__(self, delta: Delta) -> None:
        if not self._is_muted:
            self._has_words = self._has_words or delta.kind != "thought"
            self._tell(delta)

    @property
    def has_words(self) -> bool:
        """Whether the listener has been told more than thoughts."""
        return self._has_words

    def fail(self) -> None:
        """Note that the try has failed."""
        self._is_muted = self._has_words


class Patience(Struct, kw_only=True):
    """How often one model has failed in one call, by kind of failure."""

    tries: int = 0
    fewer: int = 0  # empty answers, and none in time
    busy: int = 0
    shorter: int = 0

    def pause_s(self, failure: Failure, spread: float) -> float | None:
        """Count a failure; return the pause before the next try, or None to give up.

        `spread` is a random number from 0 to 1; it spreads the retries of many callers.
        """
        if failure.fault is FaultClass.BUSY:
            self.busy += 1
            grown_s = min(BACKOFF_S * 2.0 ** (self.busy - 1), MOST_PAUSE_S)
            waits_s = grown_s if failure.wait_s is None else failure.wait_s
            pause_s = max(waits_s, BACKOFF_S) + 0.1 * spread
            return pause_s if self.busy < BUSY_TRIES else None
        self.tries += 1
        self.fewer += failure.is_empty or failure.is_late
        if failure.fault is not FaultClass.MOMENT or self.tries == TRIES:
            return None
        if self.fewer == FEWER_TRIES:
            return None
        pause_s = BACKOFF_S * 2.0 ** (self.tries - 1) * (0.8 + 0.2 * spread)
        return max(pause_s, min(failure.wait_s or 0.0, LEAVE_S))
