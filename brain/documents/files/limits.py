"""The limits of the process that reads a file."""

import resource
import signal
from types import FrameType

MEMORY_BYTES = 1024 * 1024 * 1024  # of address space, libraries included
END_S = 5  # processor seconds after the time limit; then the system ends the process


class TimeUp(BaseException):
    """The time for reading is over. Not an `Exception`: libraries catch those."""


def limit_process(*, seconds: float) -> None:
    """Limit the process: memory, files, and from now on its processor time, in seconds.

    When the time is over, TimeUp is raised, wherever the process is. Code in C may not notice: then
    the system ends the process a little later.
    """
    _hard(resource.RLIMIT_AS, MEMORY_BYTES)
    _hard(resource.RLIMIT_FSIZE, 0)
    _hard(resource.RLIMIT_CORE, 0)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _hard(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + END_S)
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def no_time_limit() -> None:
    """The file has been read: what follows is short."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def _hard(kind: int, most: int) -> None:
    _, known = resource.getrlimit(kind)
    most = most if known == resource.RLIM_INFINITY else min(most, known)
    resource.setrlimit(kind, (most, most))


def _stop(number: int, frame: FrameType | None) -> None:
    raise TimeUp
