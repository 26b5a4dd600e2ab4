"""The limits of the process that reads a file."""

import codecs
import resource

from brain.documents.files.kinds import MEMORY_MIB

END_S = 1  # processor seconds after the time limit; then the system kills the process
# Loaded from a file at first use, when no file can be opened any more: the texts in a PDF, names in
# an archive, text files.
ENCODINGS = ("utf-16-le", "utf-16-be", "cp437", "utf-8-sig", "cp1252", "latin-1", "ascii")


def limit_process(*, seconds: int) -> None:
    """Limit the process: its memory, its processor time in seconds, and files that it writes.

    The system ends it by a signal when the time is over, also in the middle of code in C.
    """
    _hard(resource.RLIMIT_AS, MEMORY_MIB * 1024 * 1024)
    _hard(resource.RLIMIT_FSIZE, 0)
    _hard(resource.RLIMIT_CORE, 0)
    _, known = resource.getrlimit(resource.RLIMIT_CPU)
    if known == resource.RLIM_INFINITY or known > seconds + END_S:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + END_S))


def close_doors() -> None:
    """Let the process open nothing from now on: no file, no connection. What it has stays open."""
    for name in ENCODINGS:
        codecs.lookup(name)
    _hard(resource.RLIMIT_NOFILE, 0)


def _hard(kind: int, most: int) -> None:
    _, known = resource.getrlimit(kind)
    most = most if known == resource.RLIM_INFINITY else min(most, known)
    resource.setrlimit(kind, (most, most))
